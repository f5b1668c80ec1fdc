package npusim.compiler.tiling;

import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;

/**
 * Cycles that a convolution takes in a candidate's tiles: the longest of what the arrays, the load
 * queues, the vector unit, the network and the chip's DRAM need, plus what can't overlap: the first
 * loads and the last tile's result.
 */
final class ConvCost {
  /** Cycles from a vector instruction's dispatch to the next one that depends on it. */
  private static final int VECTOR_START = 12;

  /** Share of what happens meanwhile that shows all the same. */
  private static final double HIDDEN = 0.05;

  /** Share of the first weights that isn't there yet when the kernel before ends. */
  private static final double AHEAD = 0.25;

  private final Hardware hw;
  private final ConvProblem p;
  private final Sharing sharing;
  private final long taps;

  /** Cycles from a load's dispatch to its data when the memory answers at once. */
  private final double loadStart;

  private final double dramRate;

  // The candidate being looked at, and what its busiest core has to do.
  private ConvTiles t;
  private ConvTiling.Share s;

  /** Columns of a tile of the result. */
  private long columns;

  /** Products, and tiles of the result. */
  private double gemms;

  private double tiles;

  /** Tiles loaded. */
  private double xLoads;

  private double wLoads;

  /** Bytes of a tile, all of it. */
  private double tileX;

  private double tileW;

  /** Elements of the result. */
  private double results;

  /** Bytes that the core loads of input and weights, stores, and loads for the epilogue. */
  private double xBytes;

  private double wBytes;
  private double oBytes;
  private double rBytes;

  /** Bytes of the input, and of the weights, that lie next to each other in memory. */
  private double xRun;

  private double wRun;

  /** Cycles that sending a shared tile of weights to all cores takes. */
  private double spread;

  ConvCost(Hardware hw, ConvProblem p) {
    this.hw = hw;
    this.p = p;
    this.sharing = new Sharing(hw);
    this.taps = p.taps();
    var ld = hw.core().dma().load();
    this.loadStart = ld.startupCycles() + ld.finishCycles() + 20;
    double r = hw.memoryReadBytesPerCycle();
    this.dramRate = Double.isInfinite(r) ? 1e12 : r;
  }

  /** Cycles of a candidate, by what its busiest core has to do. */
  double of(ConvTiles candidate, ConvTiling.Share share) {
    t = candidate;
    s = share;
    count();
    double array = gemms * product();
    double load = load();
    double dram = dram();
    spread = t.group() > 1 ? sharing.spread(tileW, t.group()) : 0;
    double net = network(array);
    double vector = p.vectorSteps() * (results / hw.core().vector().lanes() + tiles * VECTOR_START);
    double store = store();
    double busy = Math.max(Math.max(array, 8 * gemms), Math.max(Math.max(load, store), vector));
    // What hides behind the longest still counts a little: waits for each other are never all
    // hidden.
    double hidden = array + load + store + vector + dram + net;
    return Math.max(busy, Math.max(dram, net)) + HIDDEN * hidden + first() + last(array);
  }

  /** Tiles, how often each is loaded, and the bytes of all. */
  private void count() {
    long places = 1;
    for (int i = 0; i < s.out().length; i++) {
      places *= Math.ceilDiv(s.out()[i], t.spatial()[i]);
    }
    places *= Math.ceilDiv(s.images(), t.images());
    long ot = Math.ceilDiv(s.oc(), t.oc());
    long kt = Math.ceilDiv(p.ic(), t.ic());
    columns = Math.min(t.oc(), s.oc());
    gemms = (double) s.groups() * places * ot * kt;
    tiles = (double) s.groups() * places * ot;
    long xTimes = !p.byChannel() && kt == 1 && (places == 1 || !t.ocOuter()) ? 1 : ot;
    long wTimes = kt == 1 && (ot == 1 || t.ocOuter()) ? 1 : places;
    wTimes = kt > 1 && places == 1 && ot == 1 ? 1 : wTimes;
    long xDeep = p.byChannel() ? columns : t.ic();
    tileX = p.x().bytesFor(t.images() * p.span(t.spatial()) * xDeep);
    tileW = p.w().bytesFor(columns * t.ic() * taps);
    xLoads = p.xInPlace() ? 0 : (double) s.groups() * places * kt * xTimes;
    wLoads = (double) s.groups() * ot * kt * wTimes;
    results = (double) s.groups() * places * t.rows() * s.oc();
    xBytes = xLoads * tileX;
    wBytes = wLoads * tileW / t.group();
    oBytes = results * p.outBits() / 8;
    rBytes = results * p.readBits() / 8;
    xRun = run();
    wRun = weightRun();
  }

