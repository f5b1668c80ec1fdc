package npusim.verify;

import java.util.List;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Unit;
import npusim.program.Program;

/** Counts the instructions a program executes, by its scalar and control instructions alone. */
final class InstructionCount {
  private InstructionCount() {}

  /**
   * Executed instructions of all cores; counting stops above the limit and at a fault, which
   * verification reports.
   */
  static long of(Program program, Limits limits, List<long[]> registers, long limit) {
    long count = 0;
    for (int core = 0; core < program.cores().size(); core++) {
      var sequencer =
          new Sequencer(program.cores().get(core).code(), registers.get(core), limits.loopDepth());
      while (!sequencer.atEnd() && count <= limit) {
        Instruction in = sequencer.current();
        count++;
        if (in.op() == Opcode.HALT) {
          break;
        }
        if (in.op().unit() != Unit.SEQ) {
          sequencer.next();
        } else if ((in.op() == Opcode.ENDLOOP && sequencer.loopNesting() == 0)
            || sequencer.execute(in) != Sequencer.Fault.NONE) {
          break;
        }
      }
    }
    return count;
  }
}
