package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import npusim.hardware.HardwareSchema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackTextsTest {
  @TempDir private Path folder;

  @Test
  void copiesTextsOnlyAndNothingOutside() throws Exception {
    Path jar = folder.resolve("a.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String name :
          new String[] {"x/a.yaml", "x/b.class", "../c.yaml", "x/d.json", "x/greek.yaml"}) {
        out.putNextEntry(new JarEntry(name));
        String text = "a:  \"é  \\\" b\"\n" + (name.contains("greek") ? "α" : "");
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.closeEntry();
      }
    }
    Path texts = folder.resolve("texts");
    UnpackTexts.unpack(jar, texts);
    assertThat(Files.readString(texts.resolve("x/a.yaml"), StandardCharsets.ISO_8859_1))
        .isEqualTo("a:  \"é  \\\" b\"\n");
    assertThat(Files.readString(texts.resolve("x/d.json"), StandardCharsets.ISO_8859_1))
        .isEqualTo("a:\"é  \\\" b\"");
    assertThat(texts.resolve("x/greek.yaml")).doesNotExist();
    assertThat(texts.resolve("x/b.class")).doesNotExist();
    assertThat(folder.resolve("c.yaml")).doesNotExist();
  }

  @Test
  void jsonSaysTheSameWithoutItsLayout() throws Exception {
    var mapper = new ObjectMapper();
    String dense = UnpackTexts.dense(HardwareSchema.text());
    assertThat(dense.chars()).allMatch(c -> c > 31 && c < 256);
    assertThat(dense).doesNotContain("\n").hasSizeLessThan(HardwareSchema.text().length());
    assertThat(mapper.readTree(dense)).isEqualTo(mapper.readTree(HardwareSchema.text()));
  }
}
