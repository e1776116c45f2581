//! The crates.io client `schema_registry_converter` as a worker of the client matrix.
//!
//! Each line on standard input is a JSON request, each line on standard output its answer; the
//! protocol is in ../README.md. Nothing of the client is replaced.

mod avro;
mod transport;

use std::io::BufRead;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use prost_reflect::prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};
use schema_registry_converter::async_impl::avro::{AvroDecoder, AvroEncoder};
use schema_registry_converter::async_impl::json::{JsonDecoder, JsonEncoder};
use schema_registry_converter::async_impl::proto_raw::{ProtoRawDecoder, ProtoRawEncoder};
use schema_registry_converter::async_impl::schema_registry::SrSettings;
use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::{
    SchemaIdHeader, SchemaType, SubjectNameStrategy, SuppliedReference, SuppliedSchema,
};
use serde_json::{Value, json};

use transport::{Frame, Result, Transport};

const ORDER: &str = "shop.Shop.Order";
const IMPORTED: &str = "shop/buyer.proto";
const HEADER: &str = "__value_schema_id";

fn hello() -> Value {
    json!({
        "client": "rust",
        "package": "schema_registry_converter 6.0.0",
        "formats": {
            "avro": {"register": "auto", "new": "writer", "old": "writer"},
            "json": {"register": "auto", "new": "writer", "old": "writer"},
            "protobuf": {"register": "auto", "new": "reader", "old": "reader"},
        },
        "inferred": [],
        "header": ["avro", "json", "protobuf"],
        "references": ["json"],
        "pinned": [],
    })
}

fn settings() -> Result<SrSettings> {
    Ok(SrSettings::new(std::env::var("REGISTRY_URL")?))
}

fn text<'a>(request: &'a Value, member: &str) -> &'a str {
    request[member].as_str().unwrap_or_default()
}

fn file(path: &str) -> Result<String> {
    Ok(std::fs::read_to_string(format!("{}/{path}", std::env::var("SCHEMAS")?))?)
}

fn schema_file(format: &str, variant: &str) -> Result<String> {
    let suffix = if format == "avro" { "avsc" } else { "json" };
    file(&format!("{format}/{variant}.{suffix}"))
}

// ---- what the client is given -------------------------------------------------------------------

/// The subject's strategy with the schema that the client registers.
fn strategy(request: &Value) -> Result<SubjectNameStrategy> {
    let (format, variant) = (text(request, "format"), text(request, "schema"));
    let supplied = match format {
        "protobuf" => protobuf_schema(variant)?,
        _ => {
            let kind = if format == "avro" { SchemaType::Avro } else { SchemaType::Json };
            SuppliedSchema::new(None, kind, schema_file(format, variant)?)
                .with_references(references(request)?)
        }
    };
    let topic = text(request, "topic").to_string();
    Ok(SubjectNameStrategy::TopicNameStrategyWithSchema(topic, false, supplied))
}

/// The client registers what a schema refers to itself, from its text.
fn references(request: &Value) -> Result<Vec<SuppliedReference>> {
    let format = text(request, "format");
    let rows = request["references"].as_array().into_iter().flatten();
    rows.map(|row| {
        let (name, subject) = (text(row, "name").to_string(), text(row, "subject").to_string());
        Ok(SuppliedReference::new(name, subject, schema_file(format, "buyer")?))
    })
    .collect()
}

fn protobuf_schema(variant: &str) -> Result<SuppliedSchema> {
    let imported = file(&format!("protobuf/{variant}/{IMPORTED}"))?;
    let order = file(&format!("protobuf/{variant}/shop/order.proto"))?;
    Ok(SuppliedSchema::new(Some(ORDER.into()), SchemaType::Protobuf, order)
        .with_references(vec![SuppliedReference::new(IMPORTED.into(), IMPORTED.into(), imported)]))
}

fn descriptor(variant: &str) -> Result<MessageDescriptor> {
    let bytes = std::fs::read(format!("{}/{variant}.pb", std::env::var("DESCRIPTORS")?))?;
    let pool = DescriptorPool::decode(bytes.as_slice())?;
    pool.get_message_by_name(ORDER).ok_or_else(|| format!("no {ORDER} in {variant}.pb").into())
}

// ---- produce ----------------------------------------------------------------------------------

fn frame((value, header): (Vec<u8>, SchemaIdHeader)) -> Frame {
    Frame { value, headers: [(header.name.to_string(), header.value)].into() }
}

fn prefixed(value: Vec<u8>) -> Frame {
    Frame { value, ..Frame::default() }
}

