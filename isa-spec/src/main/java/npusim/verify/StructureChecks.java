package npusim.verify;

import java.util.IdentityHashMap;
import java.util.Map;
import npusim.diag.Severity;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Word;
import npusim.program.Buffer;
import npusim.program.CoreCode;
import npusim.program.Program;

/** What can be checked instruction by instruction, without executing. */
final class StructureChecks {

  private final Program program;
  private final Limits limits;
  private final Findings findings;

  StructureChecks(Program program, Limits limits, Findings findings) {
    this.program = program;
    this.limits = limits;
    this.findings = findings;
  }

  void run() {
    int available = limits.chips() * limits.coresPerChip();
    if (program.cores().size() > available || program.coresPerChip() > limits.coresPerChip()) {
      general(
          "the program needs "
              + program.cores().size()
              + " cores, "
              + program.coresPerChip()
              + " per chip; the hardware has "
              + available
              + ", "
              + limits.coresPerChip()
              + " per chip");
    }
    if (program.coresPerChip() > Long.SIZE) {
      general(
          program.coresPerChip() + " cores per chip, but core masks have " + Long.SIZE + " bits");
    }
    for (Buffer b : program.buffers()) {
      if (b.end() > limits.dramBytes() || b.chip() >= Math.max(1, program.chips())) {
        general(
            "buffer "
                + b.name()
                + " ends at byte "
                + b.end()
                + " of chip "
                + b.chip()
                + ", DRAM has "
                + limits.dramBytes()
                + " bytes");
      }
    }
    Map<CoreCode, Boolean> done = new IdentityHashMap<>();
    for (int core = 0; core < program.cores().size(); core++) {
      CoreCode code = program.cores().get(core).code();
      if (done.put(code, true) == null) {
        stream(core, code);
      }
    }
  }

  private void general(String message) {
    findings.general(Severity.ERROR, "verify-bounds", message, "compile it for this hardware");
  }

  private void stream(int core, CoreCode code) {
    int depth = 0;
    boolean halts = false;
    for (int i = 0; i < code.code().length; i++) {
      Instruction in = code.code()[i];
      switch (in.op()) {
        case LOOP -> depth++;
        case ENDLOOP -> {
          if (--depth < 0) {
            findings.error("verify-structure", core, i, "endloop without loop", "");
            depth = 0;
          }
        }
        case CALL -> {
          if (in.get(Field.TARGET) >= code.code().length) {
            findings.error(
                "verify-structure",
                core,
                i,
                "calls outside the " + code.code().length + " instructions",
                "");
          }
        }
        case HALT -> halts = true;
        default -> instruction(core, i, in);
      }
    }
    if (depth > 0) {
      findings.error(
          "verify-structure", core, code.code().length - 1, depth + " loops without endloop", "");
    }
    if (!halts) {
      findings.error(
          "verify-structure",
          core,
          Math.max(0, code.code().length - 1),
          "the stream has no halt",
          "");
    }
  }

  private void instruction(int core, int index, Instruction in) {
    if (in.queue() >= limits.loadQueues()) {
      findings.error(
          "verify-range",
          core,
          index,
          "load queue " + in.queue() + " of " + limits.loadQueues(),
          "");
    }
    switch (in.op()) {
      case V_COPY, V_GATHER, DMA_GET, DMA_PUT -> sameType(core, index, in, Field.DST_T, Field.A_T);
      case V_QUANT -> sameType(core, index, in, Field.DST_T, Field.ZP_T);
      case M_GEMM -> accumulator(core, index, in, in.dtype(Field.A_T), in.dtype(Field.W_T));
      case M_STREAM -> accumulator(core, index, in, in.dtype(Field.A_T), DType.I8);
      case M_LOAD -> {
        block(core, index, in, Field.K2, limits.matrixRows());
        block(core, index, in, Field.N, limits.matrixColumns());
      }
      default -> {}
    }
    if (in.op() == Opcode.M_GEMM || in.op() == Opcode.M_STREAM) {
      if (in.reg(Field.ACC) == 0 && in.get(Field.ACC) < Word.ACC_BASE) {
        findings.error(
            "verify-range",
            core,
            index,
            "acc is not in the accumulator memory",
            "its addresses begin at 0x80000000");
      }
    }
  }

  private void sameType(int core, int index, Instruction in, Field... fields) {
    if (in.dtype(fields[0]) != in.dtype(fields[1])) {
      findings.error(
          "verify-type",
          core,
          index,
          fields[0].label()
              + " is "
              + in.dtype(fields[0])
              + " but "
              + fields[1].label()
              + " is "
              + in.dtype(fields[1]),
          "both must be the same");
    }
  }

  private void accumulator(int core, int index, Instruction in, DType a, DType w) {
    boolean integer = in.dtype(Field.ACC_T) == DType.I32;
    if (integer && (a.isFloat() || w.isFloat())) {
      findings.error(
          "verify-type",
          core,
          index,
          "i32 accumulators with " + a + " and " + w + " operands",
          "use f32 accumulators");
    }
  }

  private void block(int core, int index, Instruction in, Field field, int max) {
    if (in.reg(field) == 0 && in.get(field) > max) {
      findings.error(
          "verify-range",
          core,
          index,
          field.label() + " = " + in.get(field) + " is more than the array's " + max,
          "");
    }
  }
}
