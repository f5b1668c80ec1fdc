package npusim.compiler.quant;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/**
 * The number formats that a model is recast to.
 *
 * @param name as given, such as {@code bf16} or {@code w4a16}
 * @param compute type of activations and of arithmetic outside integer products
 * @param products type both operands of matrix products and convolutions are quantised to; empty:
 *     {@code compute}
 * @param weights type that constant weights of matrix products are stored in, with a scale per
 *     group; empty: {@code compute}
 * @param group elements along the inner dimension that share a scale of a stored weight; 0: a whole
 *     column
 */
public record Precision(
    String name, DType compute, Optional<DType> products, Optional<DType> weights, int group) {

  private static final int INT4_GROUP = 32;

  /** Names that {@link #parse} knows besides element types. */
  public static final List<String> MIXED = List.of("w8a16", "w4a16");

  /** True when binary32 stays binary32. */
  public boolean keepsFloat32() {
    return compute == DType.F32 && products.isEmpty() && weights.isEmpty();
  }

  /**
   * The precision of a plain element type: floating-point types as they are, int8 as quantised
   * products.
   */
  public static Precision of(DType t) {
    return switch (t) {
      case F32, F64, F16, BF16 ->
          new Precision(t.shortName(), t, Optional.empty(), Optional.empty(), 0);
      case F8E4M3FN, F8E5M2 ->
          new Precision(t.shortName(), DType.F32, Optional.of(t), Optional.empty(), 0);
      case I8, U8 -> new Precision("int8", DType.F32, Optional.of(DType.I8), Optional.empty(), 0);
      case I4, U4 ->
          new Precision("w4a16", DType.BF16, Optional.empty(), Optional.of(DType.I4), INT4_GROUP);
      default ->
          throw NpusimException.usage(
              "dtype",
              "--dtype " + t.shortName() + ": a model can't be recast to it",
              "f32, bf16, fp16, fp8, int8, " + String.join(", ", MIXED));
    };
  }

  /**
   * The precision of a name: an element type, {@code w8a16} or {@code w4a16}.
   *
   * @throws NpusimException exit code 2 for an unknown name
   */
  public static Precision parse(String text) {
    String s = text.toLowerCase(Locale.ROOT);
    if (s.equals("w8a16")) {
      return new Precision(s, DType.BF16, Optional.empty(), Optional.of(DType.I8), 0);
    }
    if (s.equals("w4a16")) {
      return new Precision(s, DType.BF16, Optional.empty(), Optional.of(DType.I4), INT4_GROUP);
    }
    List<String> known = new java.util.ArrayList<>(List.of("f32", "bf16", "fp16", "fp8", "int8"));
    known.addAll(MIXED);
    return DType.ofName(s)
        .map(Precision::of)
        .orElseThrow(
            () ->
                NpusimException.usage(
                    "dtype",
                    "--dtype " + text + " is no known precision",
                    Names.suggest(s, known)));
  }
}
