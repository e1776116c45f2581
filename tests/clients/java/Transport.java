import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** How frames travel: through partition 0 of a Kafka topic, or through a file of one frame per line. */
interface Transport {
    long WAIT_MS = 30_000;

    void send(String topic, List<byte[]> frames) throws Exception;

    List<byte[]> receive(String topic, int count) throws Exception;

    static Transport fromEnvironment() {
        String bootstrap = System.getenv("BOOTSTRAP");
        return bootstrap == null || bootstrap.isEmpty()
            ? new FileTransport(Path.of(System.getenv("FRAMES")))
            : new KafkaTransport(bootstrap);
    }
}

final class FileTransport implements Transport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final Path folder;

    FileTransport(Path folder) {
        this.folder = folder;
    }

    @Override
    public void send(String topic, List<byte[]> frames) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (byte[] frame : frames) {
            ObjectNode row = JSON.createObjectNode();
            row.put("value", Base64.getEncoder().encodeToString(frame)).putArray("headers");
            lines.append(row).append('\n');
        }
        Files.writeString(file(topic), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public List<byte[]> receive(String topic, int count) throws IOException {
        List<byte[]> frames = new ArrayList<>();
        for (String line : Files.readAllLines(file(topic), StandardCharsets.UTF_8)) {
            JsonNode row = JSON.readTree(line);
            if (frames.size() < count) {
                frames.add(Base64.getDecoder().decode(row.get("value").asText()));
            }
        }
        return frames;
    }

    private Path file(String topic) {
        return folder.resolve(topic + ".jsonl");
    }
}

final class KafkaTransport implements Transport {
    private final String bootstrap;
    private final KafkaProducer<byte[], byte[]> producer;

    KafkaTransport(String bootstrap) {
        this.bootstrap = bootstrap;
        this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap),
            new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void send(String topic, List<byte[]> frames) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (byte[] frame : frames) {
            sent.add(producer.send(new ProducerRecord<>(topic, 0, null, frame)));
        }
        for (Future<RecordMetadata> future : sent) {
            future.get(WAIT_MS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public List<byte[]> receive(String topic, int count) {
        Map<String, Object> conf = Map.of("bootstrap.servers", bootstrap, "group.id", "matrix-java",
            "enable.auto.commit", false, "auto.offset.reset", "earliest", "fetch.max.wait.ms", 50);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(conf,
            new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            List<byte[]> frames = new ArrayList<>();
            long end = System.nanoTime() + WAIT_MS * 1_000_000;
            while (frames.size() < count && System.nanoTime() < end) {
                for (ConsumerRecord<byte[], byte[]> row : consumer.poll(Duration.ofMillis(500))) {
                    if (frames.size() < count) {
                        frames.add(row.value());
                    }
                }
            }
            if (frames.size() < count) {
                throw new IllegalStateException(frames.size() + " of " + count + " records arrived in time");
            }
            return frames;
        }
    }
}
