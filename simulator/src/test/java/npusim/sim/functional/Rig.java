package npusim.sim.functional;

import java.util.List;
import java.util.Map;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Word;
import npusim.program.CoreCode;
import npusim.sim.functional.value.Lanes;

/** One core with small memories on which single instructions are executed. */
final class Rig {
  static final int SCRATCHPAD = 1 << 16;
  static final int ACCUMULATOR = 1 << 14;
  static final int DRAM = 1 << 22;
  static final long ACC = Word.ACC_BASE;

  final Dram dram = new Dram(DRAM);
  final Core core;

  Rig() {
    this(false);
  }

  Rig(boolean track) {
    Core[] peers = new Core[1];
    core =
        new Core(
            0,
            0,
            0,
            Limits.small(1, 1, SCRATCHPAD, ACCUMULATOR),
            new CoreCode(new Instruction[0], new int[0], Map.of()),
            new long[Word.REGISTERS],
            dram,
            peers,
            new Checks(track, java.util.Optional.empty()));
    peers[0] = core;
  }

  /** Executes an instruction. */
  void run(Instruction.Builder i) {
    Instruction built = i.build();
    Executors.of(built.op()).execute(core, new Args().set(built, core.registers));
  }

  /** Sets extents, innermost last; missing outer ones are 1. */
  static Instruction.Builder extents(Instruction.Builder b, long... d) {
    Field[] f = {Field.D0, Field.D1, Field.D2, Field.D3};
    for (int i = 0; i < d.length; i++) {
      b.set(f[4 - d.length + i], d[i]);
    }
    return b;
  }

  /** Sets a local operand by its name, innermost stride last; missing outer strides are 0. */
  static Instruction.Builder operand(
      Instruction.Builder b, String name, long address, DType type, long... s) {
    b.set(Field.valueOf(name), address);
    b.set(Field.valueOf(name + "_T"), type);
    for (int i = 0; i < s.length; i++) {
      b.set(Field.valueOf(name + "_S" + (4 - s.length + i)), s[i]);
    }
    return b;
  }

  /** A builder with one-dimensional extents. */
  static Instruction.Builder row(Opcode op, long n) {
    return extents(Instruction.builder(op), n);
  }

  /** Writes consecutive floats of any type into local memory. */
  void put(DType type, long address, double... values) {
    LocalMemory m = core.memory(address);
    Lanes.of(type).storeDoubles(m.bytes(), (int) m.offset(address), 0, 1, values, values.length);
    mark(address, type.bytesFor(values.length));
  }

  /** Writes consecutive integers of any type into local memory. */
  void putLongs(DType type, long address, long... values) {
    LocalMemory m = core.memory(address);
    Lanes.of(type).storeLongs(m.bytes(), (int) m.offset(address), 0, 1, values, values.length);
    mark(address, type.bytesFor(values.length));
  }

  private void mark(long address, long bytes) {
    LocalMemory m = core.memory(address);
    if (m.tracks()) {
      m.markWritten(m.offset(address), m.offset(address) + bytes);
    }
  }

  /** Reads consecutive elements as binary64. */
  double[] get(DType type, long address, int n) {
    LocalMemory m = core.memory(address);
    double[] out = new double[n];
    Lanes.of(type).loadDoubles(m.bytes(), (int) m.offset(address), 0, 1, out, n);
    return out;
  }

  /** Reads consecutive elements as integers. */
  long[] getLongs(DType type, long address, int n) {
    LocalMemory m = core.memory(address);
    long[] out = new long[n];
    Lanes.of(type).loadLongs(m.bytes(), (int) m.offset(address), 0, 1, out, n);
    return out;
  }

  /** The types vector instructions compute on. */
  static List<DType> types() {
    return java.util.Arrays.stream(DType.values()).filter(DType::supported).toList();
  }
}
