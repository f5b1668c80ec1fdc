package npusim.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import npusim.diag.Location;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;

class YamlReaderTest {

  @Test
  void keepsPositionsOfKeysAndValues() {
    var root = (YamlNode.Mapping) YamlReader.read("f", "a: 1\nb:\n  - {c: x}\n").orElseThrow();
    assertThat(root.keyLocations().get("b")).isEqualTo(new Location("f", 2, 1));
    var list = (YamlNode.Sequence) root.entries().get("b");
    var inner = (YamlNode.Mapping) list.items().getFirst();
    assertThat(inner.entries().get("c").location()).isEqualTo(new Location("f", 3, 9));
  }

  @Test
  void leavesScalarsAsWritten() {
    var root =
        (YamlNode.Mapping)
            YamlReader.read("f", "on: yes\ntime: 1:30\nnull_: ~\nq: 'null'\n").orElseThrow();
    assertThat(root.entries().keySet()).containsExactly("on", "time", "null_", "q");
    assertThat(((YamlNode.Scalar) root.entries().get("time")).text()).isEqualTo("1:30");
    assertThat(((YamlNode.Scalar) root.entries().get("null_")).isNull()).isTrue();
    assertThat(((YamlNode.Scalar) root.entries().get("q")).isNull()).isFalse();
  }

  @Test
  void onlyCommentsIsEmpty() {
    assertThat(YamlReader.read("f", "# nothing\n")).isEmpty();
  }

  @Test
  void reportsSyntaxErrorsWithTheirPlace() {
    assertThatThrownBy(() -> YamlReader.read("f.yaml", "a: [1\n"))
        .isInstanceOf(NpusimException.class)
        .hasMessageStartingWith("f.yaml:2:1: error: not valid YAML: ");
    assertThatThrownBy(() -> YamlReader.read("f.yaml", "a: 1\na: 2\n"))
        .hasMessageStartingWith("f.yaml:2:1: error: key \"a\" is given twice");
    assertThatThrownBy(() -> YamlReader.read("f.yaml", "a: 1\n---\nb: 2\n"))
        .hasMessageContaining("f.yaml:2:1");
    assertThatThrownBy(() -> YamlReader.read("f.yaml", "? [x, y]\n: 1\n"))
        .hasMessageContaining("a key must be a single word");
    assertThatThrownBy(() -> YamlReader.read("f.yaml", "a: \u0007\n"))
        .hasMessageStartingWith("f.yaml")
        .hasMessageContaining("not valid YAML");
  }

  @Test
  void anAliasStandsForTheValueBeforeIt() {
    var root =
        (YamlNode.Mapping) YamlReader.read("f", "a: &x {b: 1}\nc: [*x, *x]\nd: 2\n").orElseThrow();
    var list = (YamlNode.Sequence) root.entries().get("c");
    assertThat(list.items()).containsExactly(root.entries().get("a"), root.entries().get("a"));
    assertThatThrownBy(() -> YamlReader.read("f.yaml", "a: 1\nb: *y\n"))
        .hasMessageStartingWith("f.yaml:2:4: error: not valid YAML");
  }

  @Test
  void refusesBombs() {
    assertThatThrownBy(() -> YamlReader.read("f.yaml", "[".repeat(5000)))
        .isInstanceOf(NpusimException.class);
    assertThatThrownBy(() -> YamlReader.read("f.yaml", "a: &a\n  b: *a\n"))
        .isInstanceOf(NpusimException.class);
    var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      laughs.append("a").append(i).append(": &a").append(i).append(" [");
      laughs.append(("*a" + (i - 1) + ", ").repeat(9)).append("*a").append(i - 1).append("]\n");
    }
    assertThatThrownBy(() -> YamlReader.read("f.yaml", laughs.toString()))
        .isInstanceOf(NpusimException.class);
  }
}
