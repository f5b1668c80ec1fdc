// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Templates from which an operand's fields are made. */
public enum OperandShape {
  EXTENTS(
      new Part(
          "D0", FieldKind.COUNT, 32, 1L, Optional.empty(), "iterations of the outermost dimension"),
      new Part("D1", FieldKind.COUNT, 32, 1L, Optional.empty(), "iterations of dimension 1"),
      new Part("D2", FieldKind.COUNT, 32, 1L, Optional.empty(), "iterations of dimension 2"),
      new Part(
          "D3",
          FieldKind.COUNT,
          32,
          1L,
          Optional.empty(),
          "iterations of the innermost dimension")),
  LOCAL4(
      new Part(
          "{n}",
          FieldKind.ADDRESS,
          33,
          0L,
          Optional.of(FieldSpec.Space.LOCAL),
          "local byte address"),
      new Part("{n}_S0", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of dimension 0"),
      new Part("{n}_S1", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of dimension 1"),
      new Part("{n}_S2", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of dimension 2"),
      new Part("{n}_S3", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of dimension 3"),
      new Part("{n}_T", FieldKind.DTYPE, 5, DType.F32.ordinal(), Optional.empty(), "element type")),
  LOCAL1(
      new Part(
          "{n}",
          FieldKind.ADDRESS,
          33,
          0L,
          Optional.of(FieldSpec.Space.LOCAL),
          "local byte address"),
      new Part("{n}_S0", FieldKind.STRIDE, 32, 1L, Optional.empty(), "stride along dimension 0"),
      new Part("{n}_T", FieldKind.DTYPE, 5, DType.I64.ordinal(), Optional.empty(), "element type")),
  SCALAR(
      new Part(
          "{n}",
          FieldKind.ADDRESS,
          33,
          0L,
          Optional.of(FieldSpec.Space.LOCAL),
          "local byte address"),
      new Part("{n}_T", FieldKind.DTYPE, 5, DType.I64.ordinal(), Optional.empty(), "element type")),
  DRAM4(
      new Part(
          "{n}", FieldKind.ADDRESS, 41, 0L, Optional.of(FieldSpec.Space.DRAM), "DRAM byte address"),
      new Part("{n}_S0", FieldKind.STRIDE, 40, 0L, Optional.empty(), "stride of dimension 0"),
      new Part("{n}_S1", FieldKind.STRIDE, 40, 0L, Optional.empty(), "stride of dimension 1"),
      new Part("{n}_S2", FieldKind.STRIDE, 40, 0L, Optional.empty(), "stride of dimension 2"),
      new Part("{n}_S3", FieldKind.STRIDE, 40, 0L, Optional.empty(), "stride of dimension 3")),
  ROWS(
      new Part(
          "M0", FieldKind.COUNT, 32, 1L, Optional.empty(), "rows of the outermost row dimension"),
      new Part("M1", FieldKind.COUNT, 32, 1L, Optional.empty(), "rows of row dimension 1"),
      new Part(
          "M2", FieldKind.COUNT, 32, 1L, Optional.empty(), "rows of the innermost row dimension")),
  REDUCTION(
      new Part("K0", FieldKind.COUNT, 32, 1L, Optional.empty(), "outermost reduction extent"),
      new Part("K1", FieldKind.COUNT, 32, 1L, Optional.empty(), "reduction extent 1"),
      new Part("K2", FieldKind.COUNT, 32, 1L, Optional.empty(), "innermost reduction extent")),
  MATRIX_A(
      new Part(
          "{n}",
          FieldKind.ADDRESS,
          33,
          0L,
          Optional.of(FieldSpec.Space.LOCAL),
          "local byte address"),
      new Part("{n}_SM0", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of row dimension 0"),
      new Part("{n}_SM1", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of row dimension 1"),
      new Part("{n}_SM2", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of row dimension 2"),
      new Part(
          "{n}_SK0", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of reduction dimension 0"),
      new Part(
          "{n}_SK1", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of reduction dimension 1"),
      new Part(
          "{n}_SK2", FieldKind.STRIDE, 32, 1L, Optional.empty(), "stride of reduction dimension 2"),
      new Part("{n}_T", FieldKind.DTYPE, 5, DType.F32.ordinal(), Optional.empty(), "element type")),
  MATRIX_W(
      new Part(
          "{n}",
          FieldKind.ADDRESS,
          33,
          0L,
          Optional.of(FieldSpec.Space.LOCAL),
          "local byte address"),
      new Part(
          "{n}_SK0", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of reduction dimension 0"),
      new Part(
          "{n}_SK1", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of reduction dimension 1"),
      new Part(
          "{n}_SK2", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of reduction dimension 2"),
      new Part("{n}_SN", FieldKind.STRIDE, 32, 1L, Optional.empty(), "stride of the columns"),
      new Part("{n}_T", FieldKind.DTYPE, 5, DType.F32.ordinal(), Optional.empty(), "element type")),
  MATRIX_A1(
      new Part(
          "{n}",
          FieldKind.ADDRESS,
          33,
          0L,
          Optional.of(FieldSpec.Space.LOCAL),
          "local byte address"),
      new Part("{n}_SM0", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of row dimension 0"),
      new Part("{n}_SM1", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of row dimension 1"),
      new Part("{n}_SM2", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of row dimension 2"),
      new Part(
          "{n}_SK2",
          FieldKind.STRIDE,
          32,
          1L,
          Optional.empty(),
          "stride of the reduction dimension"),
      new Part("{n}_T", FieldKind.DTYPE, 5, DType.F32.ordinal(), Optional.empty(), "element type")),
  MATRIX_W1(
      new Part(
          "{n}",
          FieldKind.ADDRESS,
          33,
          0L,
          Optional.of(FieldSpec.Space.LOCAL),
          "local byte address"),
      new Part(
          "{n}_SK2",
          FieldKind.STRIDE,
          32,
          0L,
          Optional.empty(),
          "stride of the reduction dimension"),
      new Part("{n}_SN", FieldKind.STRIDE, 32, 1L, Optional.empty(), "stride of the columns"),
      new Part("{n}_T", FieldKind.DTYPE, 5, DType.F32.ordinal(), Optional.empty(), "element type")),
  MATRIX_ACC(
      new Part(
          "{n}",
          FieldKind.ADDRESS,
          33,
          2147483648L,
          Optional.of(FieldSpec.Space.LOCAL),
          "byte address in the accumulator memory"),
      new Part("{n}_S0", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of row dimension 0"),
      new Part("{n}_S1", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of row dimension 1"),
      new Part("{n}_S2", FieldKind.STRIDE, 32, 0L, Optional.empty(), "stride of row dimension 2"),
      new Part("{n}_T", FieldKind.DTYPE, 5, DType.F32.ordinal(), Optional.empty(), "element type"));

  private final List<Part> parts;

  OperandShape(Part... parts) {
    this.parts = List.of(parts);
  }

  /** The field templates in encoding order. */
  public List<Part> parts() {
    return parts;
  }

  /**
   * One field of the template.
   *
   * @param name field name, {@code {n}} standing for the operand's name
   * @param kind kind of the field
   * @param width bits
   * @param defaultValue value when not set
   * @param space memory an address points into
   * @param meaning what it is
   */
  public record Part(
      String name,
      FieldKind kind,
      int width,
      long defaultValue,
      Optional<FieldSpec.Space> space,
      String meaning) {
    /** The field for an operand of the given name. */
    public Field field(String operand) {
      return Field.valueOf(name.replace("{n}", operand.toUpperCase(Locale.ROOT)));
    }
  }
}
