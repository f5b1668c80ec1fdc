package npusim.compiler.ir;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
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
  /** Set up when a value outside the heap is first read: tensors of a timing run have none. */
  private static final class Elements {
    static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  }

  private final DType dtype;
  private final long[] dims;
  private final long size;
  private final Supplier<MemorySegment> source;

  /**
   * All bytes where they are an array, else null: setting up segments takes longer than the few
   * constants of a short run are worth.
   */
  private final ByteBuffer heap;

  private MemorySegment data;

  private Tensor(
      DType dtype,
      long[] dims,
      ByteBuffer heap,
      MemorySegment data,
      Supplier<MemorySegment> source) {
    this.dtype = dtype;
    this.dims = dims.clone();
    this.size = TensorType.count(dims);
    this.heap = heap;
    this.data = data;
    this.source = source;
  }

  /** A tensor over the given bytes, which are not copied. */
  public static Tensor of(DType dtype, long[] dims, byte[] bytes) {
    var heap = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return new Tensor(dtype, dims, heap, null, null).checked(bytes.length);
  }

  /**
   * A tensor over the given memory, which is not copied.
   *
   * @throws IllegalArgumentException when its size differs from that of type and shape
   */
  public static Tensor of(DType dtype, long[] dims, MemorySegment data) {
    return new Tensor(dtype, dims, null, data, null).checked(data.byteSize());
  }

  private Tensor checked(long bytes) {
    if (bytes != byteSize()) {
      throw new IllegalArgumentException(
          bytes + " bytes for " + type() + ", which takes " + byteSize());
    }
    return this;
  }

  /** A tensor whose bytes are fetched at first use (a mapped part of a file). */
  public static Tensor lazy(DType dtype, long[] dims, Supplier<MemorySegment> source) {
    return new Tensor(dtype, dims, null, null, source);
  }

  /** A tensor with type and shape only: good for timing, not for values. */
  public static Tensor absent(DType dtype, long... dims) {
    return new Tensor(dtype, dims, null, null, null);
  }

  /** A tensor of zeros, to be filled by {@link #setDouble} or {@link #setLong}. */
  public static Tensor zeros(DType dtype, long... dims) {
    return of(dtype, dims, new byte[Math.toIntExact(dtype.bytesFor(TensorType.count(dims)))]);
  }

  /** binary32 tensor. */
  public static Tensor ofFloats(long[] dims, float... values) {
    checkCount(dims, values.length);
    Tensor t = zeros(DType.F32, dims);
    t.heap.asFloatBuffer().put(values);
    return t;
  }

  /** int64 tensor. */
  public static Tensor ofLongs(long[] dims, long... values) {
    checkCount(dims, values.length);
    Tensor t = zeros(DType.I64, dims);
    for (int i = 0; i < values.length; i++) {
      t.heap.putLong(8 * i, values[i]);
    }
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
    return heap != null || data != null || source != null;
  }

  /**
   * The bytes, little-endian.
   *
   * @throws IllegalStateException when it is shape only
   */
  public MemorySegment data() {
    if (data == null && heap != null) {
      data = MemorySegment.ofBuffer(heap);
    }
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
    if (heap == null) {
      return data().toArray(ValueLayout.JAVA_BYTE);
    }
    var bytes = new byte[heap.capacity()];
    heap.get(0, bytes);
    return bytes;
  }

  /** The raw bits of element {@code i}, zero-extended. */
  public long bits(long i) {
    return switch (dtype.bits()) {
      case 64 -> getLong(i * 8);
      case 32 -> getInt(i * 4) & 0xffffffffL;
      case 16 -> getShort(i * 2) & 0xffff;
      case 8 -> getByte(i) & 0xff;
      case 4 -> (getByte(i >> 1) >> ((i & 1) * 4)) & 15;
      case 2 -> (getByte(i >> 2) >> ((i & 3) * 2)) & 3;
      default -> throw new IllegalStateException("no element access: " + dtype);
    };
  }

  private long getLong(long at) {
    return heap != null ? heap.getLong((int) at) : data().get(Elements.LONG, at);
  }

  private int getInt(long at) {
    return heap != null ? heap.getInt((int) at) : data().get(Elements.INT, at);
  }

  private short getShort(long at) {
    return heap != null ? heap.getShort((int) at) : data().get(Elements.SHORT, at);
  }

  private byte getByte(long at) {
    return heap != null ? heap.get((int) at) : data().get(ValueLayout.JAVA_BYTE, at);
  }

  private void putLong(long at, long v) {
    if (heap != null) {
      heap.putLong((int) at, v);
    } else {
      data().set(Elements.LONG, at, v);
    }
  }

  private void putInt(long at, int v) {
    if (heap != null) {
      heap.putInt((int) at, v);
    } else {
      data().set(Elements.INT, at, v);
    }
  }

  private void putShort(long at, short v) {
    if (heap != null) {
      heap.putShort((int) at, v);
    } else {
      data().set(Elements.SHORT, at, v);
    }
  }

  private void putByte(long at, byte v) {
    if (heap != null) {
      heap.put((int) at, v);
    } else {
      data().set(ValueLayout.JAVA_BYTE, at, v);
    }
  }

  /** Writes the raw bits of element {@code i}. */
  public void setBits(long i, long bits) {
    switch (dtype.bits()) {
      case 64 -> putLong(i * 8, bits);
      case 32 -> putInt(i * 4, (int) bits);
      case 16 -> putShort(i * 2, (short) bits);
      case 8 -> putByte(i, (byte) bits);
      case 4 -> setPacked(i >> 1, (int) (i & 1) * 4, 15, bits);
      case 2 -> setPacked(i >> 2, (int) (i & 3) * 2, 3, bits);
      default -> throw new IllegalStateException("no element access: " + dtype);
    }
  }

  private void setPacked(long at, int shift, int mask, long bits) {
    int old = getByte(at);
    putByte(at, (byte) ((old & ~(mask << shift)) | (((int) bits & mask) << shift)));
  }

  /**
   * Element {@code i} as binary64: exact but for 64-bit integers beyond 2^53. BOOL gives 0 or 1.
   */
  public double at(long i) {
    return switch (dtype) {
      case F32 -> Float.intBitsToFloat(getInt(i * 4));
      case F64 -> Double.longBitsToDouble(getLong(i * 8));
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
    return dtype == DType.F32 ? Float.intBitsToFloat(getInt(i * 4)) : (float) at(i);
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
      case F32 -> putInt(i * 4, Float.floatToRawIntBits((float) v));
      case F64 -> putLong(i * 8, Double.doubleToRawLongBits(v));
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
    return new Tensor(dtype, shape, heap, data, source);
  }

  /** True when type, shape and bytes are equal (both must have values, or neither). */
  public boolean sameAs(Tensor o) {
    if (dtype != o.dtype || !Arrays.equals(dims, o.dims) || hasData() != o.hasData()) {
      return false;
    }
    if (heap != null && o.heap != null) {
      return heap.equals(o.heap);
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
