// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

/** Field layouts of the instructions. */
final class VecLayouts {
  private VecLayouts() {}

  static Layout vUn() {
    return new Layout("elementwise", TimingClass.VECTOR)
        .summary("Elementwise function of one operand.")
        .semantics("dst[i·dst_s] = fn(a[i·a_s]) for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "operand")
        .choice(Field.FN, 8, UnFn.NEG, "function")
        .field(
            Field.CHAIN,
            FieldKind.FLAG,
            1,
            0L,
            "the result is only for the instructions behind, up to the "
                + "first without this flag; dst holds it until then");
  }

  static Layout vBin() {
    return new Layout("elementwise", TimingClass.VECTOR)
        .summary("Elementwise function of two operands; stride 0 broadcasts.")
        .semantics("dst[i·dst_s] = fn(a[i·a_s], b[i·b_s]) for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "first operand")
        .operand("b", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "second operand")
        .choice(Field.FN, 8, BinFn.ADD, "function")
        .field(
            Field.CHAIN,
            FieldKind.FLAG,
            1,
            0L,
            "the result is only for the instructions behind, up to the "
                + "first without this flag; dst holds it until then");
  }

  static Layout vBini() {
    return new Layout("elementwise", TimingClass.VECTOR)
        .summary(
            "Elementwise function of an operand and a scalar. Without a "
                + "register the scalar is the bits of a binary64 when the "
                + "compute type is float, else an integer; with one it is the "
                + "integer constant + register, converted to the compute type.")
        .semantics("dst[i·dst_s] = reverse ? fn(imm, a[i·a_s]) : fn(a[i·a_s], " + "imm) for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "operand")
        .choice(Field.FN, 8, BinFn.ADD, "function")
        .real(Field.IMM, Field.A_T, "scalar operand")
        .field(Field.REVERSE, FieldKind.FLAG, 1, 0L, "the scalar is the first operand")
        .field(
            Field.CHAIN,
            FieldKind.FLAG,
            1,
            0L,
            "the result is only for the instructions behind, up to the "
                + "first without this flag; dst holds it until then");
  }

  static Layout vSel() {
    return new Layout("elementwise", TimingClass.VECTOR)
        .summary("Elementwise choice.")
        .semantics("dst[i·dst_s] = cond[i·cond_s] ≠ 0 ? a[i·a_s] : b[i·b_s] for " + "i in d")
        .opClass(OpClass.SIMPLE)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .operand("cond", OperandShape.LOCAL4, Access.READ, TypeGroup.CONDITION, "condition")
        .operand(
            "a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "value where the condition holds")
        .operand("b", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "value elsewhere")
        .field(
            Field.CHAIN,
            FieldKind.FLAG,
            1,
            0L,
            "the result is only for the instructions behind, up to the "
                + "first without this flag; dst holds it until then");
  }

  static Layout vFma() {
    return new Layout("elementwise", TimingClass.VECTOR)
        .summary("Elementwise multiply and add; the product is rounded, then " + "the sum.")
        .semantics("dst[i·dst_s] = a[i·a_s] * b[i·b_s] + c[i·c_s] for i in d")
        .opClass(OpClass.SIMPLE)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "first factor")
        .operand("b", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "second factor")
        .operand("c", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "summand")
        .field(
            Field.CHAIN,
            FieldKind.FLAG,
            1,
            0L,
            "the result is only for the instructions behind, up to the "
                + "first without this flag; dst holds it until then");
  }

  static Layout vRed() {
    return new Layout("reduction", TimingClass.VECTOR_REDUCE)
        .summary(
            "Reduce the dimensions in mask; destination strides of "
                + "reduced dimensions are ignored. argmax and argmin reduce d3 "
                + "only.")
        .semantics("dst[i·dst_s without mask] = fn over the dimensions in mask " + "of a[i·a_s]")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.ACCUMULATE, TypeGroup.ANY, "result")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "operand")
        .choice(Field.FN, 8, RedFn.SUM, "function")
        .field(Field.MASK, FieldKind.UNSIGNED, 4, 8L, "reduced dimensions, bit i for dimension i")
        .field(
            Field.ACCUM,
            FieldKind.COUNT,
            32,
            0L,
            "0 overwrites, anything else combines with dst; not for " + "argmax and argmin")
        .field(Field.INDEX_BASE, FieldKind.COUNT, 32, 0L, "added to the index of argmax and argmin")
        .field(
            Field.LAST,
            FieldKind.FLAG,
            1,
            0L,
            "argmax and argmin: the last of equal elements instead of the " + "first");
  }

  static Layout vScan() {
    return new Layout("reduction", TimingClass.VECTOR_REDUCE)
        .summary("Running combination along d3.")
        .semantics(
            "dst[i·dst_s] = fn of a[j·a_s] for j3 ≤ i3 (< when exclusive; " + "≥, > when reverse)")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "operand")
        .choice(Field.FN, 8, ScanFn.SUM, "function")
        .field(
            Field.EXCLUSIVE,
            FieldKind.FLAG,
            1,
            0L,
            "an element's own value is left out; the first result is the " + "neutral element")
        .field(Field.REVERSE, FieldKind.FLAG, 1, 0L, "from the last element to the first");
  }

