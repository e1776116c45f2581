import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.confluent.connect.avro.AvroConverter;
import io.confluent.connect.avro.AvroData;
import io.confluent.connect.avro.AvroDataConfig;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;

/**
 * The Java workers of the client matrix: one program, two users of the original client.
 *
 * <pre>
 *   Worker java      KafkaAvroSerializer and KafkaAvroDeserializer
 *   Worker connect   Kafka Connect's AvroConverter
 * </pre>
 *
 * Each line on standard input is a JSON request, each line on standard output its answer; the protocol is in
 * ../README.md. Nothing of the client is replaced.
 */
public final class Worker {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CACHE = 100;

    private Worker() {}

    /** What a user of the client has to do here. */
    interface Client {
        ObjectNode hello();

        List<byte[]> write(JsonNode request) throws Exception;

        JsonNode read(JsonNode request, String variant, byte[] frame) throws Exception;
    }

    static SchemaRegistryClient registry() {
        return new CachedSchemaRegistryClient(System.getenv("REGISTRY_URL"), CACHE);
    }

    static String text(String variant) throws Exception {
        return Files.readString(Path.of(System.getenv("SCHEMAS"), "avro", variant + ".avsc"));
    }

    static Schema schema(String variant) throws Exception {
        return new Schema.Parser().parse(text(variant));
    }

    static String subject(JsonNode request) {
        return request.get("topic").asText() + "-value";
    }

    static ObjectNode hello(String client, Class<?> owner, String how) {
        ObjectNode answer = JSON.createObjectNode();
        String version = Optional.ofNullable(owner.getPackage().getImplementationVersion())
            .orElse("from " + Path.of(owner.getProtectionDomain().getCodeSource().getLocation().getPath()).getFileName());
        answer.put("client", client).put("package", owner.getSimpleName() + " " + version);
        answer.putObject("formats").putObject("avro").put("register", "auto").put("new", how).put("old", how);
        for (String can : List.of("inferred", "header", "references", "pinned")) {
            answer.putArray(can);
        }
        return answer;
    }

    /** The serializer and deserializer that producers and consumers configure. */
    static final class Serde implements Client {
        @Override
        public ObjectNode hello() {
            ObjectNode answer = Worker.hello("java", KafkaAvroSerializer.class, "reader");
            for (String can : List.of("inferred", "references", "pinned")) {
                answer.withArray(can).add("avro");
            }
            return answer.put("admin", true);
        }

        @Override
        public List<byte[]> write(JsonNode request) throws Exception {
            SchemaRegistryClient registry = registry();
            Map<String, Object> conf = new HashMap<>(Map.of("schema.registry.url", System.getenv("REGISTRY_URL"),
                "auto.register.schemas", !request.path("lookup").asBoolean() && !request.has("pinned")
                    && !request.has("references")));
            Schema written = schema(request.has("references") ? "v1" : request.get("schema").asText());
            if (request.has("references")) {
                conf.put("use.latest.version", true);
                registerWithReferences(registry, request);
            }
            if (request.has("pinned")) {
                conf.put("use.latest.with.metadata", "release=" + request.get("pinned").get("release").asText());
            }
            if (request.path("inferred").asBoolean()) {
                conf.put("schema.reflection", true);
            }
            List<byte[]> frames = new ArrayList<>();
            try (KafkaAvroSerializer serializer = new KafkaAvroSerializer(registry)) {
                serializer.configure(conf, false);
                for (JsonNode row : request.get("records")) {
                    Object value = request.path("inferred").asBoolean()
                        ? JSON.treeToValue(row, Sample.class) : Values.toAvro(written, row);
                    frames.add(serializer.serialize(request.get("topic").asText(), value));
                }
            }
            return frames;
        }

        /** The parsed schema takes the referenced text from the registry, as the client's own provider does. */
        private static void registerWithReferences(SchemaRegistryClient registry, JsonNode request) throws Exception {
            List<SchemaReference> references = new ArrayList<>();
            Map<String, String> resolved = new HashMap<>();
            for (JsonNode row : request.get("references")) {
                SchemaReference reference = new SchemaReference(
                    row.get("name").asText(), row.get("subject").asText(), row.get("version").asInt());
                references.add(reference);
                resolved.put(reference.getName(), registry.getSchemaMetadata(
                    reference.getSubject(), reference.getVersion()).getSchema());
            }
            registry.register(subject(request),
                new AvroSchema(text(request.get("schema").asText()), references, resolved, null));
        }

