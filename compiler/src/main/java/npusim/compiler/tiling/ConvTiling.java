package npusim.compiler.tiling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import npusim.compiler.codegen.Axis;
import npusim.compiler.tiling.Sharing.Parts;
import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;
import npusim.isa.DType;

/**
 * Search of tile extents, loop order and division among cores for a convolution on the matrix unit.
 * The cost of a candidate is the longest of what the arrays, the load queues, the vector unit, the
 * network and the chip's DRAM need, plus what can't overlap: the first loads and the last tile's
 * result.
 */
public final class ConvTiling {
  private static final int GRAIN = 16;

  /** Slots of a ring. */
  private static final int SLOTS = 2;

  private static final int MOST_SLOTS = 4;

  /** Cycles from a vector instruction's dispatch to the next one that depends on it. */
  private static final int VECTOR_START = 12;

  /** Share of what happens meanwhile that shows all the same. */
  private static final double HIDDEN = 0.05;

  /** Share of the first weights that isn't there yet when the kernel before ends. */
  private static final double AHEAD = 0.25;

  private final Hardware hw;
  private final Problem p;
  private final Sharing sharing;
  private final long taps;
  private final long grain;

  /**
   * A convolution of {@code batch × groups} products.
   *
   * @param out spatial extents of the result
   * @param halos windows by spatial dimension
   * @param oc result channels per group, ic input channels per group
   * @param kernel extents of the window
   * @param xResident whether the input is in the scratchpad, xInPlace whether it is read there
   * @param channelsLast whether the input lies channels last
   * @param outBits bits per result element
   * @param outResident whether the result stays in the scratchpad
   * @param extraBits bits per result element for the epilogue's operands and temporaries
   * @param readBits bits per result element that the epilogue loads
   * @param vectorSteps vector operations per result element
   * @param block columns of a block of the weights, 0 when they don't lie in blocks
   * @param shares whether cores can load the weights together
   * @param byChannel whether every result channel has an input channel and a product of its own
   * @param byImage whether every core must compute an equal share of the batch
   */
  public record Problem(
      long batch,
      long groups,
      long[] out,
      Axis.Halo[] halos,
      long oc,
      long ic,
      long[] kernel,
      DType x,
      DType w,
      boolean xResident,
      boolean xInPlace,
      boolean channelsLast,
      int outBits,
      boolean outResident,
      int extraBits,
      int readBits,
      long vectorSteps,
      long block,
      boolean shares,
      boolean byChannel,
      long spm,
      long acc,
      int cores,
      boolean byImage) {

    /** Equal for problems that have the same solution. */
    public Object key() {
      Problem rest =
          new Problem(
              batch,
              groups,
              null,
              null,
              oc,
              ic,
              null,
              x,
              w,
              xResident,
              xInPlace,
              channelsLast,
              outBits,
              outResident,
              extraBits,
              readBits,
              vectorSteps,
              block,
              shares,
              byChannel,
              spm,
              acc,
              cores,
              byImage);
      List<Long> extents = Arrays.stream(out).boxed().toList();
      List<Long> window = Arrays.stream(kernel).boxed().toList();
      return List.of(rest, extents, window, List.of(halos));
    }
  }

  /**
   * A choice.
   *
   * @param images tile of the batch
   * @param spatial tile of the result
   * @param grain channels that cores divide are multiples of this
   * @param ocOuter true when the loop over channels is outside the spatial loops
   * @param pb cores along the batch, pg along groups, po along channels, ps along the first spatial
   *     dimension
   * @param dim dimension of [G, M, C, kernel…] along which cores that need the same tiles of
   *     weights divide them; {@link #ALONE} when each loads all
   * @param slots tiles of weights in the scratchpad at once
   */
  public record Tiles(
      long images,
      long[] spatial,
      long oc,
      long ic,
      boolean ocOuter,
      int pb,
      int pg,
      int po,
      int ps,
      long grain,
      int dim,
      int slots) {
    /** Every core loads the weights it needs by itself. */
    public static final int ALONE = -1;

    /** Whether cores load tiles of weights together. */
    public boolean isShared() {
      return dim != ALONE;
    }

    /** Cores that load a tile of weights together. */
    int group() {
      return isShared() ? pb * ps : 1;
    }

    long rows() {
      return images * Arrays.stream(spatial).reduce(1, Math::multiplyExact);
    }
  }

