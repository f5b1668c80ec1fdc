package npusim.sim.functional.value;

import npusim.isa.DType;

/**
 * Moves rows of elements of one type between memory bytes and Java arrays. A row is given by the
 * byte address of element 0, the index {@code e} of its first element, a stride in elements (0
 * repeats one element, negative is allowed) and a count. Memory is little-endian; 4-bit elements
 * are packed two to a byte, the first in the low nibble.
 *
 * <p>Reading is exact into {@code double} (64-bit integers: to nearest), and into {@code long}
 * floats are truncated toward zero. Writing floats into integers truncates toward zero and keeps
 * the low bits; writing into narrower floats rounds to nearest even. The caller has checked that
 * the row lies inside the array.
 */
public abstract sealed class Lanes
    permits FloatLanes,
        HalfLanes,
        TableFloatLanes,
        DoubleLanes,
        ByteLanes,
        ShortLanes,
        IntLanes,
        LongLanes,
        NibbleLanes {
  private static final Lanes[] BY_TYPE = new Lanes[DType.values().length];

  static {
    for (DType t : DType.values()) {
      BY_TYPE[t.ordinal()] = create(t);
    }
  }

  private final DType type;

  Lanes(DType type) {
    this.type = type;
  }

  private static Lanes create(DType t) {
    return switch (t) {
      case F32 -> new FloatLanes();
      case F64 -> new DoubleLanes();
      case F16, BF16 -> new HalfLanes(t);
      case F8E4M3FN, F8E5M2 -> new TableFloatLanes(t);
      case I8, U8, BOOL -> new ByteLanes(t);
      case I16, U16 -> new ShortLanes(t);
      case I32, U32 -> new IntLanes(t);
      case I64, U64 -> new LongLanes(t);
      case I4, U4 -> new NibbleLanes(t);
      default -> null;
    };
  }

  /**
   * The lanes of a type.
   *
   * @throws IllegalArgumentException for a type that programs cannot compute on
   */
  public static Lanes of(DType type) {
    Lanes l = BY_TYPE[type.ordinal()];
    if (l == null) {
      throw new IllegalArgumentException("programs cannot compute on " + type);
    }
    return l;
  }

  /** The element type. */
  public final DType type() {
    return type;
  }

  /** Reads {@code n} elements as binary64. */
  public abstract void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n);

  /** Reads {@code n} elements as 64-bit integers; unsigned types are zero-extended. */
  public abstract void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n);

  /** Writes {@code n} binary64 values; floats round once to nearest even. */
  public abstract void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n);

  /** Writes {@code n} integers, keeping the low bits; into floats they are converted to nearest. */
  public abstract void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n);

  /** Reads {@code n} elements as binary32 into {@code out} from {@code at} on. */
  public void loadFloats(byte[] mem, int base, int e, int stride, float[] out, int at, int n) {
    double[] d = new double[n];
    loadDoubles(mem, base, e, stride, d, n);
    for (int i = 0; i < n; i++) {
      out[at + i] = (float) d[i];
    }
  }

  /** Reads the low 32 bits of {@code n} integer elements into {@code out} from {@code at} on. */
  public void loadInts(byte[] mem, int base, int e, int stride, int[] out, int at, int n) {
    long[] d = new long[n];
    loadLongs(mem, base, e, stride, d, n);
    for (int i = 0; i < n; i++) {
      out[at + i] = (int) d[i];
    }
  }

  /** Writes {@code n} ints from {@code in} at {@code at} on, as {@link #storeLongs}. */
  public void storeInts(byte[] mem, int base, int e, int stride, int[] in, int at, int n) {
    long[] d = new long[n];
    for (int i = 0; i < n; i++) {
      d[i] = in[at + i];
    }
    storeLongs(mem, base, e, stride, d, n);
  }

  /** Writes {@code n} binary32 values from {@code in} at {@code at} on. */
  public void storeFloats(byte[] mem, int base, int e, int stride, float[] in, int at, int n) {
    double[] d = new double[n];
    for (int i = 0; i < n; i++) {
      d[i] = in[at + i];
    }
    storeDoubles(mem, base, e, stride, d, n);
  }
}
