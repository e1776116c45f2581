import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/** The peer of bench/avro_compat.c: Java Avro's checker on the same two records, warm. */
public class AvroCompat {
    static final int FIELDS = 50;
    static final String[] TYPES = {
        "\"string\"", "\"long\"", "[\"null\",\"string\"]",
        "{\"type\":\"array\",\"items\":\"double\"}", "{\"type\":\"map\",\"values\":\"string\"}"
    };

    static Schema build(boolean isNew) {
        StringBuilder out = new StringBuilder("{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":[");
        for (int i = 0; i < FIELDS; i++) {
            String type = i == 7 ? (isNew ? "\"long\"" : "\"int\"") : TYPES[i % 5];
            out.append(i > 0 ? "," : "").append("{\"name\":\"field_").append(i).append("\",\"type\":").append(type).append("}");
        }
        if (isNew) {
            out.append(",{\"name\":\"added\",\"type\":\"string\",\"default\":\"\"}");
        }
        return new Schema.Parser().parse(out.append("]}").toString());
    }

    public static void main(String[] args) {
        Schema reader = build(true), writer = build(false);
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 12; round++) {
            int checks = 20000;
            long bad = 0, start = System.nanoTime();
            for (int i = 0; i < checks; i++) {
                var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
                if (result.getType() != SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE) {
                    bad++;
                }
            }
            double each = (System.nanoTime() - start) / (double) checks;
            if (bad > 0) {
                throw new IllegalStateException("not compatible");
            }
            if (round > 4) {
                best = Math.min(best, each);
            }
        }
        System.out.printf(java.util.Locale.ROOT, "%.1f ns per check%n", best);
    }
}
