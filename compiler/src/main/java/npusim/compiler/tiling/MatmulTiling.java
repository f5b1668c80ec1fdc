package npusim.compiler.tiling;

import java.util.Set;
import java.util.TreeSet;
import npusim.hardware.Hardware;
import npusim.isa.DType;

/**
 * Search of tile extents, loop order and division among cores for a matrix product. The cost of a
 * candidate is the longest of what the array, the load queues and the chip's DRAM need, plus what
 * can't overlap: the first loads and the last tile's result.
 */
public final class MatmulTiling {
  private final Hardware hw;
  private final Problem p;

  /**
   * A product.
   *
   * @param batch independent products
   * @param m rows, n columns, k length of the sums
   * @param a type of the streamed operand; null-free
   * @param aResident whether it needs no loading
   * @param outBits bits per result element held in scratchpad rings (0 when written from the
   *     accumulators)
   * @param extraBits bits per result element for the epilogue's operands and temporaries
   * @param vectorPerResult vector cycles per result element; 0 when results leave directly
   * @param wPerBatch whether every batch has its own stationary operand
   * @param wRatio bytes in DRAM per byte of the stationary operand; below 1 when it is compressed
   * @param wTurned whether the stationary operand lies along the sums in memory
   * @param widens whether the vector unit brings the stationary operand to the type of the other
   * @param scaleBits bits of scales per element of the stationary operand
   * @param kGrain what tiles along the sums are multiples of; when it isn't 1 they divide the sums
   */
  public record Problem(
      long batch,
      long m,
      long n,
      long k,
      DType a,
      DType w,
      boolean aResident,
      boolean wResident,
      int outBits,
      int extraBits,
      double vectorPerResult,
      boolean wPerBatch,
      double wRatio,
      int kGrain,
      boolean wTurned,
      boolean widens,
      double scaleBits,
      long spm,
      long acc,
      int cores) {}

  /**
   * A choice.
   *
   * @param nOuter true when the loop over columns is outside the loop over rows
   * @param pb cores along the batch, pm along rows, pn along columns
   */
  public record Tiles(long m, long n, long k, boolean nOuter, int pb, int pm, int pn) {}

  private MatmulTiling(Hardware hw, Problem p) {
    this.hw = hw;
    this.p = p;
  }

  /** The cheapest tiling, or null when not even the smallest tile fits. */
  public static Tiles search(Hardware hw, Problem p) {
    return new MatmulTiling(hw, p).search();
  }

  private Tiles search() {
    int results = hw.core().accumulator().resultTiles();
    Tiles best = null;
    double cost = Double.POSITIVE_INFINITY;
    for (int pb = 1; pb <= p.cores(); pb++) {
      if (p.cores() % pb != 0) {
        continue;
      }
      for (int pm = 1; pm <= p.cores() / pb; pm++) {
        if (p.cores() / pb % pm != 0) {
          continue;
        }
        int pn = p.cores() / pb / pm;
        if (pb > p.batch() && pb > 1 || pm > p.m() && pm > 1 || pn > p.n() && pn > 1) {
          continue;
        }
        long b = Math.ceilDiv(p.batch(), pb);
        long m = Math.ceilDiv(p.m(), pm);
        long n = grain(p.n(), pn);
        for (long tn : candidates(n, hw.core().matrix().cols())) {
          for (long tm : candidates(m, 1)) {
            if (tm * tn * 4 * results > p.acc()) {
              continue;
            }
            for (long tk : depths()) {
              if (bytes(tm, tn, tk) > p.spm() || !whole(tk)) {
                continue;
              }
              for (int o = 0; o < 2; o++) {
                Tiles t = new Tiles(tm, tn, tk, o == 0, pb, pm, pn);
                double c = cost(t, b, m, n);
                if (c < cost * 0.999) {
                  cost = c;
                  best = t;
                }
              }
            }
          }
        }
      }
    }
    if (best == null && p.cores() > 1) {
      return search(
          hw,
          new Problem(
              p.batch(),
              p.m(),
              p.n(),
              p.k(),
              p.a(),
              p.w(),
              p.aResident(),
              p.wResident(),
              p.outBits(),
              p.extraBits(),
              p.vectorPerResult(),
              p.wPerBatch(),
              p.wRatio(),
              p.kGrain(),
              p.wTurned(),
              p.widens(),
              p.scaleBits(),
              p.spm(),
              p.acc(),
              1));
    }
    return best;
  }

  private boolean whole(long tk) {
    return p.kGrain() == 1 || tk % p.kGrain() == 0 && p.k() % tk == 0;
  }

  private static long grain(long n, int parts) {
    return parts == 1 ? n : Math.min(n, (Math.ceilDiv(Math.ceilDiv(n, 16), parts)) * 16);
  }

  /** Scratchpad bytes of a tile with two slots per ring. */
  private long bytes(long tm, long tn, long tk) {
    long a = p.aResident() ? 0 : 2 * (p.a().bytesFor(tm * tk) + 64);
    long w = p.wResident() ? 0 : 2 * (p.w().bytesFor(tk * tn) + 64);
    if (p.widens()) {
      w += 2 * (p.a().bytesFor(tk * tn) + 64) + (long) (2 * tk * tn * p.scaleBits() / 8) + 256;
    }
    return a + w + tm * tn * (2L * p.outBits() + p.extraBits()) / 8 + 1024;
  }

