package npusim.tools.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import npusim.hardware.HardwareCatalog;
import npusim.hardware.HardwareLoader;
import npusim.hardware.Provenance;
import org.junit.jupiter.api.Test;

/** A value that was found by looking at measured rows says at which. */
class FittedParametersTest {
  @Test
  void nameTheirTables() {
    List<String> families = Tables.all().stream().map(Table::family).distinct().toList();
    int fitted = 0;
    for (String chip : HardwareCatalog.chips()) {
      for (var p : HardwareLoader.load(chip).parameters().all()) {
        if (p.provenance().status() == Provenance.Status.FITTED) {
          fitted++;
          assertThat(families)
              .as("%s %s: %s", chip, p.path(), p.provenance().source())
              .anyMatch(f -> p.provenance().source().contains(f));
        }
      }
    }
    assertThat(fitted).isPositive();
  }
}
