import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.entities.Config;
import io.confluent.kafka.schemaregistry.client.rest.entities.Metadata;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import io.confluent.kafka.schemaregistry.client.rest.entities.SubjectVersion;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.util.List;
import java.util.Map;

/**
 * The administrative calls of the original client, each once, and what each has to answer: rows of name, what the
 * client gave and what it has to be. The subjects are the caller's own; global settings are put back.
 */
final class Admin {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String A = "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}%s]}";
    private static final AvroSchema V1 = new AvroSchema(A.formatted(""));
    private static final AvroSchema BAD = new AvroSchema(A.formatted("").replace("int", "string"));
    private static final AvroSchema V2 =
        new AvroSchema(A.formatted(",{\"name\":\"b\",\"type\":\"string\",\"default\":\"\"}"))
            .copy(new Metadata(null, Map.of("release", "2"), null), null);

    private final SchemaRegistryClient client;
    private final String subject;
    private final ArrayNode rows = JSON.createArrayNode();

    private Admin(SchemaRegistryClient client, String subject) {
        this.client = client;
        this.subject = subject;
    }

    /** A call of the client. */
    interface Call {
        Object run() throws Exception;
    }

    /** A call that gives nothing and has to succeed. */
    interface Step {
        void run() throws Exception;
    }

    private void step(String name, Step step) throws Exception {
        check(name, "done", () -> {
            step.run();
            return "done";
        });
    }

    /** A refusal is the status and code of the registry's answer. */
    private void check(String name, Object wanted, Call call) throws Exception {
        Object got;
        try {
            got = call.run();
        } catch (RestClientException refused) {
            got = List.of(refused.getStatus(), refused.getErrorCode());
        }
        ObjectNode row = rows.addObject().put("name", name);
        row.set("got", JSON.valueToTree(got));
        row.set("wanted", JSON.valueToTree(wanted));
    }

    static ArrayNode checks(SchemaRegistryClient client, String subject) throws Exception {
        Admin admin = new Admin(client, subject);
        int first = client.register(subject, V1);
        int second = client.register(subject, V2);
        admin.reading(first, second);
        admin.checking();
        admin.settings();
        admin.importing();
        admin.removal(first);
        return admin.rows;
    }

    private void reading(int first, int second) throws Exception {
        client.reset();
        check("register: again", first, () -> client.register(subject, V1));
        check("getSchemaById", V1.canonicalString(), () -> client.getSchemaById(first).canonicalString());
        check("getSchemaBySubjectAndId", V2.canonicalString(),
            () -> client.getSchemaBySubjectAndId(subject, second).canonicalString());
        check("getSchemas", 2, () -> client.getSchemas(subject, false, false).size());
        check("getAllSubjects", true, () -> client.getAllSubjects().contains(subject));
        check("getAllSubjectsByPrefix", List.of(subject), () -> client.getAllSubjectsByPrefix(subject));
        check("getAllSubjectsById", true, () -> client.getAllSubjectsById(first).contains(subject));
        check("getAllVersionsById", true,
            () -> client.getAllVersionsById(first).contains(new SubjectVersion(subject, 1)));
        check("getAllVersions", List.of(1, 2), () -> client.getAllVersions(subject));
        check("getLatestSchemaMetadata", second, () -> client.getLatestSchemaMetadata(subject).getId());
        check("getSchemaMetadata", first, () -> client.getSchemaMetadata(subject, 1).getId());
        check("getLatestWithMetadata", 2,
            () -> client.getLatestWithMetadata(subject, Map.of("release", "2"), false).getVersion());
        check("getId", first, () -> client.getId(subject, V1));
        check("getVersion", 1, () -> client.getVersion(subject, V1));
        check("getAllContexts", true, () -> client.getAllContexts().contains("."));
        check("getSchemaById: none", List.of(404, 40403), () -> client.getSchemaById(2147483000));
    }

    private void checking() throws Exception {
        check("testCompatibility: bad", false, () -> client.testCompatibility(subject, BAD));
        check("testCompatibilityVerbose: bad", true, () -> !client.testCompatibilityVerbose(subject, BAD).isEmpty());
        check("register: bad", List.of(409, 40901), () -> client.register(subject, BAD));
    }

    private void settings() throws Exception {
        check("updateCompatibility", "FULL", () -> client.updateCompatibility(subject, "FULL"));
        check("getCompatibility", "FULL", () -> client.getCompatibility(subject));
        Config config = new Config("NONE");
        config.setCompatibilityGroup("release");
        check("updateConfig", "release", () -> client.updateConfig(subject, config).getCompatibilityGroup());
        check("getConfig", "NONE", () -> client.getConfig(subject).getCompatibilityLevel());
        step("deleteConfig", () -> client.deleteConfig(subject));
        check("getConfig: none", List.of(404, 40408), () -> client.getConfig(subject));
        check("setMode", "READONLY", () -> client.setMode("READONLY", subject));
        check("getMode", "READONLY", () -> client.getMode(subject));
        step("deleteMode", () -> client.deleteMode(subject));
        check("getMode: global", "READWRITE", () -> client.getMode());
    }

    private void importing() throws Exception {
        String own = subject + "-import";
        check("setMode: import", "IMPORT", () -> client.setMode("IMPORT", own, true));
        check("register: id and version", 90_001, () -> client.register(own, V1, 3, 90_001));
        check("getVersion: import", 3, () -> client.getVersion(own, V1));
        step("deleteMode: import", () -> client.deleteMode(own));
        check("deleteSubject: import", List.of(3), () -> client.deleteSubject(own));
        check("deleteSubject: import, permanent", List.of(3), () -> client.deleteSubject(own, true));
    }

    private void removal(int first) throws Exception {
        String user = subject + "-user";
        AvroSchema refers = new AvroSchema("{\"type\":\"record\",\"name\":\"B\",\"fields\":[{\"name\":\"a\",\"type\":\"A\"}]}",
            List.of(new SchemaReference("A", subject, 1)), Map.of("A", V1.canonicalString()), null);
        check("register: with a reference", true, () -> client.register(user, refers) != first);
        check("deleteSchemaVersion: referenced", List.of(422, 42206), () -> client.deleteSchemaVersion(subject, "1"));
        check("deleteSubject", List.of(1), () -> client.deleteSubject(user));
        check("deleteSubject: permanent", List.of(1), () -> client.deleteSubject(user, true));
        check("deleteSchemaVersion", 1, () -> client.deleteSchemaVersion(subject, "1"));
        check("deleteSchemaVersion: permanent", 1, () -> client.deleteSchemaVersion(subject, "1", true));
        check("deleteSubject: the rest", List.of(2), () -> client.deleteSubject(subject));
        check("getAllVersions: deleted", List.of(2), () -> client.getAllVersions(subject, true));
        check("deleteSubject: the rest, permanent", List.of(2), () -> client.deleteSubject(subject, true));
        check("getAllVersions: none", List.of(404, 40401), () -> client.getAllVersions(subject));
    }
}
