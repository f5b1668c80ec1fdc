package npusim.sim.functional;

import java.util.Arrays;
import npusim.isa.Instruction;
import npusim.isa.Word;
import npusim.program.CoreCode;

/** State of one core: memories, registers, semaphores and the sequencer's stacks. */
final class Core {
  /**
   * Longest run of elements handled at once by vector instructions; scratch rows have this length.
   */
  static final int RUN = 1024;

  private final int index;
  private final int chip;
  private final CoreCode code;
  private final LocalMemory scratchpad;
  private final LocalMemory accumulator;
  private final Dram dram;
  private final Core[] chipCores;
  private final int indexInChip;

  /** Scalar registers; register 0 stays 0. */
  final long[] registers;

  /** Counting semaphores by number; 0 is not used. */
  final int[] semaphores = new int[Word.MAX_SEMAPHORE + 1];

  /** Scratch rows of {@link #RUN} elements. */
  final double[][] doubles = new double[4][RUN];

  /** Scratch rows of {@link #RUN} elements. */
  final long[][] longs = new long[4][RUN];

  /** What vector instructions have handed on. */
  final HandedOn handedOn = new HandedOn();

  /** Block that {@code m.load} has put into the array. */
  MatrixBlock block = MatrixBlock.NONE;

  Core(
      int index,
      int chip,
      int indexInChip,
      Limits limits,
      CoreCode code,
      long[] initialRegisters,
      Dram dram,
      Core[] chipCores,
      Checks checks) {
    this.index = index;
    this.chip = chip;
    this.code = code;
    this.registers = Arrays.copyOf(initialRegisters, Word.REGISTERS);
    this.scratchpad = checks.memory("scratchpad", index, 0, limits.scratchpadBytes());
    this.accumulator =
        checks.memory("accumulator memory", index, Word.ACC_BASE, limits.accumulatorBytes());
    this.dram = dram;
    this.chipCores = chipCores;
    this.indexInChip = indexInChip;
  }

  /** Number of the core in the system. */
  int index() {
    return index;
  }

  /** Number of its chip. */
  int chip() {
    return chip;
  }

  CoreCode code() {
    return code;
  }

  Dram dram() {
    return dram;
  }

  /** Another core of the same chip. */
  Core peer(long core) {
    if (core < 0 || core >= chipCores.length) {
      throw Fault.program(
          "exec-core",
          "core " + core + " does not exist; the chip has cores 0.." + (chipCores.length - 1));
    }
    return chipCores[(int) core];
  }

  /** Number of the core within its chip. */
  int indexInChip() {
    return indexInChip;
  }

  /** Scratchpad or accumulator memory, by address. */
  LocalMemory memory(long address) {
    return LocalMemory.isAccumulator(address) ? accumulator : scratchpad;
  }

  /** True when every waited semaphore has its count. */
  boolean ready(Instruction i) {
    if (!i.hasWaits()) {
      return true;
    }
    for (int slot = 0; slot < Word.WAIT_SLOTS; slot++) {
      if (semaphores[i.waitSem(slot)] < i.waitTotal(slot)) {
        return false;
      }
    }
    return true;
  }

  /** Takes the waited counts off. */
  void takeWaits(Instruction i) {
    if (i.hasWaits()) {
      for (int slot = 0; slot < Word.WAIT_SLOTS; slot++) {
        semaphores[i.waitSem(slot)] -= i.waitCount(slot);
      }
    }
  }

  /** Adds the signalled counts. */
  void giveSignals(Instruction i) {
    if (i.hasSignals()) {
      for (int slot = 0; slot < Word.SIGNAL_SLOTS; slot++) {
        semaphores[i.signalSem(slot)] += i.signalCount(slot);
      }
    }
  }
}
