package npusim.compiler.tiling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import npusim.compiler.codegen.Axis;
import npusim.hardware.Hardware;
import npusim.isa.DType;

/**
 * Search of tile extents, loop order and division among cores for a convolution on the matrix unit,
 * by the same cost as {@link MatmulTiling}: the longest of array, loads and DRAM.
 */
public final class ConvTiling {
  private final Hardware hw;
  private final Problem p;

  /**
   * A convolution of {@code batch × groups} products.
   *
   * @param out spatial extents of the result
   * @param halos windows by spatial dimension
   * @param oc result channels per group, ic input channels per group
   * @param taps elements of the window
   * @param outBits bits per result element in rings, extraBits for the epilogue
   */
  public record Problem(
      long batch,
      long groups,
      long[] out,
      Axis.Halo[] halos,
      long oc,
      long ic,
      long taps,
      DType x,
      DType w,
      boolean xInPlace,
      int outBits,
      int extraBits,
      long spm,
      long acc,
      int cores) {}

  /**
   * A choice.
   *
   * @param spatial tile of the result
   * @param ocOuter true when the loop over channels is outside the spatial loops
   * @param pb cores along the batch, pg along groups, po along channels, ps along the first spatial
   *     dimension
   */
  public record Tiles(
      long[] spatial, long oc, long ic, boolean ocOuter, int pb, int pg, int po, int ps) {}

  private ConvTiling(Hardware hw, Problem p) {
    this.hw = hw;
    this.p = p;
  }

  /** The cheapest tiling, or null when not even the smallest tile fits. */
  public static Tiles search(Hardware hw, Problem p) {
    return new ConvTiling(hw, p).search();
  }

  private Tiles search() {
    Tiles best = null;
    double cost = Double.POSITIVE_INFINITY;
    for (int[] cut : divisions()) {
      long b = Math.ceilDiv(p.batch(), cut[0]);
      long g = Math.ceilDiv(p.groups(), cut[1]);
      long oc =
          cut[2] == 1
              ? p.oc()
              : Math.min(p.oc(), Math.ceilDiv(Math.ceilDiv(p.oc(), 16), cut[2]) * 16);
      long[] out = p.out().clone();
      out[0] = Math.ceilDiv(out[0], cut[3]);
      for (long[] sp : spatials(out)) {
        long rows = Arrays.stream(sp).reduce(1, Math::multiplyExact);
        for (long toc : candidates(oc, hw.core().matrix().cols())) {
          if (rows * toc * 8 > p.acc()) {
            continue;
          }
          for (long tic : candidates(p.ic(), Math.max(1, hw.core().matrix().rows() / p.taps()))) {
            if (bytes(sp, rows, toc, tic) > p.spm()) {
              continue;
            }
            for (int o = 0; o < 2; o++) {
              Tiles t = new Tiles(sp, toc, tic, o == 0, cut[0], cut[1], cut[2], cut[3]);
              double c = cost(t, b * g, out, oc, rows);
              if (c < cost * 0.999) {
                cost = c;
                best = t;
              }
            }
          }
        }
      }
    }
    return best;
  }

  /** Ways to divide the cores: batch, groups, channels, first spatial dimension. */
  private List<int[]> divisions() {
    List<int[]> all = new ArrayList<>();
    int n = p.cores();
    for (int b = 1; b <= n; b++) {
      for (int g = 1; b * g <= n; g++) {
        for (int o = 1; b * g * o <= n; o++) {
          int s = n / (b * g * o);
          if (b * g * o * s == n
              && (b == 1 || b <= p.batch())
              && (g == 1 || g <= p.groups())
              && (o == 1 || o <= Math.ceilDiv(p.oc(), 16))
              && (s == 1 || s <= p.out()[0])) {
            all.add(new int[] {b, g, o, s});
          }
        }
      }
    }
    if (all.isEmpty()) {
      all.add(new int[] {1, 1, 1, (int) Math.min(n, p.out()[0])});
    }
    return all;
  }

