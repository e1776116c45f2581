import java.io.File;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/** A checker as people write it for CI: old and new file in, exit status 1 when new cannot read old. */
public class AvroCheck {
    public static void main(String[] args) throws Exception {
        Schema older = new Schema.Parser().parse(new File(args[0]));
        Schema newer = new Schema.Parser().parse(new File(args[1]));
        var result = SchemaCompatibility.checkReaderWriterCompatibility(newer, older);
        System.out.println(result.getType());
        System.exit(result.getType() == SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE ? 0 : 1);
    }
}
