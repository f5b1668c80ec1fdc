package npusim.program;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import npusim.isa.Word;

/**
 * A program for a system of one or more chips.
 *
 * @param name model or workload
 * @param hardwareName name of the hardware it was compiled for
 * @param hardwareFingerprint fingerprint of that hardware description
 * @param coresPerChip cores of a chip; core {@code i} of {@code cores} is core {@code i %
 *     coresPerChip} of chip {@code i / coresPerChip}
 * @param cores what every core runs, in order of the core number
 * @param params scalars given at launch
 * @param buffers memory map of the DRAMs
 * @param constants contents of weight and constant buffers
 * @param nodes graph nodes that instructions refer to
 * @param coverage what became of the graph
 * @param dramBytes DRAM used per chip
 */
public record Program(
    String name,
    String hardwareName,
    String hardwareFingerprint,
    int coresPerChip,
    List<Launch> cores,
    List<Param> params,
    List<Buffer> buffers,
    List<ConstData> constants,
    List<NodeInfo> nodes,
    Coverage coverage,
    long dramBytes) {

  public Program {
    cores = List.copyOf(cores);
    params = List.copyOf(params);
    buffers = List.copyOf(buffers);
    constants = List.copyOf(constants);
    nodes = List.copyOf(nodes);
  }

  /** The buffer of a name. */
  public Optional<Buffer> buffer(String bufferName) {
    return buffers.stream().filter(b -> b.name().equals(bufferName)).findFirst();
  }

  /** Chips the program runs on. */
  public int chips() {
    return (cores.size() + coresPerChip - 1) / coresPerChip;
  }

  /**
   * What a core runs.
   *
   * @param code instruction stream; the same object for cores that share it
   * @param initialRegisters 32 values at launch, before parameters are put in; register 0 is 0
   */
  public record Launch(CoreCode code, long[] initialRegisters) {
    public Launch {
      if (initialRegisters.length != Word.REGISTERS || initialRegisters[0] != 0) {
        throw new IllegalArgumentException(
            "needs "
                + Word.REGISTERS
                + " initial registers, the first 0: "
                + Arrays.toString(initialRegisters));
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Launch that
          && code.equals(that.code)
          && Arrays.equals(initialRegisters, that.initialRegisters);
    }

    @Override
    public int hashCode() {
      return 31 * code.hashCode() + Arrays.hashCode(initialRegisters);
    }

    @Override
    public String toString() {
      return code + " " + Arrays.toString(initialRegisters);
    }
  }
}
