package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import npusim.yaml.PlainYaml;
import npusim.yaml.YamlReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Built-in descriptions are read by the small reader as by the general one. */
class PlainDescriptionsTest {
  static Stream<String> descriptions() {
    return Stream.concat(
        HardwareCatalog.chips().stream().map(c -> HardwareCatalog.chipYaml(c).orElseThrow()),
        HardwareCatalog.drams().stream().map(d -> HardwareCatalog.dramYaml(d).orElseThrow()));
  }

  @ParameterizedTest
  @MethodSource("descriptions")
  void areReadAlike(String yaml) {
    String values = yaml.substring(0, yaml.indexOf("\nsources:\n"));
    assertThat(PlainYaml.read("x.yaml", values))
        .isPresent()
        .isEqualTo(YamlReader.read("x.yaml", values));
  }
}
