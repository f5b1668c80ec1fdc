package npusim.compiler.tiling;

import npusim.compiler.codegen.Staging;
import npusim.hardware.Hardware;
import npusim.isa.DType;

/** What a choice of tiles for a matrix product costs, by the hardware's numbers. */
final class MatmulCost {
  /** Requests beyond this size in bytes are cut to what is asked for. */
  private static final int LARGEST_REQUEST = 512;

  private static final int BURST = 64;

  private final Hardware hw;
  private final MatmulProblem p;
  private final Sharing sharing;
  private final double rate;

  /** Bytes of a streamed element over those that an array fetches per cycle. */
  private final double supply;

  MatmulCost(Hardware hw, MatmulProblem p) {
    this.hw = hw;
    this.p = p;
    this.sharing = new Sharing(hw);
    this.rate = hw.core().matrix().rate(p.a());
    double fetched = hw.core().matrix().fetchBytesPerCycle();
    this.supply = fetched > 0 ? p.a().bits() / 8.0 / fetched : 0;
  }

  /**
   * Cycles between the rows that enter an array whose block is {@code depth} deep and which
   * multiplies {@code perCycle} times per element and cycle.
   */
  private double perRow(double perCycle, long depth) {
    return Math.max(1 / perCycle, Math.min(depth, hw.core().matrix().rows()) * supply);
  }

  /** Cycles of one product of tiles whose blocks the arrays share out evenly. */
  private double blocks(long tm, long tn, long tk, long m, long n) {
    var mx = hw.core().matrix();
    double blocks =
        Math.ceil(
            (double) Math.ceilDiv(Math.min(tk, p.k()), mx.rows())
                * Math.ceilDiv(Math.min(tn, n), mx.cols())
                / mx.arrays());
    double rows = Math.max(Math.min(tm, m), mx.minBlockRows()) * perRow(rate, Math.min(tk, p.k()));
    return blocks * Math.max(rows, mx.preloadCycles());
  }

  /** Cycles that no tiling of these extents is below: those of the arrays alone. */
  double atLeast(long tm, long tn, long tk, long b, long m, long n) {
    long gemms = b * Math.ceilDiv(m, tm) * Math.ceilDiv(n, tn) * Math.ceilDiv(p.k(), tk);
    var mx = hw.core().matrix();
    return gemms * (blocks(tm, tn, tk, m, n) + mx.controllerCycles() + mx.pipelineCycles());
  }

  /**
   * Cycles of the busiest core, about.
   *
   * @param b products that it computes, m rows and n columns of each
   */
  double of(MatmulTiles t, long b, long m, long n) {
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
    double near = (p.aNear() || t.aStaged() ? aBytes : 0) + (t.wStaged() ? wBytes : 0);
    double staged = staged(t, aLoads, wLoads, tileA, tileW, array / gemms);
    double fromStage = (t.aStaged() ? aBytes : 0) + (t.wStaged() ? wBytes : 0);
    staged = fromStage == 0 ? 0 : Math.max(staged, fromStage / sharing.nearRate());
    aBytes /= t.aGroup();
    wBytes /= t.wGroup();
    near += (t.aStaged() ? aBytes : 0) + (t.wStaged() ? wBytes : 0);
    double load =
        Math.max(
            (aLoads + (queues > 1 || t.wStaged() ? wLoads : 0)) * start
                + (t.aStaged() ? 0 : aBytes / ld.bytesPerCycle()),
            (wLoads + (t.aStaged() ? aLoads : 0)) * start
                + (aBytes + wBytes + fromStage) / ld.bytesPerCycle());
    if (p.wBlock() > 0 && !p.wResident()) {
      long depth = Math.min(t.k(), p.k()) / t.wGroup();
      load = Math.max(load, wLoads * start + asking(wBytes, nearPiece(depth, Math.min(t.n(), n))));
    }
    if (p.wRatio() < 1) {
      load = Math.max(load, wLoads * start + expanded / hw.core().dma().expandBytesPerCycle());
    }
    if (p.widens()) {
      // Few bits make short rows, far apart: each costs the memory another of its own.
      load = Math.max(load, wLoads * start + wBytes * (2 * rows(t, n) - 1) / ld.bytesPerCycle());
    }
    load = Math.max(load, roundTrips(t, aLoads, wLoads, tileA, tileW, array / gemms));
    int cores = t.pb() * t.pm() * t.pn();
    near = near == 0 ? 0 : near * cores / hw.sharedSram().orElseThrow().bytesPerCycle();
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
    first += t.aPeers() > 1 ? sharing.spread(tileA, t.aPeers()) : 0;
    first += t.wPeers() > 1 ? sharing.spread(tileW, t.wPeers()) : 0;
    first += t.aStaged() ? sharing.staged(tileA, t.aGroup()) + sharing.near(tileA) : 0;
    first += t.wStaged() ? sharing.staged(tileW, t.wGroup()) + sharing.near(tileW) : 0;
    double drain = drain(t);
    double last = Math.max(t.m() * t.n() * p.vectorPerResult(), drain);
    vector = Math.max(vector, b * mt * nt * drain);
    double issue = 8.0 * gemms;
    if (hw.core().accumulator().resultTiles() == 1) {
      // The array waits while a tile of results is taken out.
      array += vector;
    }
    double transfers = Math.max(Math.max(load, dram), Math.max(staged, Math.max(net, together)));
    return Math.max(Math.max(array, issue), Math.max(transfers, vector))
        + first
        + last
        + (double) t.m() * t.n() * t.k() / 1e12;
  }

