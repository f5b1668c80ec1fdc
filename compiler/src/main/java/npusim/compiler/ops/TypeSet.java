package npusim.compiler.ops;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import npusim.isa.DType;

/** Element types an operator accepts, restricted to those npusim computes on. */
public enum TypeSet {
  /** Floating-point types of 16 bits and more. */
  FLOAT(DType.F32, DType.F16, DType.BF16, DType.F64),
  /** Integers of 8 bits and more. */
  INTEGER(DType.I8, DType.U8, DType.I16, DType.U16, DType.I32, DType.U32, DType.I64, DType.U64),
  /** Floats of 16 bits and more and integers of 8 bits and more. */
  NUMERIC(FLOAT, INTEGER),
  /** Floats and signed integers. */
  SIGNED(DType.F32, DType.F16, DType.BF16, DType.F64, DType.I8, DType.I16, DType.I32, DType.I64),
  /** Truth values. */
  BOOL(DType.BOOL),
  /** Numbers and truth values. */
  NUMERIC_OR_BOOL(NUMERIC, BOOL),
  /** int8 and uint8. */
  BYTE(DType.I8, DType.U8),
  /** What QuantizeLinear makes and DequantizeLinear takes. */
  QUANTIZED(
      DType.I8,
      DType.U8,
      DType.I16,
      DType.U16,
      DType.I32,
      DType.I4,
      DType.U4,
      DType.F8E4M3FN,
      DType.F8E5M2),
  /** Integers that index. */
  INDEX(DType.I32, DType.I64),
  /** int64. */
  I64(DType.I64),
  /** int32. */
  I32(DType.I32),
  /** uint8. */
  U8(DType.U8),
  /** float32. */
  F32(DType.F32),
  /** Every type that npusim computes on. */
  ANY(DType.values());

  private final Set<DType> types;

  TypeSet(DType... types) {
    EnumSet<DType> set = EnumSet.noneOf(DType.class);
    for (DType t : types) {
      if (t.supported()) {
        set.add(t);
      }
    }
    this.types = Collections.unmodifiableSet(set);
  }

  TypeSet(TypeSet... parts) {
    EnumSet<DType> set = EnumSet.noneOf(DType.class);
    for (TypeSet p : parts) {
      set.addAll(p.types);
    }
    this.types = Collections.unmodifiableSet(set);
  }

  /** The types, in the order of {@link DType}. */
  public Set<DType> types() {
    return types;
  }

  /** True when the type is among them. */
  public boolean contains(DType t) {
    return types.contains(t);
  }

  /** Short names, separated by spaces. */
  public String describe() {
    return types.stream().map(DType::shortName).collect(Collectors.joining(" "));
  }
}
