// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.List;

/** Groups of element types that operands accept. */
public enum TypeGroup {
  ANY(
      DType.F32,
      DType.F16,
      DType.BF16,
      DType.F8E4M3FN,
      DType.F8E5M2,
      DType.F64,
      DType.I4,
      DType.U4,
      DType.I8,
      DType.U8,
      DType.I16,
      DType.U16,
      DType.I32,
      DType.U32,
      DType.I64,
      DType.U64,
      DType.BOOL),
  INTEGER(
      DType.I4,
      DType.U4,
      DType.I8,
      DType.U8,
      DType.I16,
      DType.U16,
      DType.I32,
      DType.U32,
      DType.I64,
      DType.U64,
      DType.BOOL),
  INDEX(DType.I32, DType.I64),
  MATRIX(
      DType.F32,
      DType.F16,
      DType.BF16,
      DType.F8E4M3FN,
      DType.F8E5M2,
      DType.I4,
      DType.U4,
      DType.I8,
      DType.U8,
      DType.I16,
      DType.U16,
      DType.I32,
      DType.U32),
  ACCUMULATOR(DType.F32, DType.I32),
  QUANTISED(
      DType.I4,
      DType.U4,
      DType.I8,
      DType.U8,
      DType.I16,
      DType.U16,
      DType.I32,
      DType.F8E4M3FN,
      DType.F8E5M2),
  CONDITION(DType.BOOL),
  COUNT(DType.I64);

  private final List<DType> types;
  private final long mask;

  TypeGroup(DType... types) {
    this.types = List.of(types);
    long bits = 0;
    for (DType type : types) {
      bits |= 1L << type.ordinal();
    }
    this.mask = bits;
  }

  /** The types, in the order of the definition. */
  public List<DType> types() {
    return types;
  }

  /** True when the type belongs to the group. */
  public boolean contains(DType type) {
    return (mask >>> type.ordinal() & 1) != 0;
  }
}
