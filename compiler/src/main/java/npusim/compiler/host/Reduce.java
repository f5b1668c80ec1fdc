package npusim.compiler.host;

import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Reductions, in binary64 or 64-bit integers, rounded once. */
public final class Reduce {
  private Reduce() {}

  /** What to reduce by. */
  public enum Kind {
    SUM,
    MEAN,
    PROD,
    MAX,
    MIN,
    L1,
    L2,
    LOG_SUM,
    LOG_SUM_EXP,
    SUM_SQUARE
  }

  /**
   * Reduces over axes.
   *
   * @param axes sorted
   * @param shape result shape, with or without the reduced dimensions
   */
  public static Tensor reduce(Tensor x, Kind kind, int[] axes, long[] shape) {
    long[] dims = x.dims();
    boolean[] reduced = new boolean[dims.length];
    for (int a : axes) {
      reduced[a] = true;
    }
    long[] outStrides = new long[dims.length];
    long n = 1;
    long count = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      outStrides[i] = reduced[i] ? 0 : n;
      n *= reduced[i] ? 1 : dims[i];
      count *= reduced[i] ? dims[i] : 1;
    }
    Tensor out = Tensor.zeros(x.dtype(), shape);
    if (x.dtype().isFloat()) {
      floats(x, kind, dims, outStrides, (int) n, count, out);
    } else {
      integers(x, kind, dims, outStrides, (int) n, count, out);
    }
    return out;
  }

  private static void floats(
      Tensor x, Kind kind, long[] dims, long[] outStrides, int n, long count, Tensor out) {
    double[] acc = new double[n];
    double start =
        kind == Kind.PROD
            ? 1
            : isMax(kind)
                ? Double.NEGATIVE_INFINITY
                : kind == Kind.MIN ? Double.POSITIVE_INFINITY : 0;
    java.util.Arrays.fill(acc, start);
    double[] peak = new double[n];
    if (kind == Kind.LOG_SUM_EXP) {
      java.util.Arrays.fill(peak, Double.NEGATIVE_INFINITY);
      Strides.walk(
          dims,
          new long[1],
          new long[][] {outStrides},
          (i, at) -> peak[(int) at[0]] = Math.max(peak[(int) at[0]], x.at(i)));
    }
    Strides.walk(
        dims,
        new long[1],
        new long[][] {outStrides},
        (i, at) -> {
          int o = (int) at[0];
          double v = x.at(i);
          acc[o] =
              switch (kind) {
                case SUM, MEAN, LOG_SUM -> acc[o] + v;
                case PROD -> acc[o] * v;
                case MAX -> Math.max(acc[o], v);
                case MIN -> Math.min(acc[o], v);
                case L1 -> acc[o] + Math.abs(v);
                case L2, SUM_SQUARE -> acc[o] + v * v;
                case LOG_SUM_EXP ->
                    acc[o] + Math.exp(v - (Double.isInfinite(peak[o]) ? 0 : peak[o]));
              };
        });
    for (int o = 0; o < n; o++) {
      out.setDouble(
          o,
          switch (kind) {
            case MEAN -> acc[o] / count;
            case L2 -> Math.sqrt(acc[o]);
            case LOG_SUM -> Math.log(acc[o]);
            case LOG_SUM_EXP -> Math.log(acc[o]) + (Double.isInfinite(peak[o]) ? 0 : peak[o]);
            default -> acc[o];
          });
    }
  }

  private static boolean isMax(Kind kind) {
    return kind == Kind.MAX;
  }

  private static void integers(
      Tensor x, Kind kind, long[] dims, long[] outStrides, int n, long count, Tensor out) {
    long[] acc = new long[n];
    DType t = x.dtype();
    boolean unsigned = t == DType.U64;
    java.util.Arrays.fill(
        acc,
        kind == Kind.PROD ? 1 : isMax(kind) ? t.minLong() : kind == Kind.MIN ? t.maxLong() : 0);
    Strides.walk(
        dims,
        new long[1],
        new long[][] {outStrides},
        (i, at) -> {
          int o = (int) at[0];
          long v = x.longAt(i);
          acc[o] =
              switch (kind) {
                case SUM, MEAN, LOG_SUM -> acc[o] + v;
                case PROD -> acc[o] * v;
                case MAX ->
                    (unsigned ? Long.compareUnsigned(acc[o], v) : Long.compare(acc[o], v)) >= 0
                        ? acc[o]
                        : v;
                case MIN ->
                    (unsigned ? Long.compareUnsigned(acc[o], v) : Long.compare(acc[o], v)) <= 0
                        ? acc[o]
                        : v;
                case L1 -> acc[o] + Math.abs(v);
                case L2, SUM_SQUARE -> acc[o] + v * v;
                case LOG_SUM_EXP -> acc[o];
              };
        });
    if (kind == Kind.LOG_SUM_EXP) {
      Tensor wide = Elementwise.cast(x, DType.F64, true);
      Tensor result = Tensor.zeros(DType.F64, out.dims());
      floats(wide, kind, dims, outStrides, n, count, result);
      for (int o = 0; o < n; o++) {
        out.setDouble(o, result.at(o));
      }
      return;
    }
    for (int o = 0; o < n; o++) {
      switch (kind) {
        case MEAN -> out.setLong(o, count == 0 ? 0 : acc[o] / count);
        case L2 -> out.setDouble(o, Math.sqrt(acc[o]));
        case LOG_SUM -> out.setDouble(o, Math.log(acc[o]));
        default -> out.setLong(o, acc[o]);
      }
    }
  }

  /**
   * Index of the largest or smallest element along an axis, as int64; ties go to the first or the
   * last.
   */
  public static Tensor arg(Tensor x, int axis, long[] shape, boolean max, boolean last) {
    Tensor out = Tensor.zeros(DType.I64, shape);
    long n = x.dim(axis);
    long inner = Strides.product(x.dims(), axis + 1, x.rank());
    for (long o = 0; o < out.size(); o++) {
      long base = o / inner * n * inner + o % inner;
      long best = 0;
      for (long k = 1; k < n; k++) {
        int c = compare(x, base + k * inner, base + best * inner);
        if (max ? c > 0 : c < 0) {
          best = k;
        } else if (c == 0 && last) {
          best = k;
        }
      }
      out.setLong(o, best);
    }
    return out;
  }

  /** Compares two elements by value. */
  public static int compare(Tensor x, long i, long j) {
    if (x.dtype() == DType.U64) {
      return Long.compareUnsigned(x.bits(i), x.bits(j));
    }
    return x.dtype().isFloat()
        ? Double.compare(x.at(i) + 0.0, x.at(j) + 0.0)
        : Long.compare(x.longAt(i), x.longAt(j));
  }

  /** Running sum or product along an axis. */
  public static Tensor cumulate(
      Tensor x, int axis, boolean exclusive, boolean reverse, boolean product) {
    Tensor out = Tensor.zeros(x.dtype(), x.dims());
    long n = x.dim(axis);
    long inner = Strides.product(x.dims(), axis + 1, x.rank());
    long outer = Strides.product(x.dims(), 0, axis);
    boolean isFloat = x.dtype().isFloat();
    for (long o = 0; o < outer * inner; o++) {
      long base = o / inner * n * inner + o % inner;
      double d = product ? 1 : 0;
      long l = product ? 1 : 0;
      for (long k = 0; k < n; k++) {
        long at = base + (reverse ? n - 1 - k : k) * inner;
        if (exclusive) {
          store(out, at, isFloat, d, l);
        }
        d = product ? d * x.at(at) : d + x.at(at);
        l = isFloat ? 0 : product ? l * x.longAt(at) : l + x.longAt(at);
        if (!exclusive) {
          store(out, at, isFloat, d, l);
        }
      }
    }
    return out;
  }

  private static void store(Tensor out, long at, boolean isFloat, double d, long l) {
    if (isFloat) {
      out.setDouble(at, d);
    } else {
      out.setLong(at, l);
    }
  }
}
