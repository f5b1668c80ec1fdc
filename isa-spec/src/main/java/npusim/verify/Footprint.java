package npusim.verify;

import java.util.Arrays;
import java.util.Optional;

/**
 * The bits an operand touches: runs of equal length at places {@code base + Σ index · stride}.
 * Dimensions that together touch one contiguous stretch, such as the overlapping windows of a
 * convolution, are merged, so that most footprints are one run or a few dimensions of runs.
 */
final class Footprint {
  /**
   * Footprints with more runs are not enumerated: two of them count as overlapping when their hulls
   * do.
   */
  static final long MAX_RUNS = 1 << 16;

  private final long base;
  private final long run;
  private final long[] strides;
  private final long[] extents;
  private final long end;

  private Footprint(long base, long run, long[] strides, long[] extents) {
    this.base = base;
    this.run = run;
    this.strides = strides;
    this.extents = extents;
    this.end = base + span(strides.length);
  }

  /** One stretch of bits. */
  static Footprint dense(long from, long to) {
    return new Footprint(from, to - from, new long[0], new long[0]);
  }

  /**
   * The footprint of a strided operand.
   *
   * @param baseBit first bit of element 0
   * @param elementBits bits of an element
   * @param strides stride of every dimension, in elements
   * @param extents iterations of every dimension
   * @return empty when any extent is not positive
   */
  static Optional<Footprint> of(long baseBit, int elementBits, long[] strides, long[] extents) {
    int dims = strides.length;
    var s = new long[dims];
    var n = new long[dims];
    long base = baseBit;
    int kept = 0;
    for (int i = 0; i < dims; i++) {
      if (extents[i] <= 0) {
        return Optional.empty();
      }
      long stride = strides[i] * elementBits;
      if (extents[i] == 1 || stride == 0) {
        continue;
      }
      if (stride < 0) {
        base += stride * (extents[i] - 1);
        stride = -stride;
      }
      int at = kept++;
      for (; at > 0 && s[at - 1] > stride; at--) {
        s[at] = s[at - 1];
        n[at] = n[at - 1];
      }
      s[at] = stride;
      n[at] = extents[i];
    }
    return Optional.of(merged(base, elementBits, s, n, kept));
  }

  private static Footprint merged(long base, long elementBits, long[] s, long[] n, int dims) {
    long run = elementBits;
    int out = 0;
    for (int i = 0; i < dims; i++) {
      if (out == 0 && s[i] <= run) {
        run += s[i] * (n[i] - 1);
      } else if (out > 0 && s[i] % s[out - 1] == 0 && s[i] / s[out - 1] <= n[out - 1]) {
        n[out - 1] += (n[i] - 1) * (s[i] / s[out - 1]);
      } else {
        s[out] = s[i];
        n[out++] = n[i];
      }
    }
    return new Footprint(base, run, Arrays.copyOf(s, out), Arrays.copyOf(n, out));
  }

  /** The same footprint a number of bits further. */
  Footprint shift(long bits) {
    return new Footprint(base + bits, run, strides, extents);
  }

  /** First bit. */
  long from() {
    return base;
  }

  /** Bit after the last. */
  long to() {
    return end;
  }

  /** True when every bit between {@link #from} and {@link #to} is touched. */
  boolean isDense() {
    return strides.length == 0;
  }

  /** Number of runs. */
  long runs() {
    long runs = 1;
    for (long n : extents) {
      runs *= n;
    }
    return runs;
  }

  /** A test of a stretch of bits. */
  interface RunTest {
    /** True to stop the enumeration. */
    boolean test(long from, long to);
  }

  /**
   * Gives every run to the test until it says true; the hull when there are more than {@link
   * #MAX_RUNS}.
   */
  boolean anyRun(RunTest test) {
    return runs() > MAX_RUNS ? test.test(base, end) : anyRun(test, strides.length - 1, base);
  }

  private boolean anyRun(RunTest test, int dim, long at) {
    if (dim < 0) {
      return test.test(at, at + run);
    }
    for (long i = 0; i < extents[dim]; i++) {
      if (anyRun(test, dim - 1, at + i * strides[dim])) {
        return true;
      }
    }
    return false;
  }

  /** True when both touch a common bit. */
  boolean overlaps(Footprint other) {
    if (end <= other.base || other.end <= base) {
      return false;
    }
    if (isDense() && other.isDense()) {
      return true;
    }
    if (separatedByPeriod(other, strides) || separatedByPeriod(other, other.strides)) {
      return false;
    }
    Footprint few = runs() <= other.runs() ? this : other;
    Footprint many = few == this ? other : this;
    return few.anyRun((from, to) -> many.touches(from, to));
  }

  /** True when every bit of the other is certainly touched by this one. */
  boolean covers(Footprint other) {
    if (isDense()) {
      return base <= other.base && other.end <= end;
    }
    return base == other.base
        && run >= other.run
        && Arrays.equals(strides, other.strides)
        && coversExtents(other);
  }

  private boolean coversExtents(Footprint other) {
    for (int i = 0; i < extents.length; i++) {
      if (extents[i] < other.extents[i]) {
        return false;
      }
    }
    return true;
  }

  /** True when a bit in {@code from..to-1} is touched. */
  boolean touches(long from, long to) {
    return touches(from, to, strides.length - 1, base);
  }

  private boolean touches(long from, long to, int dim, long at) {
    if (at >= to || at + span(dim + 1) <= from) {
      return false;
    }
    if (at >= from || dim < 0) {
      return true;
    }
    long stride = strides[dim];
    // Every iteration touches the bit it begins with, so the first one at or after `from` decides
    // if it is before `to`.
    long first = (from - at + stride - 1) / stride;
    if (first < extents[dim] && at + first * stride < to) {
      return true;
    }
    long inner = span(dim);
    long low = Math.max(0, Math.floorDiv(from - at - inner, stride) + 1);
    for (long i = low; i < Math.min(first, extents[dim]); i++) {
      if (touches(from, to, dim - 1, at + i * stride)) {
        return true;
      }
    }
    return false;
  }

  /** Bits from the first to the last of the innermost dimensions. */
  private long span(int dims) {
    long span = run;
    for (int i = 0; i < dims; i++) {
      span += strides[i] * (extents[i] - 1);
    }
    return span;
  }

  /**
   * True when for some period both keep to stretches that are disjoint in it: columns of a common
   * row length.
   */
  private boolean separatedByPeriod(Footprint other, long[] periods) {
    for (long period : periods) {
      long mine = spanWithin(period);
      long others = other.spanWithin(period);
      if (mine >= 0 && others >= 0) {
        long distance = Math.floorMod(other.base - base, period);
        if (distance >= mine && distance + others <= period) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Span of the dimensions that are not multiples of the period; -1 when it is longer than the
   * period.
   */
  private long spanWithin(long period) {
    long span = run;
    for (int i = 0; i < strides.length; i++) {
      if (strides[i] % period != 0) {
        span += strides[i] * (extents[i] - 1);
      }
    }
    return span <= period ? span : -1;
  }
}
