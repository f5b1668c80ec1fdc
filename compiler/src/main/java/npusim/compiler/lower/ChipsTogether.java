package npusim.compiler.lower;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.codegen.Peers;
import npusim.isa.Word;
import npusim.program.Buffer;
import npusim.program.ConstData;
import npusim.program.CoreCode;
import npusim.program.Program;

/**
 * The program of several chips that all run the code of one: the same memory map on each, and
 * registers that say which chip it is. Buffers of the first chip have the tensors' names, those of
 * chip {@code c} have {@code @c} behind them.
 */
public final class ChipsTogether {
  private final Peers peers;

  ChipsTogether(Peers peers) {
    this.peers = peers;
  }

  /** What every core of every chip runs. */
  List<Program.Launch> launches(List<CoreCode> cores) {
    List<Program.Launch> all = new ArrayList<>();
    for (int chip = 0; chip < peers.chips(); chip++) {
      for (int core = 0; core < cores.size(); core++) {
        long[] registers = new long[Word.REGISTERS];
        peers.launch(registers, chip, core, cores.size());
        all.add(new Program.Launch(cores.get(core), registers));
      }
    }
    return all;
  }

  /** The memory map of all chips. */
  List<Buffer> buffers(List<Buffer> first) {
    List<Buffer> all = new ArrayList<>(first);
    for (int chip = 1; chip < peers.chips(); chip++) {
      for (Buffer b : first) {
        all.add(
            new Buffer(
                name(b.name(), chip),
                b.kind(),
                chip,
                b.address(),
                b.bytes(),
                b.type(),
                b.dims(),
                b.strides()));
      }
    }
    return all;
  }

  /** The same constants on every chip. */
  List<ConstData> constants(List<ConstData> first) {
    List<ConstData> all = new ArrayList<>(first);
    for (int chip = 1; chip < peers.chips(); chip++) {
      for (ConstData d : first) {
        all.add(new ConstData(name(d.buffer(), chip), d.data()));
      }
    }
    return all;
  }

  /** Name of a chip's buffer. */
  public static String name(String buffer, int chip) {
    return chip == 0 ? buffer : buffer + "@" + chip;
  }

  /**
   * One program of those compiled for each chip, which differ in constants only.
   *
   * @param ranks the program of every chip, each with all chips in it
   * @throws IllegalStateException when their code differs
   */
  public static Program merge(List<Program> ranks) {
    Program first = ranks.getFirst();
    List<ConstData> constants = new ArrayList<>();
    for (int chip = 0; chip < ranks.size(); chip++) {
      Program p = ranks.get(chip);
      if (!p.cores().equals(first.cores()) || !p.buffers().equals(first.buffers())) {
        throw new IllegalStateException("chip " + chip + " has code of its own");
      }
      List<ConstData> own = p.constants().subList(0, p.constants().size() / ranks.size());
      for (ConstData d : own) {
        constants.add(new ConstData(name(d.buffer(), chip), d.data()));
      }
    }
    return new Program(
        first.name(),
        first.hardwareName(),
        first.hardwareFingerprint(),
        first.coresPerChip(),
        first.cores(),
        first.params(),
        first.buffers(),
        constants,
        first.nodes(),
        first.coverage(),
        first.dramBytes());
  }
}
