package npusim.verify;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import npusim.isa.Access;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Operand;
import npusim.isa.OperandShape;
import npusim.isa.RedFn;

/** Works out which memory an instruction touches, from its operands and the register values. */
final class Uses {
  private static final Field[] NONE = {};
  private static final Map<OperandShape, Field[]> EXTENTS = extents();

  private final long[] registers;
  private final int unknown;
  private final Consumer<Use> out;
  private boolean complete = true;

  private Uses(long[] registers, int unknown, Consumer<Use> out) {
    this.registers = registers;
    this.unknown = unknown;
    this.out = out;
  }

  /**
   * Gives every use of memory of an instruction.
   *
   * @param unknown registers whose value is not known, bit r for register r
   * @return false when an operand depends on an unknown register and was left out
   */
  static boolean collect(Instruction in, long[] registers, int unknown, Consumer<Use> out) {
    var uses = new Uses(registers, unknown, out);
    if (!uses.idle(in)) {
      for (Operand operand : in.op().operands()) {
        if (operand.address().isPresent()) {
          uses.operand(in, operand);
        }
      }
    }
    return uses.complete;
  }

  /** True when an extent is not positive, so that the instruction does nothing. */
  private boolean idle(Instruction in) {
    for (Operand operand : in.op().operands()) {
      if (operand.access() == Access.NONE) {
        for (Field f : operand.numbers()) {
          if (known(in, f) && in.resolve(f, registers) <= 0) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private boolean known(Instruction in, Field field) {
    return (unknown >>> in.reg(field) & 1) == 0;
  }

  private long value(Instruction in, Field field) {
    if (!known(in, field)) {
      complete = false;
      return 1;
    }
    return in.resolve(field, registers);
  }

  private void operand(Instruction in, Operand operand) {
    boolean before = complete;
    complete = true;
    Field[] extentFields = EXTENTS.getOrDefault(operand.shape(), NONE);
    int dims = extentFields.length;
    var strides = new long[dims + 1];
    var extents = new long[dims + 1];
    List<Field> numbers = operand.numbers();
    for (int i = 0; i < dims; i++) {
      // The columns of the accumulators are contiguous: they have an extent but no stride field.
      strides[i] = i < numbers.size() ? in.get(numbers.get(i)) : 1;
      extents[i] = value(in, extentFields[i]);
    }
    extents[dims] = 1;
    adjust(in, operand, strides, extents);
    long base = value(in, operand.address().orElseThrow()) * 8;
    boolean mine = complete;
    complete = before && mine;
    if (!mine) {
      return;
    }
    int bits = type(in, operand).bits();
    if (in.op() == Opcode.DMA_APPEND && operand.access() == Access.WRITE) {
      append(in, operand, base, bits, strides, extents);
    } else {
      emit(in, operand, Footprint.of(base, bits, strides, extents));
    }
  }

  /** Extents and strides that are not simply those of the iteration. */
  private void adjust(Instruction in, Operand operand, long[] strides, long[] extents) {
    int last = extents.length - 1;
    switch (in.op()) {
      case V_RED -> {
        if (operand.access() == Access.ACCUMULATE) {
          for (int i = 0; i < 4; i++) {
            strides[i] = (in.get(Field.MASK) >>> i & 1) == 0 ? strides[i] : 0;
          }
        }
      }
      case M_GEMM -> {
        if (operand.shape() == OperandShape.MATRIX_A && in.flag(Field.COLUMNWISE)) {
          strides[last] = 1;
          extents[last] = value(in, Field.N);
        }
      }
      case V_TOPK -> {
        if (operand.access() == Access.WRITE_K) {
          extents[3] = Math.min(value(in, Field.K), extents[3]);
        }
      }
      case V_GATHER, V_SCATTER -> {
        if (operand.access() == Access.INDEXED_READ || operand.access() == Access.INDEXED_WRITE) {
          strides[last] = in.get(Field.ISTRIDE);
          extents[last] = value(in, Field.LIMIT);
        }
      }
      case DMA_GATHER, DMA_SCATTER -> {
        if (operand.access() == Access.INDEXED_READ || operand.access() == Access.INDEXED_WRITE) {
          extents[0] = value(in, Field.ROWS);
        }
      }
      case DMA_LDZ -> {
        strides[last] = 1;
        extents[last] = in.get(operand.access() == Access.READ ? Field.BYTES : Field.BLOCK);
      }
      case V_COMPACT -> {
        if (operand.access() == Access.WRITE_LIMIT) {
          extents[0] = value(in, Field.LIMIT);
        }
      }
      default -> {}
    }
  }

  /** Rows {@code pos..pos+d1-1} modulo the capacity: one or two boxes. */
  private void append(
      Instruction in, Operand operand, long base, int bits, long[] strides, long[] extents) {
    long capacity = Math.max(1, value(in, Field.CAPACITY));
    long position = Math.floorMod(value(in, Field.POS), capacity);
    long rows = Math.min(extents[1], capacity);
    long first = Math.min(rows, capacity - position);
    extents[1] = first;
    emit(in, operand, Footprint.of(base + position * strides[1] * bits, bits, strides, extents));
    extents[1] = rows - first;
    emit(in, operand, Footprint.of(base, bits, strides, extents));
  }

  private void emit(Instruction in, Operand operand, Optional<Footprint> footprint) {
    if (footprint.isEmpty()) {
      return;
    }
    boolean dram = operand.shape() == OperandShape.DRAM4;
    Use.Place near = dram ? Use.Place.DRAM : Use.Place.LOCAL;
    Footprint f = footprint.get();
    switch (operand.access()) {
      case READ -> out.accept(new Use(operand, near, f, true, false, true));
      case WRITE, WRITE_K -> out.accept(new Use(operand, near, f, false, true, true));
      case ACCUMULATE -> out.accept(new Use(operand, near, f, accumulates(in), true, true));
      case WRITE_LIMIT -> out.accept(new Use(operand, near, f, false, true, false));
      case INDEXED_READ -> out.accept(new Use(operand, near, f, true, false, false));
      case INDEXED_WRITE -> out.accept(new Use(operand, near, f, false, true, false));
      case REMOTE_READ -> out.accept(new Use(operand, Use.Place.REMOTE, f, true, false, true));
      case REMOTE_WRITE -> out.accept(new Use(operand, Use.Place.REMOTE, f, false, true, true));
      case NONE -> throw new IllegalStateException(operand.name() + " names no memory");
    }
  }

  private boolean accumulates(Instruction in) {
    if (in.op() == Opcode.V_RED) {
      RedFn fn = in.choice(Field.FN, RedFn.class);
      if (fn == RedFn.ARGMAX || fn == RedFn.ARGMIN) {
        return false;
      }
    }
    return !known(in, Field.ACCUM) || in.resolve(Field.ACCUM, registers) != 0;
  }

  private static DType type(Instruction in, Operand operand) {
    if (operand.type().isPresent()) {
      return in.dtype(operand.type().get());
    }
    if (operand.typeOf().equals(Operand.BYTES)) {
      return DType.U8;
    }
    for (Operand other : in.op().operands()) {
      if (other.name().equals(operand.typeOf())) {
        return in.dtype(other.type().orElseThrow());
      }
    }
    throw new IllegalStateException(operand.name() + " has no type");
  }

  private static Map<OperandShape, Field[]> extents() {
    var map = new EnumMap<OperandShape, Field[]>(OperandShape.class);
    Field[] iteration = {Field.D0, Field.D1, Field.D2, Field.D3};
    map.put(OperandShape.LOCAL4, iteration);
    map.put(OperandShape.DRAM4, iteration);
    map.put(OperandShape.LOCAL1, new Field[] {Field.D0});
    map.put(
        OperandShape.MATRIX_A,
        new Field[] {Field.M0, Field.M1, Field.M2, Field.K0, Field.K1, Field.K2});
    map.put(OperandShape.MATRIX_W, new Field[] {Field.K0, Field.K1, Field.K2, Field.N});
    map.put(OperandShape.MATRIX_A1, new Field[] {Field.M0, Field.M1, Field.M2, Field.K2});
    map.put(OperandShape.MATRIX_W1, new Field[] {Field.K2, Field.N});
    map.put(OperandShape.MATRIX_ACC, new Field[] {Field.M0, Field.M1, Field.M2, Field.N});
    return map;
  }
}
