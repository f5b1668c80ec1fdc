package npusim.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import npusim.diag.NpusimException;
import npusim.hardware.HardwareCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainYamlTest {
  private static final String SIGNS = " \n:-#{}[],\"'>|&*?!%@`~\\.\t\r0a\u00d7\u00a0\u2028\ud83d";

  private static List<String> builtIn() {
    var texts = new ArrayList<String>();
    HardwareCatalog.chips().forEach(c -> texts.add(HardwareCatalog.chipYaml(c).orElseThrow()));
    HardwareCatalog.drams().forEach(d -> texts.add(HardwareCatalog.dramYaml(d).orElseThrow()));
    return texts;
  }

  /** What the parser makes of a text; null when it refuses it or finds nothing. */
  private static YamlNode parsed(String text) {
    try {
      return YamlReader.parse("f", text).orElse(null);
    } catch (NpusimException e) {
      return null;
    }
  }

  @Test
  void readsBuiltInDescriptionsAsTheParserDoes() {
    for (String text : builtIn()) {
      String values = text.substring(0, text.indexOf("\nsources:\n"));
      assertThat(PlainYaml.read("f", values)).isNotNull().isEqualTo(parsed(values));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1\nb:\n  - x\n  - \"y z\"\nc: {d: 1, e: [2, {f: g}]}\n",
        "a: >\n  one\n  two\nb: 3",
        "# first\na:\n\n  # between\n  b: -1.5\n# last",
        "a:   spaced  out  \nb: http://x\n",
        "a: [ 1 , 2 ]\nb: { c : d }\n",
      })
  void readsWhatIsPlain(String text) {
    YamlNode plain = PlainYaml.read("f", text);
    assertThat(Optional.ofNullable(plain).orElseGet(() -> parsed(text)))
        .isNotNull()
        .isEqualTo(parsed(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        " a: 1\n",
        "a: 1\na: 2\n",
        "a: &x 1\nb: *x\n",
        "a: 1 # one\n",
        "a: b\n  c\n",
        "a:\n    b: 1\n  c: 2\n",
        "a: >\n  one\n\n  two\n",
        "a: >-\n  one\n",
        "a: {b: 1\n}\n",
        "a: \"x\\n\"\n",
        "a: 'x'\n",
        "a: b: c\n",
        "a: {}\n",
        "a:\n- 1\n",
        "---\na: 1\n",
        "a: 1\n...\n",
        "a: |\n  x\n",
        "a: 1\r\nb: 2\r\n",
      })
  void leavesTheRestToTheParser(String text) {
    assertThat(PlainYaml.read("f", text)).isNull();
  }

  /** Texts with a character put in, taken out or exchanged: never understood in another way. */
  @Test
  void understandsNoTextDifferently() {
    var random = new Random(1);
    List<String> texts = builtIn();
    int plain = 0;
    for (int i = 0; i < 3000; i++) {
      String whole = texts.get(random.nextInt(texts.size()));
      int from = whole.indexOf('\n', random.nextInt(whole.length() / 2)) + 1;
      String part = from == 0 ? whole : whole.substring(from, Math.min(whole.length(), from + 400));
      var text = new StringBuilder(part);
      for (int edits = random.nextInt(3); edits >= 0; edits--) {
        int at = random.nextInt(text.length());
        char sign = SIGNS.charAt(random.nextInt(SIGNS.length()));
        switch (random.nextInt(3)) {
          case 0 -> text.insert(at, sign);
          case 1 -> text.setCharAt(at, sign);
          default -> text.deleteCharAt(at);
        }
      }
      YamlNode read = PlainYaml.read("f", text.toString());
      if (read != null) {
        plain++;
        assertThat(read).as("%s", text).isEqualTo(parsed(text.toString()));
      }
    }
    assertThat(plain).isGreaterThan(100);
  }
}
