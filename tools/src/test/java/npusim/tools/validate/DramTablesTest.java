package npusim.tools.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The memory controllers reproduce what a cycle-level simulator measured. */
class DramTablesTest {
  /** Bandwidth and latency may differ by this much; the goals are 0.05 and 0.1. */
  private static final double CLOSE = 0.025;

  @Test
  void everyStreamIsClose() {
    List<Table> tables = Tables.all().stream().filter(t -> t.kind() == Job.Kind.DRAM).toList();
    List<Outcome> outcomes = Validation.run(tables, 2, s -> {});
    assertThat(outcomes).hasSizeGreaterThan(200);
    assertThat(outcomes)
        .allSatisfy(
            o ->
                assertThat(Math.abs(o.error()))
                    .as(o.row().job().machine() + " " + o.row().job().describe())
                    .isLessThan(CLOSE));
  }
}