async fn write(request: &Value) -> Result<Vec<Frame>> {
    let strategy = strategy(request)?;
    let in_header = request["header"] == true;
    let rows = request["records"].as_array().ok_or("no records")?;
    let mut frames = Vec::new();
    match text(request, "format") {
        "avro" => {
            let encoder = AvroEncoder::new(settings()?);
            let whole = if text(request, "schema") == "refs" { "v1" } else { text(request, "schema") };
            let schema = apache_avro::Schema::parse_str(&schema_file("avro", whole)?)?;
            for row in rows {
                let value = avro::from_json(&schema, row)?;
                frames.push(if in_header {
                    frame(encoder.encode_value_with_header_id(value, &strategy, false).await?)
                } else {
                    prefixed(encoder.encode_value(value, &strategy).await?)
                });
            }
        }
        "json" => {
            let encoder = JsonEncoder::new(settings()?);
            for row in rows {
                frames.push(if in_header {
                    frame(encoder.encode_with_header_id(row, strategy.clone(), false).await?)
                } else {
                    prefixed(encoder.encode(row, strategy.clone()).await?)
                });
            }
        }
        _ => {
            let encoder = ProtoRawEncoder::new(settings()?);
            let order = descriptor(text(request, "schema"))?;
            for row in rows {
                let bytes = DynamicMessage::deserialize(order.clone(), row)?.encode_to_vec();
                frames.push(if in_header {
                    frame(encoder.encode_with_header_id(&bytes, ORDER, strategy.clone(), false).await?)
                } else {
                    prefixed(encoder.encode(&bytes, ORDER, strategy.clone()).await?)
                });
            }
        }
    }
    Ok(frames)
}

async fn produce(wire: &Transport, request: &Value) -> Result<Value> {
    let frames = write(request).await?;
    wire.send(text(request, "topic"), &frames).await?;
    Ok(json!({"first": BASE64_STANDARD.encode(&frames[0].value)}))
}

// ---- consume ----------------------------------------------------------------------------------

async fn read(format: &str, variant: Option<&str>, frames: &[Frame]) -> Result<Vec<Value>> {
    let mut rows = Vec::new();
    match format {
        "avro" => {
            let decoder = AvroDecoder::new(settings()?);
            for frame in frames {
                let header = frame.headers.get(HEADER).map(Vec::as_slice);
                let result = decoder.decode_with_header_id(header, Some(&frame.value)).await?;
                rows.push(avro::to_json(result.value)?);
            }
        }
        "json" => {
            let decoder = JsonDecoder::new(settings()?);
            for frame in frames {
                let header = frame.headers.get(HEADER).map(Vec::as_slice);
                let result = decoder.decode_with_header_id(header, Some(&frame.value)).await?;
                let result = result.ok_or("an empty record")?;
                decoder.validate(&result.schema, &result.value)?;
                rows.push(result.value);
            }
        }
        _ => {
            let decoder = ProtoRawDecoder::new(settings()?);
            let order = descriptor(variant.unwrap_or("v1"))?;
            let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
            for frame in frames {
                let header = frame.headers.get(HEADER).map(Vec::as_slice);
                let result = decoder.decode_with_header_id(header, Some(&frame.value)).await?;
                let result = result.ok_or("an empty record")?;
                if *result.full_name != ORDER {
                    return Err(format!("message {}, expected {ORDER}", result.full_name).into());
                }
                let message = DynamicMessage::decode(order.clone(), result.bytes.as_slice())?;
                rows.push(message.serialize_with_options(serde_json::value::Serializer, &options)?);
            }
        }
    }
    Ok(rows)
}

async fn consume(wire: &Transport, request: &Value) -> Result<Value> {
    let count = request["count"].as_u64().ok_or("no count")?;
    let frames = wire.receive(text(request, "topic"), count as usize).await?;
    let mut results = Vec::new();
    for reader in request["readers"].as_array().into_iter().flatten() {
        results.push(read(text(request, "format"), reader.as_str(), &frames).await?);
    }
    Ok(json!({"results": results}))
}

// ---- the protocol -------------------------------------------------------------------------------

/// The client gives the status in its error's text and the registry's answer as its cause.
fn failure(error: &(dyn std::error::Error + 'static)) -> Value {
    let Some(failed) = error.downcast_ref::<SRCError>() else {
        return json!({"message": error.to_string()});
    };
    let status = failed.error.split("failed with status ").nth(1);
    let status = status.and_then(|rest| rest.split(' ').next()?.parse::<u16>().ok());
    let cause = failed.cause.clone().unwrap_or_default();
    json!({"message": format!("{}: {cause}", failed.error), "status": status})
}

async fn answer(wire: &Transport, request: &Value) -> Value {
    let result = match text(request, "op") {
        "hello" => Ok(hello()),
        "produce" => produce(wire, request).await,
        "consume" => consume(wire, request).await,
        other => Err(format!("no operation {other}").into()),
    };
    match result {
        Ok(mut answer) => {
            answer["ok"] = json!(true);
            answer
        }
        Err(error) => json!({"ok": false, "error": failure(&*error)}),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let wire = Transport::from_environment().await?;
    for line in std::io::stdin().lock().lines() {
        println!("{}", answer(&wire, &serde_json::from_str(&line?)?).await);
    }
    Ok(())
}
