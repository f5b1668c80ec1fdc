package npusim.isa;

import java.util.Locale;
import java.util.Optional;

/**
 * Element types of tensors, in DRAM, scratchpad and the graph. Each knows its width, its ONNX
 * {@code TensorProto.DataType} code and names.
 *
 * <p>Types with {@link #supported()} false exist so that a model using them can be read and refused
 * by name; nothing computes on them.
 */
public enum DType {
  /** IEEE 754 binary32. */
  F32("f32", "float", 1, 32, Kind.FLOAT, true),
  /** IEEE 754 binary16. */
  F16("f16", "float16", 10, 16, Kind.FLOAT, true),
  /** Upper half of binary32: 8 exponent bits, 7 mantissa bits. */
  BF16("bf16", "bfloat16", 16, 16, Kind.FLOAT, true),
  /** OCP 8-bit float, 4 exponent bits, bias 7, no infinity, largest 448. */
  F8E4M3FN("f8e4m3fn", "float8e4m3fn", 17, 8, Kind.FLOAT, true),
  /** OCP 8-bit float, 5 exponent bits, bias 15, infinities, largest 57344. */
  F8E5M2("f8e5m2", "float8e5m2", 19, 8, Kind.FLOAT, true),
  /** IEEE 754 binary64. */
  F64("f64", "double", 11, 64, Kind.FLOAT, true),
  /** Signed 4-bit, two per byte, the first in the low nibble. */
  I4("i4", "int4", 22, 4, Kind.SIGNED, true),
  /** Unsigned 4-bit, two per byte, the first in the low nibble. */
  U4("u4", "uint4", 21, 4, Kind.UNSIGNED, true),
  /** Signed 8-bit. */
  I8("i8", "int8", 3, 8, Kind.SIGNED, true),
  /** Unsigned 8-bit. */
  U8("u8", "uint8", 2, 8, Kind.UNSIGNED, true),
  /** Signed 16-bit. */
  I16("i16", "int16", 5, 16, Kind.SIGNED, true),
  /** Unsigned 16-bit. */
  U16("u16", "uint16", 4, 16, Kind.UNSIGNED, true),
  /** Signed 32-bit. */
  I32("i32", "int32", 6, 32, Kind.SIGNED, true),
  /** Unsigned 32-bit. */
  U32("u32", "uint32", 12, 32, Kind.UNSIGNED, true),
  /** Signed 64-bit. */
  I64("i64", "int64", 7, 64, Kind.SIGNED, true),
  /** Unsigned 64-bit. */
  U64("u64", "uint64", 13, 64, Kind.UNSIGNED, true),
  /** One byte, 0 or 1. */
  BOOL("bool", "bool", 9, 8, Kind.BOOLEAN, true),
  /** 8-bit float without negative zero, bias 8; not computed on. */
  F8E4M3FNUZ("f8e4m3fnuz", "float8e4m3fnuz", 18, 8, Kind.FLOAT, false),
  /** 8-bit float without negative zero, bias 16; not computed on. */
  F8E5M2FNUZ("f8e5m2fnuz", "float8e5m2fnuz", 20, 8, Kind.FLOAT, false),
  /** Power-of-two scale; not computed on. */
  F8E8M0("f8e8m0", "float8e8m0", 24, 8, Kind.FLOAT, false),
  /** 4-bit float; not computed on. */
  F4E2M1("f4e2m1", "float4e2m1", 23, 4, Kind.FLOAT, false),
  /** Signed 2-bit; not computed on. */
  I2("i2", "int2", 26, 2, Kind.SIGNED, false),
  /** Unsigned 2-bit; not computed on. */
  U2("u2", "uint2", 25, 2, Kind.UNSIGNED, false),
  /** Pair of binary32; not computed on. */
  C64("c64", "complex64", 14, 64, Kind.OTHER, false),
  /** Pair of binary64; not computed on. */
  C128("c128", "complex128", 15, 128, Kind.OTHER, false),
  /** Text of any length; not computed on. */
  STRING("string", "string", 8, 0, Kind.OTHER, false);