  private double cost(Tiles t, long b, long m, long n) {
    var mx = hw.core().matrix();
    double rate = mx.throughput().getOrDefault(p.a(), 0.25);
    long mt = Math.ceilDiv(m, t.m());
    long nt = Math.ceilDiv(n, t.n());
    long kt = Math.ceilDiv(p.k(), t.k());
    long gemms = b * mt * nt * kt;
    double blocks =
        Math.ceil(
            (double) Math.ceilDiv(Math.min(t.k(), p.k()), mx.rows())
                * Math.ceilDiv(Math.min(t.n(), n), mx.cols())
                / mx.arrays());
    double rows = Math.max(Math.min(t.m(), m), mx.minBlockRows()) / rate;
    double block = Math.max(rows, mx.preloadCycles());
    double array = gemms * (blocks * block + mx.controllerCycles() + mx.pipelineCycles());
    // What is loaded how often, by where the loop order lets it stay.
    long aOuter = t.nOuter() ? nt : 1;
    long wOuter = t.nOuter() ? 1 : mt;
    long aTimes = kt == 1 && mt == 1 ? 1 : kt == 1 ? aOuter : nt;
    long wTimes = kt == 1 && nt == 1 ? 1 : kt == 1 ? wOuter : mt;
    double aBytes = p.aResident() ? 0 : (double) b * m * p.k() * p.a().bits() / 8 * aTimes;
    double wBytes =
        p.wResident()
            ? 0
            : (p.wPerBatch() ? b : b * (mt * kt > 1 || nt > 1 ? 1.0 : 1.0 / b))
                * n
                * p.k()
                * p.w().bits()
                / 8
                * wTimes;
    double expanded = wBytes;
    wBytes *= 1 + p.scaleBits() / p.w().bits();
    wBytes *= p.wRatio();
    double oBytes = (double) b * m * n * p.outBits() / 8;
    double aLoads = p.aResident() ? 0 : (double) b * mt * kt * aTimes;
    double wLoads = p.wResident() ? 0 : (double) b * nt * kt * wTimes;
    var ld = hw.core().dma().load();
    double queues = ld.queues() > 1 ? 1 : 2;
    double start = ld.startupCycles() + ld.finishCycles() + 20;
    double load =
        Math.max(
            (aLoads + (queues > 1 ? wLoads : 0)) * start + aBytes / ld.bytesPerCycle(),
            wLoads * start + (aBytes + wBytes) / ld.bytesPerCycle());
    if (p.wRatio() < 1) {
      load = Math.max(load, wLoads * start + expanded / hw.core().dma().expandBytesPerCycle());
    }
    if (p.widens()) {
      // Few bits make short rows, far apart: each costs the memory another of its own.
      load = Math.max(load, wLoads * start + wBytes * (2 * rows(t, n) - 1) / ld.bytesPerCycle());
    }
    aBytes *= overhead(p.a(), Math.min(t.k(), p.k()), p.k());
    wBytes *= rows(t, n);
    double dram =
        (aBytes + wBytes + oBytes) * t.pb() * t.pm() * t.pn() / Math.max(1e-9, dramRate());
    double vector = b * m * n * p.vectorPerResult();
    double widen = 0;
    if (p.widens()) {
      double wide = hw.core().vector().lanes() * hw.core().vector().lanesPerCycle(p.a());
      vector += b * n * p.k() * wTimes / wide;
      widen = t.n() * t.k() / wide;
      // Between results: the vector unit widens the next tile only behind the result before it.
      array += b * mt * nt * (widen + array / gemms);
    }
    double first =
        (p.a().bytesFor(t.m() * t.k()) + p.w().bytesFor(t.k() * t.n()))
                / Math.min(ld.bytesPerCycle(), dramRate() / p.cores())
            + start
            + widen;
    double last = t.m() * t.n() * p.vectorPerResult();
    double issue = 8.0 * gemms;
    if (hw.core().accumulator().resultTiles() == 1) {
      // The array waits while a tile of results is taken out.
      array += vector;
    }
    return Math.max(Math.max(array, issue), Math.max(load, Math.max(dram, vector)))
        + first
        + last
        + (double) t.m() * t.n() * t.k() / 1e12;
  }

  /** {@link #overhead} of the stationary operand's rows. */
  private double rows(Tiles t, long n) {
    return p.wTurned()
        ? overhead(p.w(), Math.min(t.k(), p.k()), p.k())
        : overhead(p.w(), Math.min(t.n(), n), p.n());
  }

  /**
   * What short rows cost: each contiguous piece of a tile takes about a request more than its
   * bytes, for its ragged ends and for the memory to find the row.
   */
  private double overhead(DType type, long elements, long row) {
    double bytes = type.bytesFor(elements);
    return elements == row ? 1 : 1 + hw.core().dma().load().requestBytes() / bytes;
  }

  private double dramRate() {
    double r = hw.dramBytesPerCycle();
    return Double.isInfinite(r) ? 1e12 : r;
  }

  private Set<Long> depths() {
    Set<Long> c = candidates(p.k(), hw.core().matrix().rows());
    for (long t = p.kGrain(); p.kGrain() > 1 && t < p.k(); t *= 2) {
      c.add(t);
    }
    return c;
  }

  /** The dimension itself, halves, and multiples of the array's extent. */
  private static Set<Long> candidates(long total, long unit) {
    Set<Long> c = new TreeSet<>();
    c.add(total);
    for (long parts = 2; parts <= 256 && parts <= total; parts *= 2) {
      long t = Math.ceilDiv(total, parts);
      c.add(Math.min(total, Math.ceilDiv(t, unit) * unit));
    }
    for (long t = unit; t < total && t <= unit * 64; t *= 2) {
      c.add(t);
    }
    c.add(Math.min(total, unit));
    for (long t = 1; t <= 16 && t < total; t *= 4) {
      c.add(t);
    }
    return c;
  }
}
