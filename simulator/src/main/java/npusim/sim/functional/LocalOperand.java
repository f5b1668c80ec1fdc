package npusim.sim.functional;

import npusim.isa.DType;
import npusim.isa.Field;
import npusim.sim.functional.value.Lanes;

/**
 * A strided operand in local memory, bound to its bytes and checked against the memory's bounds.
 */
final class LocalOperand {
  /** The fields of a four-dimensional local operand. */
  enum Fields {
    DST(Field.DST, Field.DST_S0, Field.DST_S1, Field.DST_S2, Field.DST_S3, Field.DST_T),
    A(Field.A, Field.A_S0, Field.A_S1, Field.A_S2, Field.A_S3, Field.A_T),
    B(Field.B, Field.B_S0, Field.B_S1, Field.B_S2, Field.B_S3, Field.B_T),
    C(Field.C, Field.C_S0, Field.C_S1, Field.C_S2, Field.C_S3, Field.C_T),
    COND(Field.COND, Field.COND_S0, Field.COND_S1, Field.COND_S2, Field.COND_S3, Field.COND_T),
    SCALE(
        Field.SCALE, Field.SCALE_S0, Field.SCALE_S1, Field.SCALE_S2, Field.SCALE_S3, Field.SCALE_T),
    ZP(Field.ZP, Field.ZP_S0, Field.ZP_S1, Field.ZP_S2, Field.ZP_S3, Field.ZP_T),
    IDX(Field.IDX, Field.IDX_S0, Field.IDX_S1, Field.IDX_S2, Field.IDX_S3, Field.IDX_T);

    private final Field address;
    private final Field[] strides;
    private final Field type;

    Fields(Field address, Field s0, Field s1, Field s2, Field s3, Field type) {
      this.address = address;
      this.strides = new Field[] {s0, s1, s2, s3};
      this.type = type;
    }

    String label() {
      return address.label();
    }
  }

  private final String name;
  private final LocalMemory memory;
  private final int base;
  private final long[] strides;
  private final Lanes lanes;

  private LocalOperand(String name, LocalMemory memory, long base, long[] strides, DType type) {
    this.name = name;
    this.memory = memory;
    this.base = (int) base;
    this.strides = strides;
    this.lanes = Lanes.of(type);
  }

  /**
   * An operand the instruction reads; checks its range, and that it was written when the memory
   * tracks that.
   */
  static LocalOperand read(Core core, Args args, Fields f, long[] extents) {
    LocalOperand o = bind(core, args, f, strides(args, f));
    o.checkRange(extents);
    o.checkWritten(extents);
    return o;
  }

  /** An operand the instruction writes; sources must have been bound before. */
  static LocalOperand write(Core core, Args args, Fields f, long[] extents) {
    LocalOperand o = bind(core, args, f, strides(args, f));
    o.checkRange(extents);
    o.markWritten(extents);
    return o;
  }

  /** An operand whose addresses depend on data: nothing is checked yet. */
  static LocalOperand indexed(Core core, Args args, Fields f) {
    return bind(core, args, f, strides(args, f));
  }

  /** An operand of explicit address, strides and type, unchecked. */
  static LocalOperand at(Core core, String name, long address, long[] strides, DType type) {
    LocalMemory m = core.memory(address);
    long base = m.offset(address);
    if (base < 0 || base > m.size()) {
      m.checkRange(name, base, base + 1);
    }
    return new LocalOperand(name, m, base, strides, type);
  }

  /** Elements that lie densely in an array of their own. */
  static LocalOperand dense(byte[] bytes, long[] extents, DType type) {
    long[] s = {extents[1] * extents[2] * extents[3], extents[2] * extents[3], extents[3], 1};
    return new LocalOperand("message", LocalMemory.wrap(bytes), 0, s, type);
  }

  private static LocalOperand bind(Core core, Args args, Fields f, long[] strides) {
    return at(core, f.label(), args.get(f.address), strides, args.type(f.type));
  }

  /** The four strides of an operand. */
  static long[] strides(Args args, Fields f) {
    long[] s = new long[4];
    for (int i = 0; i < 4; i++) {
      s[i] = args.constant(f.strides[i]);
    }
    return s;
  }

  /**
   * The same operand with element 0 moved by a number of elements.
   *
   * @throws Fault when that is within a byte
   */
  LocalOperand shifted(long elements) {
    long bits = elements * lanes.type().bits();
    if ((bits & 7) != 0) {
      throw Fault.program("exec-address", name + ": a row of 4-bit elements begins within a byte");
    }
    return new LocalOperand(name, memory, base + bits / 8, strides, lanes.type());
  }