  private enum Kind {
    FLOAT,
    SIGNED,
    UNSIGNED,
    BOOLEAN,
    OTHER
  }

  private static final DType[] VALUES = values();

  private final String shortName;
  private final String onnxName;
  private final int onnxCode;
  private final int bits;
  private final Kind kind;
  private final boolean supported;

  DType(String shortName, String onnxName, int onnxCode, int bits, Kind kind, boolean supported) {
    this.shortName = shortName;
    this.onnxName = onnxName;
    this.onnxCode = onnxCode;
    this.bits = bits;
    this.kind = kind;
    this.supported = supported;
  }

  /** Name in assembly, reports and options, such as {@code bf16}. */
  public String shortName() {
    return shortName;
  }

  /** Name in ONNX's textual syntax, such as {@code bfloat16}. */
  public String onnxName() {
    return onnxName;
  }

  /** Value of ONNX's {@code TensorProto.DataType}. */
  public int onnxCode() {
    return onnxCode;
  }

  /** Width of an element in bits; 0 for {@link #STRING}. */
  public int bits() {
    return bits;
  }

  /** True for every floating-point type. */
  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /** True for floating-point types and signed integers. */
  public boolean isSigned() {
    return kind == Kind.SIGNED || kind == Kind.FLOAT;
  }

  /** True for signed and unsigned integers; {@link #BOOL} is not one. */
  public boolean isInteger() {
    return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
  }

  /** True when programs may compute on it. */
  public boolean supported() {
    return supported;
  }

  /** True when elements are smaller than a byte and packed, low bits first. */
  public boolean isPacked() {
    return bits == 4 || bits == 2;
  }

  /**
   * Bytes that {@code elements} contiguous elements take, a last partly filled byte counted whole.
   */
  public long bytesFor(long elements) {
    return bits >= 8
        ? Math.multiplyExact(elements, bits / 8L)
        : (Math.multiplyExact(elements, (long) bits) + 7) / 8;
  }

  /** Smallest value of an integer type or BOOL (as a signed long; 0 for unsigned). */
  public long minLong() {
    return switch (kind) {
      case SIGNED -> -1L << (bits - 1);
      case UNSIGNED, BOOLEAN -> 0;
      case FLOAT, OTHER -> throw new IllegalStateException("no integer range: " + this);
    };
  }

  /**
   * Largest value of an integer type or BOOL; {@code -1} (all ones) stands for 2^64-1 with {@link
   * #U64}.
   */
  public long maxLong() {
    return switch (kind) {
      case SIGNED -> ~(-1L << (bits - 1));
      case UNSIGNED -> bits == 64 ? -1L : (1L << bits) - 1;
      case BOOLEAN -> 1;
      case FLOAT, OTHER -> throw new IllegalStateException("no integer range: " + this);
    };
  }

  /** The type of an ONNX {@code TensorProto.DataType} code, or empty for an unknown one. */
  public static Optional<DType> ofOnnx(int code) {
    for (DType t : VALUES) {
      if (t.onnxCode == code) {
        return Optional.of(t);
      }
    }
    return Optional.empty();
  }

  /**
   * The type of a name: the short name, the ONNX name, or a usual alias ({@code fp16}, {@code fp8},
   * {@code float32}), any case.
   */
  public static Optional<DType> ofName(String name) {
    String n = name.toLowerCase(Locale.ROOT);
    for (DType t : VALUES) {
      if (t.shortName.equals(n) || t.onnxName.equals(n)) {
        return Optional.of(t);
      }
    }
    return switch (n) {
      case "fp32", "float32" -> Optional.of(F32);
      case "fp16", "half" -> Optional.of(F16);
      case "fp8", "float8", "f8", "fp8e4m3", "f8e4m3" -> Optional.of(F8E4M3FN);
      case "fp8e5m2" -> Optional.of(F8E5M2);
      case "fp64", "float64" -> Optional.of(F64);
      default -> Optional.empty();
    };
  }

  /** Short name. */
  @Override
  public String toString() {
    return shortName;
  }
}