  private ConvTiling(Hardware hw, Problem p) {
    this.hw = hw;
    this.p = p;
    this.grain = p.block() > 0 ? p.block() : GRAIN;
    this.sharing = new Sharing(hw);
    this.taps = Arrays.stream(p.kernel()).reduce(1, Math::multiplyExact);
  }

  /** The cheapest tiling, or null when not even the smallest tile fits. */
  public static Tiles search(Hardware hw, Problem p) {
    return new ConvTiling(hw, p).search();
  }

  private Tiles search() {
    Tiles best = null;
    double cost = Double.POSITIVE_INFINITY;
    for (int[] cut : divisions()) {
      Share s = share(cut);
      Set<Long> ocs =
          p.block() > 0 ? blocks(cut[2]) : candidates(s.oc(), hw.core().matrix().cols());
      int rows = hw.core().matrix().rows();
      // Where every tap is a product of its own, its channels fill the rows.
      long deep = hw.core().matrix().tapsTogether() ? Math.max(1, rows / taps) : rows;
      Set<Long> ics = candidates(p.ic(), deep);
      for (long parts = 2; p.shares() && p.ic() % parts == 0 && parts <= 8; parts *= 2) {
        // Tiles that cores divide are all alike.
        ics.add(p.ic() / parts);
      }
      for (Patch patch : patches(s)) {
        for (long toc : ocs) {
          if (patch.rows() * toc * 8 > p.acc()) {
            continue;
          }
          for (long tic : ics) {
            if (bytes(patch, toc, tic, SLOTS) > p.spm()) {
              continue;
            }
            for (int o = 0; o < 4; o++) {
              boolean outer = (o & 1) == 0;
              int dim = o < 2 ? Tiles.ALONE : dim(patch, toc, tic, cut, outer);
              int slots = dim == Tiles.ALONE ? SLOTS : slots(patch, toc, tic);
              if (o >= 2 && (dim == Tiles.ALONE || slots < SLOTS)) {
                continue;
              }
              Tiles t =
                  new Tiles(
                      patch.images(),
                      patch.spatial(),
                      toc,
                      tic,
                      outer,
                      cut[0],
                      cut[1],
                      cut[2],
                      cut[3],
                      grain,
                      dim,
                      slots);
              double c = cost(t, s) * (t.isShared() ? Sharing.DOUBT : 1);
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

  /**
   * The dimension of the weights along which cores that have the same channels divide tiles of
   * them: input channels, or else the window; {@link Tiles#ALONE} when tiles are too small, or when
   * the cores don't go through the same tiles.
   */
  private int dim(Patch patch, long toc, long tic, int[] cut, boolean ocOuter) {
    int group = cut[0] * cut[3];
    if (!p.shares() || group == 1) {
      return Tiles.ALONE;
    }
    boolean once = ocOuter && tic >= p.ic();
    boolean alike =
        Parts.of(p.batch(), 1, cut[0]).alike(once ? p.batch() : patch.images())
            && Parts.of(p.out()[0], 1, cut[3]).alike(once ? p.out()[0] : patch.spatial()[0]);
    Parts ocs = Parts.of(p.oc(), cut[2] == 1 ? p.oc() : grain, cut[2]);
    boolean known = ocs.max() <= toc || ocs.min() == ocs.max() && ocs.max() % toc == 0;
    if (!alike || !known) {
      return Tiles.ALONE;
    }
    if (new Parts(p.ic(), p.ic()).divides(tic, group)) {
      return 2;
    }
    return tic >= p.ic() && p.kernel()[0] >= group ? 3 : Tiles.ALONE;
  }

  /** Slots of weights that cores load together: more where there is room; 0 when there is none. */
  private int slots(Patch patch, long toc, long tic) {
    int s = MOST_SLOTS;
    while (s > 0 && bytes(patch, toc, tic, s) > p.spm()) {
      s--;
    }
    return s;
  }

  /** What the busiest core has to do. */
  private record Share(long images, long groups, long oc, long[] out) {}

  private Share share(int[] cut) {
    long oc =
        cut[2] == 1
            ? p.oc()
            : Math.min(p.oc(), Math.ceilDiv(Math.ceilDiv(p.oc(), grain), cut[2]) * grain);
    long[] out = p.out().clone();
    out[0] = Math.ceilDiv(out[0], cut[3]);
    return new Share(Math.ceilDiv(p.batch(), cut[0]), Math.ceilDiv(p.groups(), cut[1]), oc, out);
  }

  /** Ways to divide the cores: batch, groups, channels, first spatial dimension. */
  private List<int[]> divisions() {
    List<int[]> all = new ArrayList<>();
    int n = p.cores();
    if (p.byImage()) {
      return List.of(new int[] {n, 1, 1, 1});
    }
    for (int b = 1; b <= n; b++) {
      for (int g = 1; b * g <= n; g++) {
        for (int o = 1; b * g * o <= n; o++) {
          int s = n / (b * g * o);
          if (b * g * o * s == n
              && (b == 1 || b <= p.batch())
              && (g == 1 || g <= p.groups())
              && (o == 1 || o <= Math.ceilDiv(p.oc(), grain))
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

  /** Images and places computed at once. */
  private record Patch(long images, long[] spatial, long rows) {
    Patch(long images, long[] spatial) {
      this(images, spatial, images * Arrays.stream(spatial).reduce(1, Math::multiplyExact));
    }
  }

  /**
   * Several whole images, one, then parts of the outermost dimension down to 1, then of the next.
   */
  private List<Patch> patches(Share s) {
    List<Patch> all = new ArrayList<>();
    long[] t = s.out().clone();
    // An instruction has three dimensions of rows.
    for (long n = s.images(); n > 1 && t.length < 3; n = Math.ceilDiv(n, 2)) {
      all.add(new Patch(n, t.clone()));
    }
    all.add(new Patch(1, t.clone()));
    for (int d = 0; d < t.length; d++) {
      long whole = t[d];
      for (long parts = 2; t[d] > 1; parts = parts < 8 ? parts + 1 : parts * 2) {
        long next = Math.max(1, Math.ceilDiv(whole, parts));
        if (next != t[d]) {
          t[d] = next;
          all.add(new Patch(1, t.clone()));
        }
      }
    }
    return all;
  }

  private long span(long[] spatial) {
    long n = 1;
    for (int i = 0; i < spatial.length; i++) {
      n *= p.halos()[i].span(spatial[i]);
    }
    return n;
  }

  private long bytes(Patch t, long toc, long tic, int slots) {
    long deep = p.byChannel() ? toc : tic;
    long x = p.xInPlace() ? 0 : 2 * (p.x().bytesFor(t.images() * span(t.spatial()) * deep) + 64);
    long w = slots * (p.w().bytesFor(toc * tic * taps) + 64);
    long ring = p.outResident() ? 0 : 2L * p.outBits();
    return x + w + t.rows() * toc * (ring + p.extraBits()) / 8 + 2048;
  }

  private double cost(Tiles t, Share s) {
    long it = Math.ceilDiv(s.images(), t.images());
    long st = 1;
    for (int i = 0; i < s.out().length; i++) {
      st *= Math.ceilDiv(s.out()[i], t.spatial()[i]);
    }
    st *= it;
    long rows = t.rows();
    long ot = Math.ceilDiv(s.oc(), t.oc());
    long kt = Math.ceilDiv(p.ic(), t.ic());
    double gemms = (double) s.groups() * st * ot * kt;
    int arrayRows = hw.core().matrix().rows();
    long deep =
        hw.core().matrix().tapsTogether()
            ? t.ic() * taps
            : Math.ceilDiv(t.ic(), (long) arrayRows) * arrayRows * taps;
    long columns = Math.min(t.oc(), s.oc());
    // A channel with an input of its own takes a block of its own.
    int each = p.byChannel() ? hw.core().matrix().cols() : 1;
    double array = gemms * array(t, columns * each, deep);
    long xTimes = !p.byChannel() && kt == 1 && (st == 1 || !t.ocOuter()) ? 1 : ot;
    long wTimes = kt == 1 && (ot == 1 || t.ocOuter()) ? 1 : st;
    wTimes = kt > 1 && st == 1 && ot == 1 ? 1 : wTimes;
    long xDeep = p.byChannel() ? columns : t.ic();
    double tileX = p.x().bytesFor(t.images() * span(t.spatial()) * xDeep);
    double tileW = p.w().bytesFor(Math.min(t.oc(), s.oc()) * t.ic() * taps);
    double xLoads = p.xInPlace() ? 0 : (double) s.groups() * st * kt * xTimes;
    double wLoads = (double) s.groups() * ot * kt * wTimes;
    double results = (double) s.groups() * st * rows * s.oc();
    double xBytes = xLoads * tileX;
    double wBytes = wLoads * tileW;
    double oBytes = results * p.outBits() / 8;
    double rBytes = results * p.readBits() / 8;
    var ld = hw.core().dma().load();
    double start = ld.startupCycles() + ld.finishCycles() + 20;
    double run = run(t);
    double wRun = weightRun(t, tileW);
    int group = t.group();
    wBytes /= group;
    double load =
        Math.max(xLoads, wLoads) * start
            + beats(xBytes, run)
            + beats(wBytes, wRun)
            + rBytes / ld.bytesPerCycle();
    double dramRate = dramRate();
    double dramBytes =
        (p.xResident() ? 0 : xBytes * overhead(run))
            + wBytes * overhead(wRun)
            + rBytes * overhead(resultRun(t, p.readBits()))
            + (p.outResident() ? 0 : oBytes * overhead(resultRun(t, p.outBits())));
    // While a transfer starts, its queue asks the memory for nothing; other cores may.
    double fetched = wLoads + (p.xResident() ? 0 : xLoads);
    double dram = dramBytes * p.cores() / dramRate + fetched * start / 2;
    // A result of which every core keeps its own part goes nowhere.
    boolean put = p.outResident() && p.cores() > 1 && !p.byImage();
    double net = put ? oBytes / hw.noc().bytesPerCycle() : 0;
    net += Sharing.received(wBytes * group, group) / hw.noc().bytesPerCycle();
    double lanes = hw.core().vector().lanes();
    double tiles = (double) s.groups() * st * ot;
    double vector = p.vectorSteps() * (results / lanes + tiles * VECTOR_START);
    var out = hw.core().dma().store();
    double store =
        p.outResident() && !put
            ? 0
            : tiles * (out.startupCycles() + out.finishCycles()) + oBytes / out.bytesPerCycle();
    double spread = 0;
    if (group > 1) {
      double rate = Math.min(out.bytesPerCycle(), hw.noc().bytesPerCycle());
      store +=
          wLoads * (out.startupCycles() + out.finishCycles())
              + sharing.sent(wBytes * group, group) / rate;
      spread = sharing.spread(tileW, group);
      double fill =
          sharing.start() + tileW / group * Math.max(1 / ld.bytesPerCycle(), p.cores() / dramRate);
      net = Math.max(net, wLoads * Math.max(spread, (fill + spread + array / wLoads) / t.slots()));
    }
    double ahead = ld.queues() > 1 ? AHEAD : 1;
    double first =
        ((p.xInPlace() ? 0 : tileX) + tileW / group * ahead)
                / Math.min(ld.bytesPerCycle(), dramRate / p.cores())
            + start
            + spread;
    double last =
        (double) rows * Math.min(t.oc(), s.oc()) * p.vectorSteps() / lanes + array / gemms;
    double busy = Math.max(Math.max(array, 8 * gemms), Math.max(Math.max(load, store), vector));
    // What hides behind the longest still counts a little: waits for each other are never all
    // hidden.
    double hidden = array + load + store + vector + dram + net;
    return Math.max(busy, Math.max(dram, net)) + HIDDEN * hidden + first + last;
  }

  /** Cycles of one product: blocks through which rows stream, on all arrays. */
  private double array(Tiles t, long n, long k) {
    var mx = hw.core().matrix();
    long rows = t.rows();
    if (mx.dataflow() == MatrixUnit.Dataflow.OS) {
      return places(t, n, k) + mx.controllerCycles() + mx.pipelineCycles();
    }
    double rate = mx.rate(p.x());
    double deep = Math.max(1, rate);
    long kBlocks = (long) Math.ceil(k / (mx.rows() * deep));
    long nBlocks = Math.ceilDiv(n, mx.cols());
    double best = Double.POSITIVE_INFINITY;
    for (int split = 1; split <= mx.arrays(); split++) {
      if (mx.arrays() % split == 0) {
        double blocks = (double) kBlocks * Math.ceilDiv(nBlocks, mx.arrays() / split);
        double each = Math.max(Math.ceilDiv(rows, split), mx.minBlockRows()) / Math.min(1, rate);
        best = Math.min(best, blocks * Math.max(each, mx.preloadCycles()));
      }
    }
    return best + mx.controllerCycles() + mx.pipelineCycles();
  }

  /** Cycles of the blocks of a product whose results stay in the arrays. */
  private double places(Tiles t, long n, long k) {
    var mx = hw.core().matrix();
    int last = t.spatial().length - 1;
    long width = t.spatial()[last];
    long blocks =
        mx.rowsAlongWidth()
            ? t.rows() / width * Math.ceilDiv(width, (long) mx.rows())
            : Math.ceilDiv(t.rows(), (long) mx.rows());
    double step = 1 / mx.rate(p.x());
    if (mx.fetchBytesPerCycle() > 0) {
      // Places whose windows overlap fetch what they have in common once.
      long together = Math.min(width, mx.rows());
      double window = p.kernel()[last];
      double fresh =
          Math.min(1, ((together - 1) * p.halos()[last].stride() + window) / (together * window));
      step = Math.max(step, together * fresh * p.x().bits() / 8 / mx.fetchBytesPerCycle());
    }
    double least = Double.POSITIVE_INFINITY;
    for (int split = 1; split <= mx.arrays(); split++) {
      if (mx.arrays() % split == 0) {
        long columns = Math.ceilDiv(Math.ceilDiv(n, mx.cols()), mx.arrays() / split);
        least = Math.min(least, (double) Math.ceilDiv(blocks, split) * columns);
      }
    }
    return least * Math.max(k * step, mx.preloadCycles());
  }

  /** Bytes of a tile of weights that lie next to each other in memory. */
  private double weightRun(Tiles t, double tile) {
    if (p.block() > 0) {
      // Several blocks alternate in the tile, column by column.
      return p.w().bytesFor(t.oc() == p.block() ? t.ic() * taps * p.block() : p.block());
    }
    return t.oc() >= p.oc() ? tile : p.w().bytesFor(t.oc());
  }

  /** Bytes of the input that lie next to each other in memory. */
  private double run(Tiles t) {
    int d = t.spatial().length - 1;
    long along = Math.min(p.halos()[d].span(t.spatial()[d]), p.halos()[d].input());
    boolean row = p.halos()[d].span(t.spatial()[d]) == along && along == p.halos()[d].input();
    long n = along;
    if (p.channelsLast()) {
      long all = p.byChannel() ? p.oc() : p.ic();
      long some = p.byChannel() ? t.oc() : t.ic();
      if (some < all || p.groups() > 1) {
        return p.x().bytesFor(some);
      }
      n *= all;
    }
    // Whole rows follow each other.
    for (int i = d - 1; row && i >= 0; i--) {
      long size = Math.min(p.halos()[i].span(t.spatial()[i]), p.halos()[i].input());
      n *= size;
      row = size == p.halos()[i].input();
    }
    return p.x().bytesFor(n);
  }

  /** Bytes of the result that lie next to each other in memory. */
  private double resultRun(Tiles t, int bits) {
    boolean whole = t.oc() >= p.oc() && p.groups() == 1;
    return (double) t.oc() * (whole ? t.spatial()[t.spatial().length - 1] : 1) * bits / 8;
  }

  /** Cycles on the load bus, which takes each piece that is contiguous by itself. */
  private double beats(double bytes, double run) {
    double width = hw.core().dma().load().bytesPerCycle();
    return bytes / Math.max(1, run) * Math.max(1, Math.ceil(run / width));
  }

  /**
   * What short rows cost: each contiguous piece takes about a request more than its bytes, for its
   * ragged ends and for the memory to find the row.
   */
  private double overhead(double run) {
    return 1 + hw.core().dma().load().requestBytes() / Math.max(1, run);
  }

  private double dramRate() {
    double r = hw.memoryReadBytesPerCycle();
    return Double.isInfinite(r) ? 1e12 : r;
  }

  /** Numbers of blocks that divide every core's evenly, in columns. */
  private Set<Long> blocks(int parts) {
    Set<Long> c = new TreeSet<>();
    long blocks = p.oc() / p.block();
    long each = blocks % parts == 0 ? blocks / parts : 1;
    for (long n = 1; n <= each; n++) {
      if (each % n == 0) {
        c.add(n * p.block());
      }
    }
    return c;
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
