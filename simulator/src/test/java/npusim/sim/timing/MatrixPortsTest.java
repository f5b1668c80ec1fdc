package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class MatrixPortsTest {
  private static final String[] FEW_BANKS = {
    "chip.cores=4",
    "core.scratchpad.banks=2",
    "core.scratchpad.interleave_bytes=131072",
    "core.matrix.controller_cycles=3"
  };

  private static TimingResult run(RandomPrograms.Generated g, boolean dmaFirst) {
    var sets = Arrays.copyOf(FEW_BANKS, FEW_BANKS.length + 1);
    sets[FEW_BANKS.length] = "core.scratchpad.dma_first=" + dmaFirst;
    return new TimingSimulator(TestHardware.small(sets), TimingOptions.defaults())
        .run(g.program(), Map.of());
  }

  @Property(tries = 120)
  void timesSumToTheTotalWhereDmaComesFirst(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 1, max = 4) int kernels) {
    var result = run(RandomPrograms.generate(seed, cores, kernels, 12), true);
    assertThat(Arrays.stream(result.categoryCycles()).sum()).isEqualTo(result.totalCycles());
    assertThat(result.nodes().stream().mapToLong(NodeTime::cycles).sum())
        .isEqualTo(result.totalCycles());
    for (var unit : result.units()) {
      assertThat(unit.total()).as(unit.toString()).isEqualTo(result.totalCycles());
      assertThat(unit.idle()).as(unit.toString()).isNotNegative();
      assertThat(unit.busy()).as(unit.toString()).isBetween(0L, result.totalCycles());
    }
    for (long c : result.categoryCycles()) {
      assertThat(c).isNotNegative();
    }
  }
}