  /** Cycles of one product. */
  private double product() {
    int rows = hw.core().matrix().rows();
    long deep =
        hw.core().matrix().tapsTogether()
            ? t.ic() * taps
            : Math.ceilDiv(t.ic(), (long) rows) * rows * taps;
    // A channel with an input of its own takes a block of its own.
    int each = p.byChannel() ? hw.core().matrix().cols() : 1;
    return array(columns * each, deep);
  }

  /** Cycles of the load queues. */
  private double load() {
    return Math.max(xLoads, wLoads) * loadStart
        + beats(xBytes, xRun)
        + beats(wBytes, wRun)
        + rBytes / hw.core().dma().load().bytesPerCycle();
  }

  /** Cycles of the chip's DRAM for all cores. */
  private double dram() {
    double bytes =
        (p.xResident() ? 0 : xBytes * overhead(xRun))
            + wBytes * overhead(wRun)
            + rBytes * overhead(resultRun(p.readBits()))
            + (p.outResident() ? 0 : oBytes * overhead(resultRun(p.outBits())));
    // While a transfer starts, its queue asks the memory for nothing; other cores may.
    double fetched = wLoads + (p.xResident() ? 0 : xLoads);
    return bytes * p.cores() / dramRate + fetched * loadStart / 2;
  }

  /** Whether results go to the other cores; one of which every core keeps its own part doesn't. */
  private boolean puts() {
    return p.outResident() && p.cores() > 1 && !p.byImage();
  }

  /**
   * Cycles of the network between the cores.
   *
   * @param array what the arrays need meanwhile
   */
  private double network(double array) {
    int group = t.group();
    double rate = hw.noc().bytesPerCycle();
    double net = puts() ? oBytes / rate : 0;
    net += Sharing.received(wBytes * group, group) / rate;
    if (group > 1) {
      double ldRate = hw.core().dma().load().bytesPerCycle();
      double fill = sharing.start() + tileW / group * Math.max(1 / ldRate, p.cores() / dramRate);
      net = Math.max(net, wLoads * Math.max(spread, (fill + spread + array / wLoads) / t.slots()));
    }
    return net;
  }

  /** Cycles of the store queue: results and what other cores get of shared tiles. */
  private double store() {
    var out = hw.core().dma().store();
    int start = out.startupCycles() + out.finishCycles();
    double store = p.outResident() && !puts() ? 0 : tiles * start + oBytes / out.bytesPerCycle();
    int group = t.group();
    if (group > 1) {
      double rate = Math.min(out.bytesPerCycle(), hw.noc().bytesPerCycle());
      store += wLoads * start + sharing.sent(wBytes * group, group) / rate;
    }
    return store;
  }

  /** Cycles until the first product can begin. */
  private double first() {
    var ld = hw.core().dma().load();
    double ahead = ld.queues() > 1 ? AHEAD : 1;
    return ((p.xInPlace() ? 0 : tileX) + tileW / t.group() * ahead)
            / Math.min(ld.bytesPerCycle(), dramRate / p.cores())
        + loadStart
        + spread;
  }

  /** Cycles of the last product and of what becomes of its result. */
  private double last(double array) {
    return (double) t.rows() * columns * p.vectorSteps() / hw.core().vector().lanes()
        + array / gemms;
  }

  /** Cycles of one product: blocks through which rows stream, on all arrays. */
  private double array(long n, long k) {
    var mx = hw.core().matrix();
    long rows = t.rows();
    if (mx.dataflow() == MatrixUnit.Dataflow.OS) {
      return places(n, k) + mx.controllerCycles() + mx.pipelineCycles();
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
  private double places(long n, long k) {
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
  private double weightRun() {
    if (p.block() > 0) {
      // Several blocks alternate in the tile, column by column.
      return p.w().bytesFor(t.oc() == p.block() ? t.ic() * taps * p.block() : p.block());
    }
    return t.oc() >= p.oc() ? tileW : p.w().bytesFor(t.oc());
  }

  /** Bytes of the input that lie next to each other in memory. */
  private double run() {
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
  private double resultRun(int bits) {
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
}