  /**
   * Cycles until a tile of results has left the accumulators in pieces: there is room for a few in
   * the scratchpad, and each takes the memory's latency to leave it. 0 when it goes at once.
   */
  private double drain(MatmulTiles t) {
    if (t.pieces() == 1) {
      return 0;
    }
    var st = hw.core().dma().store();
    double results = t.pieceRows() * t.n();
    double rate = Math.min(st.bytesPerCycle(), dramRate() / p.cores());
    double store = sharing.start() + results * p.outBits() / 8 / rate;
    return t.pieces() * (results * p.vectorPerResult() + store) / MatmulTiling.SLOTS;
  }

  /**
   * Cycles of loads that wait for a free slot: one is filled again when its product is done, and
   * its bytes take the memory's latency to come.
   */
  private double roundTrips(
      MatmulTiles t, double aLoads, double wLoads, double tileA, double tileW, double product) {
    if (t.isShared()) {
      return 0;
    }
    double rate = Math.min(hw.core().dma().load().bytesPerCycle(), dramRate() / p.cores());
    double w = t.wStaged() ? 0 : wLoads * (sharing.start() + tileW / rate + product);
    boolean near = p.aNear() || t.aStaged();
    double a = near ? 0 : aLoads * (sharing.start() + tileA / rate + product);
    return Math.max(a, w) / t.slots();
  }

  /**
   * Cycles of the longest chain of steps by which tiles go through the shared SRAM: a core meets
   * the others for one after the other; it stores as many as it may ahead of a meeting; a place for
   * a part is free again once that is stored, and one for a tile once its product is done.
   */
  private double staged(
      MatmulTiles t, double aLoads, double wLoads, double tileA, double tileW, double product) {
    double meetings = (t.aStaged() ? aLoads : 0) + (t.wStaged() ? wLoads : 0);
    double a = t.aStaged() ? aLoads * staged(t, tileA, t.aGroup(), product) : 0;
    double w = t.wStaged() ? wLoads * staged(t, tileW, t.wGroup(), product) : 0;
    return Math.max(meetings * sharing.meeting(), Math.max(a, w));
  }

  private double staged(MatmulTiles t, double tile, int group, double product) {
    double rate = Math.min(hw.core().dma().load().bytesPerCycle(), dramRate() / p.cores());
    double store = sharing.staged(tile, group);
    double part = sharing.start() + tile / group / rate + store;
    double whole = sharing.near(tile) + product;
    return Math.max(Math.max(store / Staging.AHEAD, part / Staging.PARTS), whole / t.slots());
  }

