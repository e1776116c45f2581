import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;

/** Records between the protocol's JSON and Avro's generic values; bytes are base64 in the former. */
final class Values {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Values() {}

    static Object toAvro(Schema schema, JsonNode node) {
        switch (schema.getType()) {
            case RECORD:
                GenericData.Record record = new GenericData.Record(schema);
                for (Schema.Field field : schema.getFields()) {
                    record.put(field.pos(), toAvro(field.schema(), node.get(field.name())));
                }
                return record;
            case UNION: // the schemas here have [null, T] only
                return node == null || node.isNull() ? null : toAvro(schema.getTypes().get(1), node);
            case ARRAY:
                List<Object> items = new ArrayList<>();
                node.forEach(item -> items.add(toAvro(schema.getElementType(), item)));
                return items;
            case MAP:
                Map<String, Object> map = new LinkedHashMap<>();
                node.fields().forEachRemaining(e -> map.put(e.getKey(), toAvro(schema.getValueType(), e.getValue())));
                return map;
            case ENUM:
                return new GenericData.EnumSymbol(schema, node.asText());
            case BYTES:
                return ByteBuffer.wrap(Base64.getDecoder().decode(node.asText()));
            case STRING:
                return node.asText();
            case INT:
                return node.intValue();
            case LONG:
                return node.longValue();
            case DOUBLE:
                return node.doubleValue();
            case BOOLEAN:
                return node.booleanValue();
            default:
                throw new IllegalArgumentException("no such type in the matrix: " + schema.getType());
        }
    }

    static JsonNode toJson(Object value) {
        return JSON.valueToTree(plain(value));
    }

    private static Object plain(Object value) {
        if (value instanceof IndexedRecord record) {
            Map<String, Object> out = new LinkedHashMap<>();
            for (Schema.Field field : record.getSchema().getFields()) {
                out.put(field.name(), plain(record.get(field.pos())));
            }
            return out;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> out = new LinkedHashMap<>();
            map.forEach((k, v) -> out.put(k.toString(), plain(v)));
            return out;
        }
        if (value instanceof Collection<?> items) {
            return items.stream().map(Values::plain).toList();
        }
        if (value instanceof ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            return Base64.getEncoder().encodeToString(copy);
        }
        boolean isText = value instanceof CharSequence || value instanceof GenericData.EnumSymbol;
        return isText ? value.toString() : value;
    }
}
