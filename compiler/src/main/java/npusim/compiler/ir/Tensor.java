package npusim.compiler.ir;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import npusim.isa.DType;
import npusim.isa.Numeric;

/**
 * Constant tensor: little-endian contiguous bytes as ONNX's {@code raw_data}, 4-bit elements packed
 * two per byte (low nibble first). The bytes may be on the heap, mapped from a file at first use,
 * or absent (shape only).
 */
public final class Tensor {
  /** Set up when a value is first read or written: tensors of a timing run have none. */
  private static final class Elements {
    static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE =
        ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  }

  private final DType dtype;
  private final long[] dims;
  private final long size;
  private final Supplier<MemorySegment> source;
  private MemorySegment data;

  private Tensor(DType dtype, long[] dims, MemorySegment data, Supplier<MemorySegment> source) {
    this.dtype = dtype;
    this.dims = dims.clone();
    this.size = TensorType.count(dims);
    this.data = data;
    this.source = source;
  }

  /** A tensor over the given bytes, which are not copied. */
  public static Tensor of(DType dtype, long[] dims, byte[] bytes) {
    return of(dtype, dims, MemorySegment.ofArray(bytes));
  }

  /**
   * A tensor over the given memory, which is not copied.
   *
   * @throws IllegalArgumentException when its size differs from that of type and shape
   */
  public static Tensor of(DType dtype, long[] dims, MemorySegment data) {
    Tensor t = new Tensor(dtype, dims, data, null);
    if (data.byteSize() != t.byteSize()) {
      throw new IllegalArgumentException(
          data.byteSize() + " bytes for " + t.type() + ", which takes " + t.byteSize());
    }
    return t;
  }

  /** A tensor whose bytes are fetched at first use (a mapped part of a file). */
  public static Tensor lazy(DType dtype, long[] dims, Supplier<MemorySegment> source) {
    return new Tensor(dtype, dims, null, source);
  }

  /** A tensor with type and shape only: good for timing, not for values. */
  public static Tensor absent(DType dtype, long... dims) {
    return new Tensor(dtype, dims, null, null);
  }

  /** A tensor of zeros, to be filled by {@link #setDouble} or {@link #setLong}. */
  public static Tensor zeros(DType dtype, long... dims) {
    return of(dtype, dims, new byte[Math.toIntExact(dtype.bytesFor(TensorType.count(dims)))]);
  }

  /** binary32 tensor. */
  public static Tensor ofFloats(long[] dims, float... values) {
    checkCount(dims, values.length);
    Tensor t = zeros(DType.F32, dims);
    MemorySegment.copy(values, 0, t.data, Elements.FLOAT, 0, values.length);
    return t;
  }

  /** int64 tensor. */
  public static Tensor ofLongs(long[] dims, long... values) {
    checkCount(dims, values.length);
    Tensor t = zeros(DType.I64, dims);
    MemorySegment.copy(values, 0, t.data, Elements.LONG, 0, values.length);
    return t;
  }

  /** One-dimensional int64 tensor. */
  public static Tensor vector(long... values) {
    return ofLongs(new long[] {values.length}, values);
  }

  /** Scalar of any supported type, converted as {@link #setDouble}. */
  public static Tensor scalar(DType dtype, double value) {
    Tensor t = zeros(dtype);
    t.setDouble(0, value);
    return t;
  }

  /** int64 scalar. */
  public static Tensor scalar(long value) {
    return ofLongs(new long[0], value);
  }

  /** Tensor whose element {@code i} is {@code f(i)}, converted as {@link #setDouble}. */
  public static Tensor generate(DType dtype, long[] dims, LongToDoubleFunction f) {
    Tensor t = zeros(dtype, dims);
    for (long i = 0; i < t.size; i++) {
      t.setDouble(i, f.applyAsDouble(i));
    }
    return t;
  }

