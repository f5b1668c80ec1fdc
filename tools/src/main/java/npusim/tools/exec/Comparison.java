package npusim.tools.exec;

import java.util.Locale;
import java.util.Optional;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * When two tensors count as equal.
 *
 * @param rtol relative tolerance, or NaN for the type's own
 * @param atol absolute tolerance, or NaN for the type's own
 * @param cosine least cosine similarity, or NaN to compare element by element
 */
public record Comparison(double rtol, double atol, double cosine) {
  /** Every type's own tolerance: see {@link #defaultRtol} and {@link #defaultAtol}. */
  public static final Comparison DEFAULT = new Comparison(Double.NaN, Double.NaN, Double.NaN);

  /**
   * Relative tolerance: 0 for integers and booleans, else a step or two of the type, at least 1e-3.
   */
  public static double defaultRtol(DType t) {
    return switch (t) {
      case F64, F32 -> 1e-3;
      case F16 -> 5e-3;
      case BF16 -> 2e-2;
      case F8E4M3FN -> 0.125;
      case F8E5M2 -> 0.25;
      default -> 0;
    };
  }

  /** Absolute tolerance: 0 for integers and booleans. */
  public static double defaultAtol(DType t) {
    return switch (t) {
      case F64, F32 -> 1e-5;
      case F16 -> 1e-3;
      case BF16 -> 1e-2;
      case F8E4M3FN, F8E5M2 -> 1e-2;
      default -> 0;
    };
  }

  /**
   * Compares.
   *
   * @return what differs, or empty when equal
   */
  public Optional<String> difference(Tensor got, Tensor want) {
    if (got.dtype() != want.dtype()) {
      return Optional.of("type is " + got.dtype() + ", expected " + want.dtype());
    }
    if (!java.util.Arrays.equals(got.dims(), want.dims())) {
      return Optional.of(
          "shape is "
              + java.util.Arrays.toString(got.dims())
              + ", expected "
              + java.util.Arrays.toString(want.dims()));
    }
    return Double.isNaN(cosine) ? elements(got, want) : similarity(got, want);
  }

  private Optional<String> elements(Tensor got, Tensor want) {
    DType t = want.dtype();
    double r = Double.isNaN(rtol) || !t.isFloat() ? defaultRtol(t) : rtol;
    double a = Double.isNaN(atol) || !t.isFloat() ? defaultAtol(t) : atol;
    long wrong = 0;
    long first = -1;
    for (long i = 0; i < want.size(); i++) {
      boolean same =
          t.isFloat() ? close(got.at(i), want.at(i), r, a) : got.longAt(i) == want.longAt(i);
      if (!same) {
        wrong++;
        first = first < 0 ? i : first;
      }
    }
    if (wrong == 0) {
      return Optional.empty();
    }
    String values =
        t.isFloat()
            ? got.at(first) + ", expected " + want.at(first)
            : got.longAt(first) + ", expected " + want.longAt(first);
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%d of %d values differ; element %d is %s",
            wrong,
            want.size(),
            first,
            values));
  }

  /** As numpy's allclose: |got − want| ≤ atol + rtol·|want|; equal infinities and NaN match. */
  static boolean close(double got, double want, double rtol, double atol) {
    if (Double.isNaN(want) || Double.isNaN(got)) {
      return Double.isNaN(want) && Double.isNaN(got);
    }
    if (Double.isInfinite(want) || Double.isInfinite(got)) {
      return want == got;
    }
    return Math.abs(got - want) <= atol + rtol * Math.abs(want);
  }

  private Optional<String> similarity(Tensor got, Tensor want) {
    double s = cosineOf(got, want);
    return s >= cosine
        ? Optional.empty()
        : Optional.of(String.format(Locale.ROOT, "cosine similarity is %.6f, below %s", s, cosine));
  }

  /** Cosine of the angle between two tensors seen as vectors; 1 for two zero vectors. */
  public static double cosineOf(Tensor a, Tensor b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (long i = 0; i < a.size(); i++) {
      double x = a.at(i);
      double y = b.at(i);
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    if (aa == 0 && bb == 0) {
      return 1;
    }
    return dot / Math.sqrt(aa * bb);
  }
}