  /** The whole, then halves of the outermost dimension down to 1, then of the next. */
  private static List<long[]> spatials(long[] out) {
    List<long[]> all = new ArrayList<>();
    long[] t = out.clone();
    all.add(t.clone());
    for (int d = 0; d < t.length; d++) {
      long whole = t[d];
      for (long parts = 2; t[d] > 1; parts = parts < 8 ? parts + 1 : parts * 2) {
        long next = Math.max(1, Math.ceilDiv(whole, parts));
        if (next != t[d]) {
          t[d] = next;
          all.add(t.clone());
        }
      }
    }
    return all;
  }

  private long span(long[] sp) {
    long n = 1;
    for (int i = 0; i < sp.length; i++) {
      n *= p.halos()[i].span(sp[i]);
    }
    return n;
  }

  private long bytes(long[] sp, long rows, long toc, long tic) {
    long x = p.xInPlace() ? 0 : 2 * (p.x().bytesFor(span(sp) * tic) + 64);
    long w = 2 * (p.w().bytesFor(toc * tic * p.taps()) + 64);
    return x + w + rows * toc * (2L * p.outBits() + p.extraBits()) / 8 + 2048;
  }

  private double cost(Tiles t, long products, long[] out, long oc, long rows) {
    var mx = hw.core().matrix();
    double rate = mx.throughput().getOrDefault(p.x(), 0.25);
    long st = 1;
    for (int i = 0; i < out.length; i++) {
      st *= Math.ceilDiv(out[i], t.spatial()[i]);
    }
    long ot = Math.ceilDiv(oc, t.oc());
    long it = Math.ceilDiv(p.ic(), t.ic());
    double blocks =
        Math.ceil(
            (double) Math.ceilDiv(t.ic() * p.taps(), mx.rows())
                * Math.ceilDiv(Math.min(t.oc(), oc), mx.cols())
                / mx.arrays());
    double block = Math.max(Math.max(rows, mx.minBlockRows()) / rate, mx.preloadCycles());
    double gemms = (double) products * st * ot * it;
    double array = gemms * (blocks * block + mx.controllerCycles() + mx.pipelineCycles());
    long xTimes = it == 1 && st == 1 ? 1 : it == 1 && !t.ocOuter() ? 1 : ot;
    long wTimes = it == 1 && ot == 1 ? 1 : it == 1 && t.ocOuter() ? 1 : st;
    double xBytes =
        p.xInPlace()
            ? 0
            : (double) products * st * it * xTimes * p.x().bytesFor(span(t.spatial()) * t.ic());
    double wBytes =
        (double) products * ot * it * wTimes * p.w().bytesFor(t.oc() * t.ic() * p.taps());
    double oBytes = (double) products * st * rows * ot * t.oc() * p.outBits() / 8;
    var ld = hw.core().dma().load();
    double start = ld.startupCycles() + ld.finishCycles() + 20;
    double xLoads = p.xInPlace() ? 0 : (double) products * st * it * xTimes;
    double wLoads = (double) products * ot * it * wTimes;
    double load =
        Math.max(xLoads * start + xBytes / ld.bytesPerCycle(), wLoads * start)
            + wBytes / ld.bytesPerCycle();
    double dramRate = hw.dramBytesPerCycle();
    double dram =
        Double.isInfinite(dramRate) ? 0 : (xBytes + wBytes + oBytes) * p.cores() / dramRate;
    double vector = (double) products * st * rows * ot * t.oc() / hw.core().vector().lanes();
    double first =
        (p.x().bytesFor(span(t.spatial()) * t.ic()) + p.w().bytesFor(t.oc() * t.ic() * p.taps()))
                / ld.bytesPerCycle()
            + start;
    double last = (double) rows * t.oc() / hw.core().vector().lanes();
    return Math.max(Math.max(array, 8 * gemms), Math.max(load, Math.max(dram, vector)))
        + first
        + last;
  }

  private static Set<Long> candidates(long total, long unit) {
    Set<Long> c = new TreeSet<>();
    c.add(total);
    c.add(Math.min(total, unit));
    for (long parts = 2; parts <= 64 && parts <= total; parts *= 2) {
      c.add(Math.min(total, Math.ceilDiv(Math.ceilDiv(total, parts), unit) * unit));
    }
    c.add(Math.min(total, 4));
    c.add(1L);
    return c;
  }
}