  /** Integer tensor whose element {@code i} is {@code f(i)}, wrapped around as {@link #setLong}. */
  public static Tensor generateLongs(DType dtype, long[] dims, LongUnaryOperator f) {
    Tensor t = zeros(dtype, dims);
    for (long i = 0; i < t.size; i++) {
      t.setLong(i, f.applyAsLong(i));
    }
    return t;
  }

  private static void checkCount(long[] dims, long n) {
    if (TensorType.count(dims) != n) {
      throw new IllegalArgumentException(n + " values for shape " + Arrays.toString(dims));
    }
  }

  /** Element type. */
  public DType dtype() {
    return dtype;
  }

  /** Shape, a copy. */
  public long[] dims() {
    return dims.clone();
  }

  /** Number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** Extent of {@code axis}, negative counted from the end. */
  public long dim(int axis) {
    return dims[axis < 0 ? axis + dims.length : axis];
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /** Size in bytes. */
  public long byteSize() {
    return dtype.bytesFor(size);
  }

  /** Element type and shape. */
  public TensorType type() {
    return TensorType.of(dtype, dims);
  }

  /** True when it has values (in memory or a file). */
  public boolean hasData() {
    return data != null || source != null;
  }

  /**
   * The bytes, little-endian.
   *
   * @throws IllegalStateException when it is shape only
   */
  public MemorySegment data() {
    if (data == null) {
      if (source == null) {
        throw new IllegalStateException("tensor " + type() + " has no values");
      }
      data = source.get();
    }
    return data;
  }

  /** Copy of the bytes. */
  public byte[] toBytes() {
    return data().toArray(ValueLayout.JAVA_BYTE);
  }

  /** The raw bits of element {@code i}, zero-extended. */
  public long bits(long i) {
    MemorySegment d = data();
    return switch (dtype.bits()) {
      case 64 -> d.get(Elements.LONG, i * 8);
      case 32 -> d.get(Elements.INT, i * 4) & 0xffffffffL;
      case 16 -> d.get(Elements.SHORT, i * 2) & 0xffff;
      case 8 -> d.get(ValueLayout.JAVA_BYTE, i) & 0xff;
      case 4 -> (d.get(ValueLayout.JAVA_BYTE, i >> 1) >> ((i & 1) * 4)) & 15;
      case 2 -> (d.get(ValueLayout.JAVA_BYTE, i >> 2) >> ((i & 3) * 2)) & 3;
      default -> throw new IllegalStateException("no element access: " + dtype);
    };
  }

  /** Writes the raw bits of element {@code i}. */
  public void setBits(long i, long bits) {
    MemorySegment d = data();
    switch (dtype.bits()) {
      case 64 -> d.set(Elements.LONG, i * 8, bits);
      case 32 -> d.set(Elements.INT, i * 4, (int) bits);
      case 16 -> d.set(Elements.SHORT, i * 2, (short) bits);
      case 8 -> d.set(ValueLayout.JAVA_BYTE, i, (byte) bits);
      case 4 -> setPacked(d, i >> 1, (int) (i & 1) * 4, 15, bits);
      case 2 -> setPacked(d, i >> 2, (int) (i & 3) * 2, 3, bits);
      default -> throw new IllegalStateException("no element access: " + dtype);
    }
  }

  private static void setPacked(MemorySegment d, long at, int shift, int mask, long bits) {
    int old = d.get(ValueLayout.JAVA_BYTE, at);
    d.set(
        ValueLayout.JAVA_BYTE,
        at,
        (byte) ((old & ~(mask << shift)) | (((int) bits & mask) << shift)));
  }

  /**
   * Element {@code i} as binary64: exact but for 64-bit integers beyond 2^53. BOOL gives 0 or 1.
   */
  public double at(long i) {
    return switch (dtype) {
      case F32 -> data().get(Elements.FLOAT, i * 4);
      case F64 -> data().get(Elements.DOUBLE, i * 8);
      case F16 -> Numeric.f16ToFloat((short) bits(i));
      case BF16 -> Numeric.bf16ToFloat((short) bits(i));
      case F8E4M3FN -> Numeric.f8E4M3FNToFloat((byte) bits(i));
      case F8E5M2 -> Numeric.f8E5M2ToFloat((byte) bits(i));
      case U64 -> Numeric.u64ToDouble(bits(i));
      default -> longAt(i);
    };
  }

  /** Element {@code i} as binary32, rounded once. */
  public float floatAt(long i) {
    return dtype == DType.F32 ? data().get(Elements.FLOAT, i * 4) : (float) at(i);
  }

  /**
   * Element {@code i} of an integer or BOOL tensor, sign-extended; a floating-point one is
   * truncated.
   */
  public long longAt(long i) {
    return switch (dtype) {
      case F32, F64, F16, BF16, F8E4M3FN, F8E5M2 -> (long) at(i);
      default -> Numeric.wrap(dtype, bits(i));
    };
  }

  /**
   * Stores a floating-point value in element {@code i}: rounded to nearest even for floats (8-bit
   * types saturate), truncated and wrapped around for integers, {@code ≠ 0} for BOOL.
   */
  public void setDouble(long i, double v) {
    switch (dtype) {
      case F32 -> data().set(Elements.FLOAT, i * 4, (float) v);
      case F64 -> data().set(Elements.DOUBLE, i * 8, v);
      case F16 -> setBits(i, Numeric.doubleToF16(v));
      case BF16 -> setBits(i, Numeric.doubleToBf16(v));
      case F8E4M3FN -> setBits(i, Numeric.floatToF8E4M3FN(Numeric.toFloatRoundToOdd(v), true));
      case F8E5M2 -> setBits(i, Numeric.floatToF8E5M2(Numeric.toFloatRoundToOdd(v), true));
      case BOOL -> setBits(i, v != 0 ? 1 : 0);
      case U64 -> setBits(i, v < 0 ? (long) v : Numeric.doubleToU64(v));
      default -> setLong(i, (long) v);
    }
  }

  /**
   * Stores an integer in element {@code i}: wrapped around for integers, rounded for floats, {@code
   * ≠ 0} for BOOL.
   */
  public void setLong(long i, long v) {
    switch (dtype) {
      case F32, F64, F16, BF16, F8E4M3FN, F8E5M2 -> setDouble(i, v);
      default -> setBits(i, Numeric.wrap(dtype, v));
    }
  }

  /** All elements as binary32. */
  public float[] toFloats() {
    float[] out = new float[Math.toIntExact(size)];
    if (dtype == DType.F32) {
      MemorySegment.copy(data(), Elements.FLOAT, 0, out, 0, out.length);
      return out;
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) at(i);
    }
    return out;
  }

  /** All elements as binary64. */
  public double[] toDoubles() {
    double[] out = new double[Math.toIntExact(size)];
    for (int i = 0; i < out.length; i++) {
      out[i] = at(i);
    }
    return out;
  }

  /** All elements as 64-bit integers. */
  public long[] toLongs() {
    long[] out = new long[Math.toIntExact(size)];
    for (int i = 0; i < out.length; i++) {
      out[i] = longAt(i);
    }
    return out;
  }

  /** The same bytes with another shape of as many elements. */
  public Tensor reshaped(long... shape) {
    checkCount(shape, size);
    return new Tensor(dtype, shape, data, source);
  }

  /** True when type, shape and bytes are equal (both must have values, or neither). */
  public boolean sameAs(Tensor o) {
    if (dtype != o.dtype || !Arrays.equals(dims, o.dims) || hasData() != o.hasData()) {
      return false;
    }
    return !hasData() || data().mismatch(o.data()) < 0;
  }

  /** Type, and the values when they are few. */
  @Override
  public String toString() {
    if (!hasData() || size > 16 || !dtype.supported()) {
      return type().toString();
    }
    return type() + (dtype.isFloat() ? Arrays.toString(toDoubles()) : Arrays.toString(toLongs()));
  }
}