        @Override
        public JsonNode read(JsonNode request, String variant, byte[] frame) throws Exception {
            try (KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer(registry())) {
                Map<String, Object> conf = new HashMap<>(Map.of("schema.registry.url", System.getenv("REGISTRY_URL")));
                if (request.has("pinned")) {
                    conf.put("use.latest.with.metadata", "release=" + request.get("pinned").get("release").asText());
                }
                deserializer.configure(conf, false);
                String topic = request.get("topic").asText();
                boolean own = variant != null && !request.has("pinned");
                return Values.toJson(own ? deserializer.deserialize(topic, frame, schema(variant))
                    : deserializer.deserialize(topic, frame));
            }
        }
    }

    /** The record whose schema the serializer infers by reflection. */
    public static final class Sample {
        public String id;
        public long count;
        public double ratio;
        public boolean on;
    }

    /** Records pass through Connect's own schema and value types in both directions. */
    static final class Connect implements Client {
        private final AvroData data = new AvroData(
            new AvroDataConfig(Map.of("enhanced.avro.schema.support", true)));

        @Override
        public ObjectNode hello() {
            return Worker.hello("connect", AvroConverter.class, "writer");
        }

        private static AvroConverter converter(boolean register) {
            AvroConverter converter = new AvroConverter(registry());
            converter.configure(Map.of("schema.registry.url", System.getenv("REGISTRY_URL"),
                "auto.register.schemas", register, "enhanced.avro.schema.support", true), false);
            return converter;
        }

        @Override
        public List<byte[]> write(JsonNode request) throws Exception {
            AvroConverter converter = converter(!request.path("lookup").asBoolean());
            Schema schema = schema(request.get("schema").asText());
            List<byte[]> frames = new ArrayList<>();
            for (JsonNode row : request.get("records")) {
                SchemaAndValue value = data.toConnectData(schema, Values.toAvro(schema, row));
                frames.add(converter.fromConnectData(request.get("topic").asText(), value.schema(), value.value()));
            }
            return frames;
        }

        @Override
        public JsonNode read(JsonNode request, String variant, byte[] frame) {
            SchemaAndValue value = converter(false).toConnectData(request.get("topic").asText(), frame);
            return Values.toJson(data.fromConnectData(value.schema(), value.value()));
        }
    }

    // ---- the protocol --------------------------------------------------------------------------

    static ObjectNode produce(Client client, Transport wire, JsonNode request) throws Exception {
        List<byte[]> frames = client.write(request);
        wire.send(request.get("topic").asText(), frames);
        return JSON.createObjectNode().put("first", Base64.getEncoder().encodeToString(frames.get(0)));
    }

    static ObjectNode consume(Client client, Transport wire, JsonNode request) throws Exception {
        List<byte[]> frames = wire.receive(request.get("topic").asText(), request.get("count").asInt());
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode results = answer.putArray("results");
        for (JsonNode reader : request.get("readers")) {
            ArrayNode rows = results.addArray();
            for (byte[] frame : frames) {
                rows.add(client.read(request, reader.isNull() ? null : reader.asText(), frame));
            }
        }
        return answer;
    }

    static ObjectNode failure(Throwable error) {
        Throwable cause = error;
        while (cause != null && !(cause instanceof RestClientException)) {
            cause = cause.getCause();
        }
        ObjectNode answer = JSON.createObjectNode().put("ok", false);
        ObjectNode detail = answer.putObject("error");
        if (cause instanceof RestClientException rest) {
            detail.put("message", rest.getMessage()).put("status", rest.getStatus()).put("code", rest.getErrorCode());
        } else {
            detail.put("message", error.toString());
        }
        return answer;
    }

    static ObjectNode answer(Client client, Transport wire, JsonNode request) {
        try {
            ObjectNode answer = switch (request.get("op").asText()) {
                case "hello" -> client.hello();
                case "produce" -> produce(client, wire, request);
                case "admin" -> JSON.createObjectNode().set("checks",
                    Admin.checks(registry(), request.get("subject").asText()));
                case "consume" -> consume(client, wire, request);
                default -> throw new IllegalArgumentException("no operation " + request.get("op"));
            };
            return answer.put("ok", true);
        } catch (Exception error) { // every failure is an answer; the driver judges it
            error.printStackTrace();
            return failure(error);
        }
    }

    /** Serves until standard input ends. */
    public static void main(String[] args) throws Exception {
        Client client = args[0].equals("connect") ? new Connect() : new Serde();
        Transport wire = Transport.fromEnvironment();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(client, wire, JSON.readTree(line)));
        }
        System.exit(0); // the producer's threads are not daemons
    }
}
