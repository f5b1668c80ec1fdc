package npusim.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small reader against the general one. */
class PlainYamlTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1",
        "a: b c # comment\n\n# another\nb:\n  c: -1\n  d: {}\ne: x:y\n",
        "a: {b: 1, c: {d: e f, g: [1, 2.5, {h: i}]}, j: []}  # end\nk: true\n",
        "a:\n    b:\n      c: ~\n    d: 1\ne: f#g\n",
        "notes: >\n  one\n  two\nb: 1\n",
        "a: \"2:4\"\nb: {c: \"x, {y}\", d: \"\"} # z\n"
      })
  void readsAlike(String yaml) {
    assertThat(PlainYaml.read("f", yaml)).isPresent().isEqualTo(YamlReader.read("f", yaml));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing",
        "word",
        "- a\n- b\n",
        " a: 1\nb: 2\n",
        "a: 1\n  b: 2\n",
        "a: 1\na: 2\n",
        "a: {b: 1, b: 2}",
        "a: {b: 1",
        "a: {b: 1,\n  c: 2}",
        "a: [1, 2",
        "notes: >\n  one",
        "a: \"quo\\\\ted\"",
        "a: \"quoted",
        "a: \"quoted\" more",
        "a: 'quoted'",
        "a: &anchor 1",
        "a: *alias",
        "a: !tag 1",
        "a: |\n  text\n",
        "a: >-\n  text\n",
        "a: >\n  text\n\n  more\n",
        "a: >\n  text\n    deeper\n",
        "a:\nb: 1\n",
        "a: b: c\n",
        "a: one\n  two\n",
        "a: - 1",
        "---\na: 1\n",
        "a: 1\n---\nb: 2\n",
        "\"a\": 1",
        "a b: 1",
        "a:1"
      })
  void leavesTheRestToTheOther(String yaml) {
    assertThat(PlainYaml.read("f", yaml)).isEmpty();
  }
}
