package npusim.compiler.tiling;

import java.util.Set;
import java.util.TreeSet;
import npusim.compiler.tiling.Sharing.Parts;
import npusim.hardware.Hardware;
import npusim.isa.DType;

/**
 * Search of tile extents, loop order and division among cores for a matrix product. The cost of a
 * candidate is the longest of what the array, the load queues, the network and the chip's DRAM
 * need, plus what can't overlap: the first loads and the last tile's result.
 *
 * <p>Cores that divide the columns need the same rows of A, those that divide the rows the same
 * columns of W. A candidate may have them load these tiles together, each an equal part.
 */
public final class MatmulTiling {
  /** Columns that cores divide are multiples of this. */
  public static final long GRAIN = 16;

  /** Slots of a ring. */
  public static final int SLOTS = 2;

  private static final int MOST_SLOTS = 4;

  /** Requests beyond this size in bytes are cut to what is asked for. */
  private static final int LARGEST_REQUEST = 512;

  private static final int BURST = 64;

  private final Hardware hw;
  private final Problem p;
  private final Sharing sharing;
  private final double rate;

  /**
   * A product.
   *
   * @param batch independent products
   * @param m rows, n columns, k length of the sums
   * @param a type of the streamed operand; null-free
   * @param aResident whether it needs no loading
   * @param aNear whether it comes from the chip's shared SRAM instead of the DRAM
   * @param outBits bits per result element held in scratchpad rings (0 when written from the
   *     accumulators)
   * @param extraBits bits per result element for the epilogue's operands and temporaries
   * @param vectorPerResult vector cycles per result element; 0 when results leave directly
   * @param wPerBatch whether every batch has its own stationary operand
   * @param wRatio bytes in DRAM per byte of the stationary operand; below 1 when it is compressed
   * @param wTurned whether the stationary operand lies along the sums in memory
   * @param widens whether the vector unit brings the stationary operand to the type of the other
   * @param scaleBits bits of scales per element of the stationary operand
   * @param storedBits bits per result element stored outside the scratchpad
   * @param aTurned whether the streamed operand lies along the rows in memory
   * @param aShares whether cores can load the streamed operand together, wShares the stationary one
   * @param divided how cores must divide the product: -1 as is best, 0 by batch, 1 by rows
   * @param wBlock columns of a block of the stationary operand, of which tiles have whole ones; 0
   *     when it doesn't lie in blocks
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
      boolean aNear,
      int outBits,
      int extraBits,
      double vectorPerResult,
      boolean wPerBatch,
      double wRatio,
      int kGrain,
      boolean wTurned,
      boolean aTurned,
      boolean aShares,
      boolean wShares,
      boolean widens,
      double scaleBits,
      int storedBits,
      long spm,
      long acc,
      int cores,
      int divided,
      long wBlock) {

    /** Columns that cores divide are multiples of this. */
    long grain() {
      return Math.max(GRAIN, wBlock);
    }
  }

  /**
   * A choice.
   *
   * @param nOuter true when the loop over columns is outside the loop over rows
   * @param pb cores along the batch, pm along rows, pn along columns
   * @param aDim how cores that need the same tiles of A divide them: 0 along the rows, 1 along the
   *     sums, {@link #ALONE} when each loads all
   * @param wDim the same for W: 0 along the sums, 1 along the columns
   * @param slots tiles of an operand in the scratchpad at once
   */
  public record Tiles(
      long m,
      long n,
      long k,
      boolean nOuter,
      int pb,
      int pm,
      int pn,
      int aDim,
      int wDim,
      int slots) {
    /** Every core loads what it needs by itself. */
    public static final int ALONE = -1;

    /** Whether cores load tiles of an operand together. */
    public boolean isShared() {
      return aDim != ALONE || wDim != ALONE;
    }

    /** The same with every core loading what it needs by itself. */
    public Tiles alone() {
      return new Tiles(m, n, k, nOuter, pb, pm, pn, ALONE, ALONE, SLOTS);
    }

    /** The same with tiles of whole blocks that divide every core's columns evenly. */
    public Tiles ofBlocks(Problem p) {
      if (p.wBlock() == 0) {
        return this;
      }
      long blocks = p.n() / p.wBlock();
      long each = blocks % pn == 0 ? blocks / pn : 1;
      long count = Math.clamp(n / p.wBlock(), 1, each);
      while (each % count != 0) {
        count--;
      }
      return new Tiles(m, count * p.wBlock(), k, nOuter, pb, pm, pn, aDim, wDim, slots);
    }

    /** Cores that load a tile of A together. */
    int aGroup() {
      return aDim == ALONE ? 1 : pn;
    }

    /** Cores that load a tile of W together. */
    int wGroup() {
      return wDim == ALONE ? 1 : pm;
    }
  }

  private MatmulTiling(Hardware hw, Problem p) {
    this.hw = hw;
    this.p = p;
    this.sharing = new Sharing(hw);
    this.rate = hw.core().matrix().throughput().getOrDefault(p.a(), 0.25);
  }

  /** The cheapest tiling, or null when not even the smallest tile fits. */
  public static Tiles search(Hardware hw, Problem p) {
    return new MatmulTiling(hw, p).search();
  }

  private Tiles search() {
    int results = hw.core().accumulator().resultTiles();
    Tiles best = null;
    double cost = Double.POSITIVE_INFINITY;
    long[] depths = array(depths());
    for (int pb = 1; pb <= p.cores(); pb++) {
      if (p.cores() % pb != 0) {
        continue;
      }
      for (int pm = 1; pm <= p.cores() / pb; pm++) {
        if (p.cores() / pb % pm != 0) {
          continue;
        }
        int pn = p.cores() / pb / pm;
        if (p.divided() >= 0 && (p.divided() == 0 ? pb : pm) != p.cores()) {
          continue;
        }
        if (pb > p.batch() && pb > 1 || pm > p.m() && pm > 1 || pn > p.n() && pn > 1) {
          continue;
        }
        long b = Math.ceilDiv(p.batch(), pb);
        long m = Math.ceilDiv(p.m(), pm);
        long n = grain(p.n(), pn, p.grain());
        Parts ms = Parts.of(p.m(), 1, pm);
        Parts ns = Parts.of(p.n(), pn == 1 ? p.n() : p.grain(), pn);
        long[] rows = array(candidates(m, 1));
        for (long tn : array(columns(n, pn))) {
          for (long tm : rows) {
            if (tm * tn * 4 * results > p.acc()) {
              continue;
            }
            for (long tk : depths) {
              if (bytes(tm, tn, tk, SLOTS) > p.spm() || !whole(tk)) {
                continue;
              }
              if (atLeast(tm, tn, tk, b, m, n) >= cost * 0.999) {
                continue;
              }
              int aDim = pn == 1 || !p.aShares() ? Tiles.ALONE : aDim(tm, tn, tk, pn, ms, ns);
              int wDim = pm == 1 || !p.wShares() ? Tiles.ALONE : wDim(tm, tn, tk, pm, ms, ns);
              int slots = slots(tm, tn, tk);
              for (int o = 0; o < 8; o++) {
                if ((o & 2) != 0 && aDim < 0 || (o & 4) != 0 && wDim < 0) {
                  continue;
                }
                int ad = (o & 2) != 0 ? aDim : Tiles.ALONE;
                int wd = (o & 4) != 0 ? wDim : Tiles.ALONE;
                int s = ad < 0 && wd < 0 ? SLOTS : slots;
                Tiles t = new Tiles(tm, tn, tk, (o & 1) == 0, pb, pm, pn, ad, wd, s);
                double c = cost(t, b, m, n) * (t.isShared() ? Sharing.DOUBT : 1);
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
    if (best == null && p.cores() > 1 && p.divided() < 0) {
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
              p.aNear(),
              p.outBits(),
              p.extraBits(),
              p.vectorPerResult(),
              p.wPerBatch(),
              p.wRatio(),
              p.kGrain(),
              p.wTurned(),
              p.aTurned(),
              false,
              false,
              p.widens(),
              p.scaleBits(),
              p.storedBits(),
              p.spm(),
              p.acc(),
              1,
              -1,
              p.wBlock()));
    }
    return best;
  }

  /**
   * The dimension along which {@code cores} divide tiles of A: the outer one in memory, so that
   * parts are of whole rows, if all tiles have the extent for it; {@link Tiles#ALONE} when none
   * has, or when the cores don't go through the same tiles.
   */
  private int aDim(long tm, long tn, long tk, int cores, Parts ms, Parts ns) {
    if (!ms.alike(tm) || !ns.alike(tn)) {
      return Tiles.ALONE;
    }
    boolean rows = ms.divides(tm, cores);
    boolean sums = new Parts(p.k(), p.k()).divides(tk, cores);
    return p.aTurned() ? sums ? 1 : rows ? 0 : -1 : rows ? 0 : sums ? 1 : -1;
  }

  /** The same for W. */
  private int wDim(long tm, long tn, long tk, int cores, Parts ms, Parts ns) {
    if (!ms.alike(tm) || !ns.alike(tn)) {
      return Tiles.ALONE;
    }
    boolean sums = new Parts(p.k(), p.k()).divides(tk, cores);
    // Blocks of columns stay whole.
    boolean columns = p.wBlock() == 0 && ns.divides(tn, cores);
    return p.wTurned() ? columns ? 1 : sums ? 0 : -1 : sums ? 0 : columns ? 1 : -1;
  }

  /** Whether a choice with other tiles can be shared as it says. */
  public static boolean shares(Hardware hw, Problem p, Tiles t) {
    MatmulTiling m = new MatmulTiling(hw, p);
    Parts ms = Parts.of(p.m(), 1, t.pm());
    Parts ns = Parts.of(p.n(), t.pn() == 1 ? p.n() : p.grain(), t.pn());
    return m.bytes(t.m(), t.n(), t.k(), t.slots()) <= p.spm()
        && (t.aDim() < 0 || m.aDim(t.m(), t.n(), t.k(), t.pn(), ms, ns) == t.aDim())
        && (t.wDim() < 0 || m.wDim(t.m(), t.n(), t.k(), t.pm(), ms, ns) == t.wDim());
  }

  /** Extents of tiles along the columns, of which a core has {@code n} at most. */
  private Set<Long> columns(long n, int cores) {
    if (p.wBlock() == 0) {
      return candidates(n, hw.core().matrix().cols());
    }
    Set<Long> c = new TreeSet<>();
    long blocks = p.n() / p.wBlock();
    long each = blocks % cores == 0 ? blocks / cores : 1;
    for (long count = 1; count <= each; count++) {
      if (each % count == 0) {
        c.add(count * p.wBlock());
      }
    }
    return c;
  }

  private boolean whole(long tk) {
    return p.kGrain() == 1 || tk % p.kGrain() == 0 && p.k() % tk == 0;
  }

  private static long grain(long n, int parts, long grain) {
    return parts == 1 ? n : Math.min(n, Math.ceilDiv(Math.ceilDiv(n, grain), parts) * grain);
  }

  /** Slots of operands that cores load together: more where there is room. */
  private int slots(long tm, long tn, long tk) {
    int s = MOST_SLOTS;
    while (s > SLOTS && bytes(tm, tn, tk, s) > p.spm()) {
      s--;
    }
    return s;
  }

  /** Scratchpad bytes of a tile with so many slots per operand's ring. */
  private long bytes(long tm, long tn, long tk, int slots) {
    long a = p.aResident() ? 0 : slots * (p.a().bytesFor(tm * tk) + 64);
    long w = p.wResident() ? 0 : slots * (p.w().bytesFor(tk * tn) + 64);
    if (p.widens()) {
      w += 2 * (p.a().bytesFor(tk * tn) + 64) + (long) (2 * tk * tn * p.scaleBits() / 8) + 256;
    }
    return a + w + tm * tn * (2L * p.outBits() + p.extraBits()) / 8 + 1024;
  }

  private static long[] array(Set<Long> extents) {
    return extents.stream().mapToLong(Long::longValue).toArray();
  }

  /** Cycles of one product of tiles whose blocks the arrays share out evenly. */
  private double blocks(long tm, long tn, long tk, long m, long n) {
    var mx = hw.core().matrix();
    double blocks =
        Math.ceil(
            (double) Math.ceilDiv(Math.min(tk, p.k()), mx.rows())
                * Math.ceilDiv(Math.min(tn, n), mx.cols())
                / mx.arrays());
    double rows = Math.max(Math.min(tm, m), mx.minBlockRows()) / rate;
    return blocks * Math.max(rows, mx.preloadCycles());
  }

  /** Cycles that no tiling of these extents is below: those of the arrays alone. */
  private double atLeast(long tm, long tn, long tk, long b, long m, long n) {
    long gemms = b * Math.ceilDiv(m, tm) * Math.ceilDiv(n, tn) * Math.ceilDiv(p.k(), tk);
    var mx = hw.core().matrix();
    return gemms * (blocks(tm, tn, tk, m, n) + mx.controllerCycles() + mx.pipelineCycles());
  }

  private double cost(Tiles t, long b, long m, long n) {
    var mx = hw.core().matrix();
    long mt = Math.ceilDiv(m, t.m());
    long nt = Math.ceilDiv(n, t.n());
    long kt = Math.ceilDiv(p.k(), t.k());
    long gemms = b * mt * nt * kt;
    double product = Math.max(blocks(t.m(), t.n(), t.k(), m, n), divided(t, m, n));
    double array = gemms * (product + mx.controllerCycles() + mx.pipelineCycles());
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
    double tileA = p.a().bytesFor(Math.min(t.m(), m) * Math.min(t.k(), p.k()));
    double tileW = p.w().bytesFor(Math.min(t.k(), p.k()) * Math.min(t.n(), n));
    double net = network(t, aBytes, wBytes, oBytes, aLoads, wLoads);
    double together = together(t, mt, nt, kt, gemms, tileA, tileW, array);
    aBytes /= t.aGroup();
    wBytes /= t.wGroup();
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
    load = Math.max(load, roundTrips(t, aLoads, wLoads, tileA, tileW, array / gemms));
    int cores = t.pb() * t.pm() * t.pn();
    double near = p.aNear() ? aBytes * cores / hw.sharedSram().orElseThrow().bytesPerCycle() : 0;
    aBytes *= p.aNear() ? 0 : aRows(t);
    wBytes *= rows(t, n);
    double stored = (double) b * m * n * p.storedBits() / 8;
    double dram = Math.max(near, (aBytes + wBytes + stored) * cores / Math.max(1e-9, dramRate()));
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
        (p.a().bytesFor(t.m() * t.k()) / t.aGroup() + p.w().bytesFor(t.k() * t.n()) / t.wGroup())
                / Math.min(ld.bytesPerCycle(), dramRate() / p.cores())
            + start
            + widen;
    first += t.aGroup() > 1 ? sharing.spread(tileA, t.aGroup()) : 0;
    first += t.wGroup() > 1 ? sharing.spread(tileW, t.wGroup()) : 0;
    double last = t.m() * t.n() * p.vectorPerResult();
    double issue = 8.0 * gemms;
    if (hw.core().accumulator().resultTiles() == 1) {
      // The array waits while a tile of results is taken out.
      array += vector;
    }
    double transfers = Math.max(Math.max(load, dram), Math.max(net, together));
    return Math.max(Math.max(array, issue), Math.max(transfers, vector))
        + first
        + last
        + (double) t.m() * t.n() * t.k() / 1e12;
  }

  /**
   * Cycles of loads that wait for a free slot: one is filled again when its product is done, and
   * its bytes take the memory's latency to come.
   */
  private double roundTrips(
      Tiles t, double aLoads, double wLoads, double tileA, double tileW, double product) {
    if (t.isShared()) {
      return 0;
    }
    double rate = Math.min(hw.core().dma().load().bytesPerCycle(), dramRate() / p.cores());
    double w = wLoads * (sharing.start() + tileW / rate + product);
    double a = p.aNear() ? 0 : aLoads * (sharing.start() + tileA / rate + product);
    return Math.max(a, w) / t.slots();
  }

  /**
   * Cycles of the busiest of a core's ways into the network, its store queue, which sends tiles and
   * stores results, and its messages. 0 when nothing is shared.
   */
  private double network(
      Tiles t, double aBytes, double wBytes, double oBytes, double aLoads, double wLoads) {
    if (t.aGroup() == 1 && t.wGroup() == 1) {
      return 0;
    }
    var st = hw.core().dma().store();
    double in = Sharing.received(aBytes, t.aGroup()) + Sharing.received(wBytes, t.wGroup());
    double out = 0;
    double transfers = 0;
    if (t.aGroup() > 1) {
      out += sharing.sent(aBytes, t.aGroup());
      transfers += aLoads;
    }
    if (t.wGroup() > 1) {
      out += sharing.sent(wBytes, t.wGroup());
      transfers += wLoads;
    }
    double store =
        transfers * (st.startupCycles() + st.finishCycles())
            + (out + oBytes) / Math.min(st.bytesPerCycle(), hw.noc().bytesPerCycle());
    double messages = transfers * 2 * sharing.signal();
    return Math.max(in / hw.noc().bytesPerCycle(), Math.max(store, messages));
  }

  /**
   * Cycles that tiles which cores load together take, one behind the other: a slot is filled again
   * once its product is done, and tiles are sent one by one. The operand that stays in the outer
   * loop is sent behind the inner one's last tile, which nothing hides.
   */
  private double together(
      Tiles t, long mt, long nt, long kt, double gemms, double tileA, double tileW, double array) {
    if (!t.isShared()) {
      return 0;
    }
    boolean innerA = kt > 1 || t.nOuter() && mt > 1;
    boolean innerW = kt > 1 || !t.nOuter() && nt > 1;
    double bytes = (innerA ? tileA / t.aGroup() : 0) + (innerW ? tileW / t.wGroup() : 0);
    double fill =
        sharing.start()
            + Math.max(
                bytes / hw.core().dma().load().bytesPerCycle(), bytes * p.cores() / dramRate());
    double sent = 0;
    double outer = 0;
    if (t.aGroup() > 1) {
      double s = sharing.spread(tileA, t.aGroup());
      sent += innerA ? s : 0;
      outer += innerA || mt * nt == 1 ? 0 : mt * s;
    }
    if (t.wGroup() > 1) {
      double s = sharing.spread(tileW, t.wGroup());
      sent += innerW ? s : 0;
      outer += innerW || mt * nt == 1 ? 0 : nt * s;
    }
    double each = sent == 0 ? 0 : Math.max(sent, (fill + sent + array / gemms) / t.slots());
    return gemms * each + outer;
  }

  /**
   * Cycles of a product on arrays that divide its rows or its columns, but not its sums; at least
   * what the scratchpad's ports need to read the operands: the streamed one once for as many
   * columns as the arrays hold side by side, the stationary one for every group of arrays that
   * divide the rows.
   */
  private double divided(Tiles t, long m, long n) {
    var mx = hw.core().matrix();
    var spm = hw.core().scratchpad();
    long rows = Math.min(t.m(), m);
    long depth = Math.min(t.k(), p.k());
    long columns = Math.min(t.n(), n);
    long kBlocks = (long) Math.ceil(depth / (mx.rows() * Math.max(1, rate)));
    long nBlocks = Math.ceilDiv(columns, mx.cols());
    double least = Double.POSITIVE_INFINITY;
    double reads = 0;
    for (int split = 1; split <= mx.arrays(); split++) {
      if (mx.arrays() % split != 0) {
        continue;
      }
      long passes = Math.ceilDiv(nBlocks, mx.arrays() / split);
      double each = Math.max(Math.ceilDiv(rows, split) / Math.min(1, rate), mx.preloadCycles());
      if (kBlocks * passes * each < least) {
        least = kBlocks * passes * each;
        reads =
            (double) p.a().bytesFor(rows * depth) * passes
                + (double) p.w().bytesFor(depth * columns) * Math.min(split, rows);
      }
    }
    return Math.max(least, reads / (spm.banks() * spm.portsPerBank() * spm.bytesPerCyclePerBank()));
  }

  /** {@link #overhead} of the streamed operand's rows. */
  private double aRows(Tiles t) {
    long along = Math.min(t.k(), p.k());
    return overhead(p.a(), t.aDim() == 1 ? along / t.aGroup() : along, p.k());
  }

  /** {@link #overhead} of the stationary operand's rows. */
  private double rows(Tiles t, long n) {
    if (p.wBlock() > 0) {
      return overhead(p.w(), Math.min(t.k(), p.k()) / t.wGroup() * p.wBlock(), p.k() * p.n());
    }
    long k = Math.min(t.k(), p.k());
    long columns = Math.min(t.n(), n);
    return p.wTurned()
        ? overhead(p.w(), t.wDim() == 0 ? k / t.wGroup() : k, p.k())
        : overhead(p.w(), t.wDim() == 1 ? columns / t.wGroup() : columns, p.n());
  }

  /**
   * What short rows cost: each contiguous piece of a tile takes about a request more than its
   * bytes, for its ragged ends and for the memory to find the row. Requests as large as a packet of
   * a network are as long as the piece and waste a burst of the memory.
   */
  private double overhead(DType type, long elements, long row) {
    double bytes = type.bytesFor(elements);
    int request = hw.core().dma().load().requestBytes();
    request = request > LARGEST_REQUEST ? BURST : request;
    long together = hw.dram().arrayTile().together(hw.dram().arrayTile().rows(), (long) bytes);
    return elements == row ? 1 : 1 + request / (bytes * together);
  }

  private double dramRate() {
    double r = hw.memoryReadBytesPerCycle();
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