  /** Checks that every element of the extents lies in the memory. */
  void checkRange(long[] extents) {
    checkElements(Nest.lowest(extents, strides), Nest.highest(extents, strides));
  }

  /** Checks that elements {@code low} to {@code high} (inclusive) lie in the memory. */
  void checkElements(long low, long high) {
    int bits = lanes.type().bits();
    memory.checkRange(
        name,
        base + Math.floorDiv(low * bits, 8L),
        base + Math.floorDiv(high * bits + bits + 7, 8L));
  }

  /** Checks that every element of the extents was written, when the memory tracks that. */
  void checkWritten(long[] extents) {
    each(extents, false);
  }

  /** Notes every element of the extents as written, when the memory tracks that. */
  void markWritten(long[] extents) {
    each(extents, true);
  }

  /** As {@link #checkWritten}, for an operand with three outer and three inner dimensions. */
  void checkWrittenNested(long[] m, long[] sm, long[] k, long[] sk) {
    if (!memory.tracks()) {
      return;
    }
    long[] inner = {1, k[0], k[1], k[2]};
    long[] innerStrides = {0, sk[0], sk[1], sk[2]};
    new Nest(new long[] {m[0], m[1], m[2], 1}, new long[] {sm[0], sm[1], sm[2], 0})
        .forEach(1, (at, n) -> eachFrom(at[0], inner, innerStrides, false));
  }

  private void each(long[] extents, boolean mark) {
    if (memory.tracks()) {
      eachFrom(0, extents, strides, mark);
    }
  }

  private void eachFrom(long first, long[] extents, long[] along, boolean mark) {
    Nest nest = new Nest(extents, along);
    int inner = nest.inner(0);
    nest.forEach(
        Integer.MAX_VALUE,
        (at, n) -> {
          long start = first + at[0];
          if (inner == 1) {
            elements(start, start + n - 1, mark);
            return;
          }
          int distinct = inner == 0 ? 1 : n;
          for (int i = 0; i < distinct; i++) {
            long e = start + (long) i * inner;
            elements(e, e, mark);
          }
        });
  }

  /** Takes every element of the extents for never written, when the memory tracks that. */
  void forget(long[] extents) {
    if (memory.knowsWritten()) {
      int bits = lanes.type().bits();
      new Nest(extents, strides)
          .forEach(
              1,
              (at, n) -> {
                long from = base + Math.floorDiv(at[0] * bits, 8L);
                memory.forget(from, base + Math.floorDiv(at[0] * bits + bits + 7, 8L));
              });
    }
  }

  private void elements(long low, long high, boolean mark) {
    int bits = lanes.type().bits();
    long from = base + Math.floorDiv(low * bits, 8L);
    long to = base + Math.floorDiv(high * bits + bits + 7, 8L);
    if (mark) {
      memory.markWritten(from, to);
    } else {
      memory.checkWritten(name, from, to);
    }
  }

  /** Checks one element of an operand with data-dependent addresses before it is read. */
  void checkOneRead(long e) {
    checkElements(e, e);
    if (memory.tracks()) {
      elements(e, e, false);
    }
  }

  /** Checks one element of an operand with data-dependent addresses before it is written. */
  void checkOneWrite(long e) {
    checkElements(e, e);
    if (memory.tracks()) {
      elements(e, e, true);
    }
  }

  /** The bytes of the memory it lies in. */
  byte[] bytes() {
    return memory.bytes();
  }

  /** Index into {@link #bytes} of element 0. */
  int base() {
    return base;
  }

  /** Strides in elements. */
  long[] strides() {
    return strides;
  }

  DType type() {
    return lanes.type();
  }

  boolean isFloat() {
    return lanes.type().isFloat();
  }

  Lanes lanes() {
    return lanes;
  }

  void load(long e, int stride, double[] out, int n) {
    lanes.loadDoubles(memory.bytes(), base, (int) e, stride, out, n);
  }

  void load(long e, int stride, long[] out, int n) {
    lanes.loadLongs(memory.bytes(), base, (int) e, stride, out, n);
  }

  void store(long e, int stride, double[] in, int n) {
    lanes.storeDoubles(memory.bytes(), base, (int) e, stride, in, n);
  }

  void store(long e, int stride, long[] in, int n) {
    lanes.storeLongs(memory.bytes(), base, (int) e, stride, in, n);
  }
}
