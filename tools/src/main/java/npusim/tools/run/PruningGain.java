package npusim.tools.run;

import java.util.List;
import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;

/**
 * A pruned job beside the same job with all its weights, compiled and simulated again.
 *
 * @param pattern how weights were pruned, such as {@code 2:4}
 * @param note what the chip makes of pruned weights
 * @param denseCycles latency with all weights
 * @param denseWeightBytes weights of the largest stage with all of them
 * @param denseDramReadBytes bytes read from DRAM with all weights
 */
public record PruningGain(
    String pattern, String note, long denseCycles, long denseWeightBytes, long denseDramReadBytes) {

  static PruningGain of(String pattern, boolean twoOfFour, Hardware hw, List<StageTotals> dense) {
    return new PruningGain(
        pattern,
        note(twoOfFour, hw),
        dense.stream().mapToLong(StageTotals::cycles).sum(),
        dense.stream().mapToLong(s -> s.program().coverage().weightBytes()).max().orElse(0),
        dense.stream().mapToLong(StageTotals::dramReadBytes).sum());
  }

  private static String note(boolean twoOfFour, Hardware hw) {
    boolean skips = twoOfFour && hw.core().matrix().sparsity() == MatrixUnit.Sparsity.TWO_OF_FOUR;
    String memory =
        hw.core().dma().expands()
            ? "compressed in DRAM"
            : "uncompressed in DRAM: the chip has no decompressor";
    return memory + (skips ? ", skipped by the array" : "");
  }
}