  /**
   * Cycles of the busiest of a core's ways into the network, its store queue, which sends tiles and
   * stores results, and its messages. 0 when nothing is shared.
   */
  private double network(
      MatmulTiles t, double aBytes, double wBytes, double oBytes, double aLoads, double wLoads) {
    if (t.aPeers() == 1 && t.wPeers() == 1) {
      return 0;
    }
    var st = hw.core().dma().store();
    double in = Sharing.received(aBytes, t.aPeers()) + Sharing.received(wBytes, t.wPeers());
    double out = 0;
    double transfers = 0;
    double reserving = 0;
    if (t.aPeers() > 1) {
      out += sharing.sent(aBytes, t.aPeers());
      transfers += aLoads;
      reserving +=
          aLoads * sharing.reserving(sharing.sent(aBytes / aLoads, t.aPeers()), t.aPeers());
    }
    if (t.wPeers() > 1) {
      out += sharing.sent(wBytes, t.wPeers());
      transfers += wLoads;
      reserving +=
          wLoads * sharing.reserving(sharing.sent(wBytes / wLoads, t.wPeers()), t.wPeers());
    }
    double store =
        transfers * (st.startupCycles() + st.finishCycles())
            + reserving
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
      MatmulTiles t,
      long mt,
      long nt,
      long kt,
      double gemms,
      double tileA,
      double tileW,
      double array) {
    if (!t.isShared()) {
      return 0;
    }
    boolean innerA = kt > 1 || t.nOuter() && mt > 1;
    boolean innerW = kt > 1 || !t.nOuter() && nt > 1;
    double bytes = (innerA ? tileA / t.aPeers() : 0) + (innerW ? tileW / t.wPeers() : 0);
    double fill =
        sharing.start()
            + Math.max(
                bytes / hw.core().dma().load().bytesPerCycle(), bytes * p.cores() / dramRate());
    double sent = 0;
    double outer = 0;
    if (t.aPeers() > 1) {
      double s = sharing.spread(tileA, t.aPeers());
      sent += innerA ? s : 0;
      outer += innerA || mt * nt == 1 ? 0 : mt * s;
    }
    if (t.wPeers() > 1) {
      double s = sharing.spread(tileW, t.wPeers());
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
  private double divided(MatmulTiles t, long m, long n) {
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
      double each =
          Math.max(
              Math.ceilDiv(rows, split) * perRow(Math.min(1, rate), depth), mx.preloadCycles());
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
  private double aRows(MatmulTiles t) {
    long rows = Math.min(t.m(), p.m());
    long along = Math.min(t.k(), p.k());
    if (t.aDim() == 1) {
      along /= t.aGroup();
    } else {
      rows /= t.aGroup();
    }
    return overhead(p.a(), along, p.k(), rows);
  }

  /** {@link #overhead} of the stationary operand's rows. */
  double rows(MatmulTiles t, long n) {
    long depth = Math.min(t.k(), p.k());
    long columns = Math.min(t.n(), n);
    if (p.wBlock() > 0) {
      return blocks(depth / t.wGroup(), columns);
    }
    if (t.wDim() == 1) {
      columns /= t.wGroup();
    } else {
      depth /= t.wGroup();
    }
    return p.wTurned()
        ? overhead(p.w(), depth, p.k(), columns)
        : overhead(p.w(), columns, p.n(), depth);
  }

  /** The same of weights in blocks, of which a tile's rows lie together, or those of a page. */
  private double blocks(long depth, long columns) {
    long block = p.wBlock();
    boolean pages = p.wPage() > 0 && depth >= p.wPage();
    long piece = pages ? p.wPage() * columns : depth * block;
    double near = nearPiece(depth, columns);
    double torn = Math.ceil(near / BURST) * BURST / near;
    return torn * overhead(p.w(), piece, p.k() * p.n(), pages ? depth / p.wPage() : 1);
  }

  /**
   * Bytes of weights in blocks that one request can ask for. On chip the columns of several blocks
   * lie side by side: pieces of a tile of more than one end with every row of a block.
   */
  private double nearPiece(long depth, long columns) {
    long block = p.wBlock();
    boolean pages = p.wPage() > 0 && depth >= p.wPage();
    long rows = pages ? p.wPage() : depth;
    return columns > block
        ? piece(p.w(), block, pages ? rows * (columns / block) : rows)
        : piece(p.w(), rows * block, depth / rows);
  }

  /** Bytes of so many elements, with those beside them within tiles of the array. */
  private double piece(DType type, long elements, long count) {
    long bytes = type.bytesFor(elements);
    return (double) bytes * hw.dram().arrayTile().together(Math.max(1, count), bytes);
  }

  /** Cycles that a load queue takes to ask for {@code bytes} in pieces. */
  private double asking(double bytes, double piece) {
    var ld = hw.core().dma().load();
    double answer = sharing.start() - ld.startupCycles() - ld.finishCycles();
    double each = Math.max(Math.max(1, ld.requestCycles()), answer / ld.requestsInFlight());
    return bytes / Math.min(ld.requestBytes(), piece) * each;
  }

  /**
   * What short rows cost: each contiguous piece of a tile takes about a request more than its
   * bytes, for its ragged ends and for the memory to find the row. Requests as large as a packet of
   * a network are as long as the piece and waste a burst of the memory.
   *
   * @param elements of a piece
   * @param row of which all are wanted when the pieces adjoin
   * @param count pieces side by side, of which those within a tile of the array are one
   */
  private double overhead(DType type, long elements, long row, long count) {
    int request = hw.core().dma().load().requestBytes();
    request = request > LARGEST_REQUEST ? BURST : request;
    return elements == row ? 1 : 1 + request / piece(type, elements, count);
  }

  private double dramRate() {
    double r = hw.memoryReadBytesPerCycle();
    return Double.isInfinite(r) ? 1e12 : r;
  }
}
