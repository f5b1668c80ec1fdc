package npusim.tools.accelerator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Unit;
import npusim.isa.Word;
import npusim.program.CoreCode;
import npusim.program.Coverage;
import npusim.program.NodeInfo;
import npusim.program.Program;

/**
 * Straight-line program of one core whose order between units is stated as "this one after that
 * one" and kept by one semaphore per pair of units: units complete in order, so waiting for an
 * instruction is waiting for all before it on its unit, and what an earlier instruction of the same
 * unit has waited for need not be waited for again.
 */
final class TokenProgram {
  private static final int UNITS = 6;

  private final List<Op> ops = new ArrayList<>();
  private final int[][] waited = new int[UNITS][UNITS];
  private int finish = -1;

  /** An instruction of the program. */
  static final class Op {
    private final int place;
    private final int unit;
    private final Instruction.Builder instruction;

    private Op(int place, int unit, Instruction.Builder instruction) {
      this.place = place;
      this.unit = unit;
      this.instruction = instruction;
    }
  }

  /** Appends an instruction that starts when those in {@code after} are complete. */
  Op add(Instruction.Builder instruction, Op... after) {
    return add(instruction, List.of(after));
  }

  /** Appends an instruction that starts when those in {@code after} are complete. */
  Op add(Instruction.Builder instruction, List<Op> after) {
    var built = instruction.build();
    var op = new Op(ops.size(), unit(built), instruction);
    after.stream()
        .sorted(Comparator.comparingInt((Op o) -> o.place).reversed())
        .forEach(b -> after(op, b));
    ops.add(op);
    return op;
  }

  private void after(Op op, Op before) {
    if (before.unit == op.unit || waited[before.unit][op.unit] > before.place) {
      return;
    }
    waited[before.unit][op.unit] = before.place + 1;
    int semaphore = 1 + before.unit * UNITS + op.unit;
    before.instruction.signal(semaphore, 1);
    op.instruction.wait(semaphore, 1);
  }

  /** The sequencer, load queues 0 and 1, store, matrix and vector unit. */
  private static int unit(Instruction i) {
    return switch (i.unit()) {
      case SEQ, COM -> 0;
      case LD -> 1 + i.queue();
      case ST -> 3;
      case MAT -> 4;
      case VEC -> 5;
    };
  }

  /** An instruction of the sequencer that does nothing. */
  static Instruction.Builder idle() {
    return Instruction.builder(Opcode.NOP).set(Field.UNIT, Unit.SEQ);
  }

  /** The program, ended by a halt. */
  Program build(String name, String chip) {
    if (finish < 0) {
      add(Instruction.builder(Opcode.HALT));
      finish = ops.size();
    }
    var code = new Instruction[ops.size()];
    for (int i = 0; i < code.length; i++) {
      code[i] = ops.get(i).instruction.build();
    }
    var core = new CoreCode(code, new int[code.length], Map.of());
    return new Program(
        name,
        chip,
        "",
        1,
        List.of(new Program.Launch(core, new long[Word.REGISTERS])),
        List.of(),
        List.of(),
        List.of(),
        List.of(new NodeInfo(0, name, "MatMul", "", 0, 0, "", 1, 0)),
        Coverage.NONE,
        1L << 32);
  }
}
