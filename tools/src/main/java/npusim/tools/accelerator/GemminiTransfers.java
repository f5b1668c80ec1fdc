package npusim.tools.accelerator;

import npusim.hardware.Hardware;
import npusim.isa.Word;
import npusim.program.Program;

/**
 * Gemmini's transfers by themselves.
 *
 * @param hw the accelerator
 * @param count commands
 * @param rows rows of each
 * @param bytes bytes of a row
 */
record GemminiTransfers(Hardware hw, long count, long rows, long bytes) {
  /** Loads, {@code accumulators} into the accumulators rather than the scratchpad. */
  Program in(boolean accumulators) {
    var isa = GemminiIsa.of(hw);
    var p = new TokenProgram();
    for (long i = 0; i < count; i++) {
      p.add(isa.mvin(accumulators ? Word.ACC_BASE : 0, rows, bytes, bytes));
    }
    return p.build("mvin", hw.name());
  }

  /** Stores. */
  Program out() {
    var isa = GemminiIsa.of(hw);
    var p = new TokenProgram();
    for (long i = 0; i < count; i++) {
      p.add(isa.mvout(Word.ACC_BASE, rows, bytes));
    }
    return p.build("mvout", hw.name());
  }
}
