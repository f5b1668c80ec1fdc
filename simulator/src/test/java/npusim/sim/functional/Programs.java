package npusim.sim.functional;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import npusim.isa.DType;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Word;
import npusim.program.Buffer;
import npusim.program.ConstData;
import npusim.program.CoreCode;
import npusim.program.Coverage;
import npusim.program.NodeInfo;
import npusim.program.Param;
import npusim.program.Program;

/** Builds small programs by hand. */
final class Programs {
  private final List<Program.Launch> cores = new ArrayList<>();
  private final List<Buffer> buffers = new ArrayList<>();
  private final List<ConstData> constants = new ArrayList<>();
  private final List<Param> params = new ArrayList<>();
  private final int coresPerChip;
  private long dramBytes = 1 << 16;

  Programs(int coresPerChip) {
    this.coresPerChip = coresPerChip;
  }

  /**
   * Adds a core that runs the instructions, a halt appended; every instruction belongs to node 0.
   */
  Programs core(Instruction.Builder... code) {
    Instruction[] built = new Instruction[code.length + 1];
    for (int i = 0; i < code.length; i++) {
      built[i] = code[i].build();
    }
    built[code.length] = Instruction.builder(Opcode.HALT).build();
    cores.add(
        new Program.Launch(
            new CoreCode(built, new int[built.length], Map.of()), new long[Word.REGISTERS]));
    return this;
  }

  /** Adds a core from a list. */
  Programs core(List<Instruction.Builder> code) {
    return core(code.toArray(new Instruction.Builder[0]));
  }

  Programs buffer(String name, Buffer.Kind kind, long address, DType type, long elements) {
    return buffer(name, kind, 0, address, type, elements);
  }

  Programs buffer(
      String name, Buffer.Kind kind, int chip, long address, DType type, long elements) {
    buffers.add(Buffer.of(name, kind, chip, address, type.bytesFor(elements), type, elements));
    return this;
  }

  Programs constant(String buffer, byte[] data) {
    constants.add(ConstData.of(buffer, data));
    return this;
  }

  Programs param(Param p) {
    params.add(p);
    return this;
  }

  Programs dram(long bytes) {
    dramBytes = bytes;
    return this;
  }

  Program build() {
    return new Program(
        "hand-written",
        "test",
        "0",
        coresPerChip,
        cores,
        params,
        buffers,
        constants,
        List.of(new NodeInfo(0, "conv_1", "Conv", "", 0, 0, "", 1, 0)),
        Coverage.NONE,
        dramBytes);
  }

  /** Bytes of consecutive numbers first, first + 1, …, as f32. */
  static byte[] floats(int n, double first) {
    Rig rig = new Rig();
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      v[i] = first + i;
    }
    rig.put(DType.F32, 0, v);
    return Arrays.copyOf(rig.core.memory(0).bytes(), 4 * n);
  }

  /** f32 values of bytes. */
  static double[] values(byte[] bytes) {
    Rig rig = new Rig();
    System.arraycopy(bytes, 0, rig.core.memory(0).bytes(), 0, bytes.length);
    return rig.get(DType.F32, 0, bytes.length / 4);
  }
}