  static Layout vTopk() {
    return new Layout("reduction", TimingClass.VECTOR_SORT)
        .summary(
            "The k largest (or smallest) of each row along d3, sorted; "
                + "ties to the lower index, NaN counts as greatest.")
        .semantics(
            "dst[r, j], idx[r, j] = value and index of the j-th of row r " + "in order, j < k")
        .opClass(OpClass.SORT)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand(
            "dst",
            OperandShape.LOCAL4,
            Access.WRITE_K,
            TypeGroup.ANY,
            "values, k along dimension 3")
        .operand(
            "idx",
            OperandShape.LOCAL4,
            Access.WRITE_K,
            TypeGroup.INDEX,
            "indices, k along dimension 3")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "operand")
        .field(Field.K, FieldKind.COUNT, 32, 1L, "results per row")
        .field(Field.SMALLEST, FieldKind.FLAG, 1, 0L, "smallest instead of largest");
  }

  static Layout vCvt() {
    return new Layout("conversion", TimingClass.VECTOR)
        .summary("Convert the element type.")
        .semantics("dst[i·dst_s] = convert(a[i·a_s]) for i in d")
        .opClass(OpClass.SIMPLE)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "operand")
        .field(Field.SATURATE, FieldKind.FLAG, 1, 0L, "clamp to the range of the result type")
        .choice(
            Field.ROUND,
            3,
            Round.TRUNC,
            "rounding from float to integer; float to float is to nearest " + "even")
        .field(
            Field.CHAIN,
            FieldKind.FLAG,
            1,
            0L,
            "the result is only for the instructions behind, up to the "
                + "first without this flag; dst holds it until then");
  }

  static Layout vQuant() {
    return new Layout("conversion", TimingClass.VECTOR)
        .summary(
            "Quantise with a scale and zero point per element (stride 0 "
                + "for one per tensor or channel; its reciprocal is taken "
                + "once).")
        .semantics(
            "dst[i·dst_s] = saturate(round_half_even(a[i·a_s] / "
                + "scale[i·scale_s]) + zp[i·zp_s]) for i in d")
        .opClass(OpClass.SIMPLE)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.QUANTISED, "result")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "operand")
        .operand("scale", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "scale")
        .operand("zp", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "zero point")
        .field(
            Field.CHAIN,
            FieldKind.FLAG,
            1,
            0L,
            "the result is only for the instructions behind, up to the "
                + "first without this flag; dst holds it until then");
  }

  static Layout vDequant() {
    return new Layout("conversion", TimingClass.VECTOR)
        .summary(
            "Dequantise with a scale and zero point per element (stride 0 "
                + "for one per tensor or channel).")
        .semantics("dst[i·dst_s] = (a[i·a_s] - zp[i·zp_s]) * scale[i·scale_s] " + "for i in d")
        .opClass(OpClass.SIMPLE)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "operand")
        .operand("scale", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "scale")
        .operand("zp", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "zero point")
        .field(
            Field.CHAIN,
            FieldKind.FLAG,
            1,
            0L,
            "the result is only for the instructions behind, up to the "
                + "first without this flag; dst holds it until then");
  }

  static Layout vFill() {
    return new Layout("movement", TimingClass.VECTOR)
        .summary(
            "Fill with a constant (binary64 bits for a float type, else "
                + "an integer; with a register the integer constant + register, "
                + "converted).")
        .semantics("dst[i·dst_s] = imm for i in d")
        .opClass(OpClass.SIMPLE)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .real(Field.IMM, Field.DST_T, "value");
  }

  static Layout vIota() {
    return new Layout("movement", TimingClass.VECTOR)
        .summary("Arithmetic sequence along d3; constants as in v.fill.")
        .semantics("dst[i·dst_s] = start + step * i3 for i in d")
        .opClass(OpClass.SIMPLE)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .real(Field.START, Field.DST_T, "first value")
        .real(Field.STEP, Field.DST_T, "difference");
  }

  static Layout vCopy() {
    return new Layout("movement", TimingClass.VECTOR)
        .summary(
            "Bitwise copy between elements of one type; permutes and " + "transposes by strides.")
        .semantics("dst[i·dst_s] = a[i·a_s] for i in d")
        .opClass(OpClass.PERMUTE)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "destination")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "source; same type as dst");
  }

  static Layout vGather() {
    return new Layout("indexed", TimingClass.VECTOR_INDEXED)
        .summary("Elementwise gather within local memory.")
        .semantics("dst[i·dst_s] = a[idx[i·idx_s]·istride + i·a_s] for i in d")
        .opClass(OpClass.GATHER)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "result")
        .operand(
            "a",
            OperandShape.LOCAL4,
            Access.INDEXED_READ,
            TypeGroup.ANY,
            "source; same type as dst")
        .operand("idx", OperandShape.LOCAL4, Access.READ, TypeGroup.INDEX, "indices")
        .field(Field.ISTRIDE, FieldKind.STRIDE, 32, 1L, "elements of the source per index step")
        .field(
            Field.LIMIT,
            FieldKind.COUNT,
            32,
            1L,
            "indices are below limit; others are a run-time error")
        .field(Field.WRAP, FieldKind.FLAG, 1, 0L, "a negative index counts from limit");
  }

  static Layout vScatter() {
    return new Layout("indexed", TimingClass.VECTOR_INDEXED)
        .summary("Elementwise scatter within local memory, in iteration order.")
        .semantics("dst[idx[i·idx_s]·istride + i·dst_s] = fn(dst[…], a[i·a_s]) " + "for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.INDEXED_WRITE, TypeGroup.ANY, "destination")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "values")
        .operand("idx", OperandShape.LOCAL4, Access.READ, TypeGroup.INDEX, "indices")
        .choice(Field.FN, 8, ScatterFn.NONE, "combination")
        .field(
            Field.ISTRIDE, FieldKind.STRIDE, 32, 1L, "elements of the destination per index step")
        .field(
            Field.LIMIT,
            FieldKind.COUNT,
            32,
            1L,
            "indices are below limit; others are a run-time error")
        .field(Field.WRAP, FieldKind.FLAG, 1, 0L, "a negative index counts from limit")
        .field(
            Field.SKIP_OOR,
            FieldKind.FLAG,
            1,
            0L,
            "indices out of range are skipped instead of an error");
  }

  static Layout vCompact() {
    return new Layout("indexed", TimingClass.VECTOR_REDUCE)
        .summary(
            "Linear positions (row-major over d) of the nonzero elements, " + "and their count.")
        .semantics(
            "dst[j·dst_s0] = linear(i) of the j-th i in d with a[i·a_s] ≠ "
                + "0, j < limit; cnt[0] = their number")
        .opClass(OpClass.REDUCE)
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL1, Access.WRITE_LIMIT, TypeGroup.INDEX, "positions")
        .operand(
            "cnt", OperandShape.SCALAR, Access.WRITE, TypeGroup.COUNT, "number of nonzero elements")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "operand")
        .field(
            Field.LIMIT,
            FieldKind.COUNT,
            32,
            1L,
            "positions that fit at dst; the rest is not written but " + "counted");
  }
}
