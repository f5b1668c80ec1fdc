package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;

/**
 * An instruction whose operands are affine expressions; becomes one or more instructions when
 * lowered.
 */
public final class Op {
  private static final int SLOTS = 3;

  private final Opcode opcode;
  private final Lane lane;
  private Field[] fields = new Field[16];
  private Aff[] values = new Aff[16];
  private int size;
  private final int[] waitSems = new int[SLOTS];
  private final int[] waitCounts = new int[SLOTS];
  private int waits;
  private final int[] signalSems = new int[SLOTS];
  private final int[] signalCounts = new int[SLOTS];
  private int signals;
  private final List<Area> reads = new ArrayList<>(3);
  private final List<Area> writes = new ArrayList<>(1);

  /** An instruction on a lane with all fields at their defaults. */
  public Op(Opcode opcode, Lane lane) {
    this.opcode = opcode;
    this.lane = lane;
  }

  /** Sets a field that may hold a register. */
  public Op set(Field f, Aff v) {
    if (size == fields.length) {
      fields = Arrays.copyOf(fields, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
    }
    fields[size] = f;
    values[size++] = v;
    return this;
  }

  /** Sets a constant. */
  public Op set(Field f, long v) {
    return set(f, Aff.of(v));
  }

  /** Sets a flag. */
  public Op set(Field f, boolean v) {
    return set(f, v ? 1 : 0);
  }

  /** Sets an enumeration constant or element type. */
  public Op set(Field f, Enum<?> v) {
    return set(f, v.ordinal());
  }

  /** Sets a binary64 constant. */
  public Op setDouble(Field f, double v) {
    return set(f, Double.doubleToRawLongBits(v));
  }

  /** Sets a constant of an element type: binary64 bits for a float type, else an integer. */
  public Op setScalar(Field f, DType type, double v) {
    return type.isFloat() ? setDouble(f, v) : set(f, (long) v);
  }

  /** Whether it can hand its result on to the instructions behind instead of storing it. */
  public boolean chains() {
    return opcode.has(Field.CHAIN);
  }

  /** Notes memory that is read. */
  public Op reads(Area a) {
    reads.add(a);
    return this;
  }

  /** Notes memory that is written. */
  public Op writes(Area a) {
    writes.add(a);
    return this;
  }

  boolean addWait(int sem, int count) {
    if (waits == SLOTS) {
      return false;
    }
    waitSems[waits] = sem;
    waitCounts[waits++] = count;
    return true;
  }

  boolean addSignal(int sem, int count) {
    if (signals == SLOTS) {
      return false;
    }
    signalSems[signals] = sem;
    signalCounts[signals++] = count;
    return true;
  }

  Opcode opcode() {
    return opcode;
  }

  Lane lane() {
    return lane;
  }

  int size() {
    return size;
  }

  Field field(int i) {
    return fields[i];
  }

  Aff value(int i) {
    return values[i];
  }

  int waits() {
    return waits;
  }

  int waitSem(int i) {
    return waitSems[i];
  }

  int waitCount(int i) {
    return waitCounts[i];
  }

  int signals() {
    return signals;
  }

  int signalSem(int i) {
    return signalSems[i];
  }

  int signalCount(int i) {
    return signalCounts[i];
  }

  boolean waitsFor(int sem) {
    for (int i = 0; i < waits; i++) {
      if (waitSems[i] == sem) {
        return true;
      }
    }
    return false;
  }

  boolean signals(int sem) {
    for (int i = 0; i < signals; i++) {
      if (signalSems[i] == sem) {
        return true;
      }
    }
    return false;
  }

  List<Area> reads() {
    return reads;
  }

  List<Area> writes() {
    return writes;
  }
}
