//! Records between the protocol's JSON and Avro values; bytes are base64 in the former.

use apache_avro::Schema;
use apache_avro::types::Value;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value as Json, json};

use crate::transport::Result;

pub fn from_json(schema: &Schema, json: &Json) -> Result<Value> {
    let wrong = || format!("{json} does not fit {schema:?}");
    Ok(match schema {
        Schema::Record(record) => Value::Record(
            record
                .fields
                .iter()
                .map(|f| Ok((f.name.clone(), from_json(&f.schema, &json[f.name.as_str()])?)))
                .collect::<Result<_>>()?,
        ),
        // The schemas here have [null, T] only.
        Schema::Union(_) if json.is_null() => Value::Union(0, Box::new(Value::Null)),
        Schema::Union(union) => Value::Union(1, Box::new(from_json(&union.variants()[1], json)?)),
        Schema::Array(array) => Value::Array(
            json.as_array()
                .ok_or_else(wrong)?
                .iter()
                .map(|item| from_json(&array.items, item))
                .collect::<Result<_>>()?,
        ),
        Schema::Map(map) => Value::Map(
            json.as_object()
                .ok_or_else(wrong)?
                .iter()
                .map(|(k, v)| Ok((k.clone(), from_json(&map.types, v)?)))
                .collect::<Result<_>>()?,
        ),
        Schema::Enum(symbols) => {
            let text = json.as_str().ok_or_else(wrong)?;
            let at = symbols.symbols.iter().position(|s| s == text).ok_or_else(wrong)?;
            Value::Enum(at as u32, text.into())
        }
        Schema::Bytes => Value::Bytes(BASE64_STANDARD.decode(json.as_str().ok_or_else(wrong)?)?),
        Schema::String => Value::String(json.as_str().ok_or_else(wrong)?.into()),
        Schema::Int => Value::Int(json.as_i64().ok_or_else(wrong)?.try_into()?),
        Schema::Long => Value::Long(json.as_i64().ok_or_else(wrong)?),
        Schema::TimestampMillis => Value::TimestampMillis(json.as_i64().ok_or_else(wrong)?),
        Schema::Double => Value::Double(json.as_f64().ok_or_else(wrong)?),
        Schema::Boolean => Value::Boolean(json.as_bool().ok_or_else(wrong)?),
        other => return Err(format!("no such type in the matrix: {other:?}").into()),
    })
}

pub fn to_json(value: Value) -> Result<Json> {
    Ok(match value {
        Value::Record(fields) => Json::Object(
            fields.into_iter().map(|(k, v)| Ok((k, to_json(v)?))).collect::<Result<Map<_, _>>>()?,
        ),
        Value::Map(items) => Json::Object(
            items.into_iter().map(|(k, v)| Ok((k, to_json(v)?))).collect::<Result<Map<_, _>>>()?,
        ),
        Value::Array(items) => Json::Array(items.into_iter().map(to_json).collect::<Result<_>>()?),
        Value::Union(_, inner) => to_json(*inner)?,
        Value::Null => Json::Null,
        Value::Boolean(v) => json!(v),
        Value::Int(v) => json!(v),
        Value::Long(v) | Value::TimestampMillis(v) => json!(v),
        Value::Float(v) => json!(v),
        Value::Double(v) => json!(v),
        Value::String(v) | Value::Enum(_, v) => json!(v),
        Value::Bytes(v) => json!(BASE64_STANDARD.encode(v)),
        other => return Err(format!("no such value in the matrix: {other:?}").into()),
    })
}
