package npusim.tools.run;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import npusim.hardware.Hardware;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.program.Program;

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

  /**
   * What pruning brought.
   *
   * @param pattern how weights were pruned
   * @param pruned stages of the pruned job
   * @param dense stages of the same job with all weights
   */
  static PruningGain of(
      String pattern, Hardware hw, List<StageTotals> pruned, List<StageTotals> dense) {
    return new PruningGain(
        pattern,
        note(hw, pruned.stream().map(StageTotals::program).toList()),
        dense.stream().mapToLong(StageTotals::cycles).sum(),
        dense.stream().mapToLong(s -> s.program().coverage().weightBytes()).max().orElse(0),
        dense.stream().mapToLong(StageTotals::dramReadBytes).sum());
  }

  /** What the programs make of the weights; filters of convolutions stay as they are. */
  private static String note(Hardware hw, List<Program> programs) {
    boolean expanded = programs.stream().anyMatch(p -> has(p, i -> i.op() == Opcode.DMA_LDZ));
    boolean skipped =
        programs.stream()
            .anyMatch(p -> has(p, i -> i.op() == Opcode.M_GEMM && i.flag(Field.SPARSE)));
    long convolutions =
        programs.stream()
            .flatMap(p -> p.nodes().stream())
            .filter(n -> n.opType().contains("Conv"))
            .map(n -> n.layer().isEmpty() ? n.name() : n.layer())
            .distinct()
            .count();
    String memory = "compressed in DRAM";
    if (!expanded) {
      String why = convolutions == 0 ? ": no block would be smaller" : "";
      memory =
          "uncompressed in DRAM"
              + (hw.core().dma().expands() ? why : ": the chip has no decompressor");
    }
    String filters =
        convolutions == 0
            ? ""
            : ", filters of "
                + convolutions
                + (convolutions == 1 ? " convolution" : " convolutions")
                + " neither compressed nor skipped";
    return memory + (skipped ? ", skipped by the array" : "") + filters;
  }

  private static boolean has(Program program, Predicate<Instruction> what) {
    return program.cores().stream()
        .map(Program.Launch::code)
        .distinct()
        .anyMatch(c -> Arrays.stream(c.code()).anyMatch(what));
  }
}
