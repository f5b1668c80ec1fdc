package npusim.isa;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The instruction files keep to their JSON Schemas, and the schemas refuse what they should. */
class IsaSchemaTest {
  private static final Path ISA = IsaFreshnessTest.module().resolve("src/main/isa");

  @Test
  void everyFileIsValid() throws IOException {
    var files = new ArrayList<>(IsaGenerator.instructionFiles(ISA));
    files.add(ISA.resolve("common.yaml"));
    files.add(ISA.resolve("functions.yaml"));
    for (Path file : files) {
      String text = Files.readString(file);
      String named = text.lines().findFirst().orElseThrow().replaceFirst(".*\\$schema=", "");
      assertThat(errors(named, text)).as(file.toString()).isEmpty();
    }
  }

  @Test
  void unknownKeysAndValuesAreRefused() throws IOException {
    String text = Files.readString(ISA.resolve("com.yaml"));
    for (String[] change :
        List.of(
            new String[] {"    unit: COM", "    unti: COM"},
            new String[] {"unit: COM", "unit: COMM"},
            new String[] {"timing: link", "timing: linked"},
            new String[] {"shape: local4", "shape: local5"},
            new String[] {"access: read", "access: reads"},
            new String[] {"kind: sem, ", "kind: semaphore, "},
            new String[] {"opcode: 0xa0", "opcode: 0x1a0"})) {
      assertThat(text).contains(change[0]);
      assertThat(errors("instruction.schema.json", text.replace(change[0], change[1])))
          .as(change[1])
          .isNotEmpty();
    }
  }

  @Test
  void everyDeclaredTimingClassAndWorkClassIsUsable() throws IOException {
    String schema = Files.readString(ISA.resolve("instruction.schema.json"));
    for (TimingClass timing : TimingClass.values()) {
      assertThat(schema).contains('"' + timing.mnemonic() + '"');
    }
    for (OpClass work : OpClass.values()) {
      assertThat(schema).contains('"' + work.mnemonic() + '"');
    }
    for (OperandShape shape : OperandShape.values()) {
      assertThat(schema).contains('"' + IsaReference.name(shape) + '"');
    }
  }

  private static List<String> errors(String schemaFile, String yaml) throws IOException {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Files.readString(ISA.resolve(schemaFile)), InputFormat.JSON);
    return schema.validate(yaml, InputFormat.YAML).stream().map(Object::toString).toList();
  }
}
