// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

/** Field layouts of the instructions. */
final class MatLayouts {
  private MatLayouts() {}

  static Layout mGemm() {
    return new Layout("matrix", TimingClass.GEMM)
        .summary(
            "Matrix product into the accumulator memory, cut into array "
                + "blocks by the unit. Convolution is a product over a padded "
                + "tile with the window expressed by strides.")
        .semantics(
            "acc[m·acc_s + n] = (accum ≠ 0 ? acc[m·acc_s + n] : 0) + Σ_k "
                + "a[m·a_sm + k·a_sk + (columnwise ? n : 0)] · w[k·w_sk + "
                + "n·w_sn]; f32: operands widened, product rounded, sum rounded "
                + "in the order of k; i32: wrapping")
        .extents("m", OperandShape.ROWS, "row extents")
        .extents("k", OperandShape.REDUCTION, "reduction extents")
        .operand(
            "acc",
            OperandShape.MATRIX_ACC,
            Access.ACCUMULATE,
            TypeGroup.ACCUMULATOR,
            "accumulators, columns contiguous")
        .operand("a", OperandShape.MATRIX_A, Access.READ, TypeGroup.MATRIX, "streamed operand")
        .operand("w", OperandShape.MATRIX_W, Access.READ, TypeGroup.MATRIX, "stationary operand")
        .field(Field.N, FieldKind.COUNT, 32, 1L, "columns")
        .field(Field.ACCUM, FieldKind.COUNT, 32, 0L, "0 overwrites, anything else adds to acc")
        .field(
            Field.SPARSE,
            FieldKind.FLAG,
            1,
            0L,
            "of every four w along k2 at most two are not zero; an array "
                + "that can skips the others")
        .field(
            Field.COLUMNWISE,
            FieldKind.FLAG,
            1,
            0L,
            "column n multiplies the activations n elements further on: a "
                + "depthwise convolution");
  }

  static Layout mLoad() {
    return new Layout("matrix", TimingClass.PRELOAD)
        .summary("Preload the stationary block of the array.")
        .semantics("block[k, n] = w[k·w_sk2 + n·w_sn]")
        .operand("w", OperandShape.MATRIX_W1, Access.READ, TypeGroup.MATRIX, "block to load")
        .field(Field.K2, FieldKind.COUNT, 32, 1L, "rows of the block; at most the array's rows")
        .field(
            Field.N, FieldKind.COUNT, 32, 1L, "columns of the block; at most the array's columns");
  }

  static Layout mStream() {
    return new Layout("matrix", TimingClass.STREAM)
        .summary("Pass rows through the loaded block into the accumulator " + "memory.")
        .semantics(
            "acc[m·acc_s + n] = (accum ≠ 0 ? acc[m·acc_s + n] : 0) + Σ_k "
                + "a[m·a_sm + k·a_sk2] · block[k, n]")
        .extents("m", OperandShape.ROWS, "row extents")
        .operand(
            "acc",
            OperandShape.MATRIX_ACC,
            Access.ACCUMULATE,
            TypeGroup.ACCUMULATOR,
            "accumulators, columns contiguous")
        .operand("a", OperandShape.MATRIX_A1, Access.READ, TypeGroup.MATRIX, "streamed operand")
        .field(Field.K2, FieldKind.COUNT, 32, 1L, "rows of the loaded block")
        .field(Field.N, FieldKind.COUNT, 32, 1L, "columns of the loaded block")
        .field(Field.ACCUM, FieldKind.COUNT, 32, 0L, "0 overwrites, anything else adds to acc");
  }
}
