package npusim.compiler.tiling;

import npusim.compiler.codegen.Staging;
import npusim.hardware.Hardware;
import npusim.isa.DType;

/** What a choice of tiles for a matrix product costs, by the hardware's numbers. */
final class MatmulCost {
  /** Requests beyond this size in bytes are cut to what is asked for. */
  private static final int LARGEST_REQUEST = 1024;

  private static final int BURST = 64;

  /**
   * Share of what happens meanwhile that shows all the same: waits for each other are never all
   * hidden.
   */
  private static final double HIDDEN = 0.05;

  /** Cycles from a vector instruction's dispatch to the next one that depends on it. */
  private static final int VECTOR_START = 12;

  private final Hardware hw;
  private final MatmulProblem p;
  private final Sharing sharing;
  private final Transfers transfers;
  private final ProductCycles products;

  /** The least that the DRAM moves. */
  private final double leastDram;

  /** The tiles asked about last. */
  private Compute known;

  MatmulCost(Hardware hw, MatmulProblem p) {
    this.hw = hw;
    this.p = p;
    this.sharing = new Sharing(hw);
    this.transfers = new Transfers(hw, sharing);
    this.products = new ProductCycles(hw.core(), p.a(), p.widens() ? p.a() : p.w());
    this.leastDram = leastBytes(p) / dramRate();
  }

  private static double leastBytes(MatmulProblem p) {
    double a = p.aResident() || p.aNear() ? 0 : (double) p.batch() * p.m() * p.k() * p.a().bits();
    double w = p.wResident() ? 0 : (double) p.n() * p.k() * p.w().bits() * p.wRatio();
    w *= p.wPerBatch() ? p.batch() : 1;
    return (a + w + (double) p.batch() * p.m() * p.n() * p.storedBits()) / 8;
  }

  /** Extents of tiles and of what a core computes. */
  private record Extents(long tm, long tn, long tk, int pieces, long b, long m, long n) {}

  /**
   * What a core's products take, however their operands come.
   *
   * @param of which products
   * @param results tiles of results, gemms products of tiles
   * @param array cycles in which rows stream through the arrays
   * @param convert cycles in which a piece of a result leaves the accumulators
   * @param stored cycles until a piece is in the memory, 0 when it needn't
   * @param store cycles for which results keep the store queue
   * @param vector cycles for which they keep the vector unit
   */
  private record Compute(
      Extents of,
      double results,
      double gemms,
      double array,
      double convert,
      double stored,
      double store,
      double vector) {
    /** Cycles of a product, without those before its first row and behind its last. */
    double product() {
      return array / gemms;
    }
  }

  private Compute compute(Extents x) {
    if (known == null || !known.of().equals(x)) {
      double results = (double) x.b() * Math.ceilDiv(x.m(), x.tm()) * Math.ceilDiv(x.n(), x.tn());
      double gemms = results * Math.ceilDiv(p.k(), x.tk());
      double array = x.b() * streams(x.tm(), x.tn(), x.tk(), x.m(), x.n());
      double rows = Math.ceilDiv(x.tm(), (long) x.pieces());
      double start = direct() ? 0 : VECTOR_START * p.vectorSteps();
      double convert = rows * x.tn() * p.vectorPerResult() + start;
      double storing = storing(rows, x.tn());
      double stored = storing == 0 ? 0 : transfers.stored(storing);
      double store = storing == 0 ? 0 : results * x.pieces() * transfers.store(storing);
      double drain = drain(x.pieces(), convert, stored);
      double vector = (double) x.b() * x.m() * x.n() * p.vectorPerResult();
      vector = Math.max(vector + results * x.pieces() * start, results * drain);
      known = new Compute(x, results, gemms, array, convert, stored, store, vector);
    }
    return known;
  }

  /** Cycles of products one behind the other until the last one's last row. */
  private double chain(Compute c, double array) {
    int sums = c.results() == 1 ? 1 : hw.core().accumulator().resultTiles();
    int pieces = c.of().pieces();
    double drain = drain(pieces, c.convert(), c.stored());
    double leaving = direct() ? c.stored() : pieces > 1 ? drain : c.convert();
    double tile = array / c.results() + products.lead() + products.drain() + leaving;
    return Math.max(array, Math.floor((c.results() - 1) / sums) * tile + array / c.results());
  }

  /** Cycles of results through the ring between the vector unit and the store queue. */
  private double pairs(Compute c) {
    double each = (c.convert() + c.stored()) / MatmulTiling.SLOTS;
    return direct() ? 0 : c.results() * c.of().pieces() * each;
  }

  /** Cycles in which rows stream through the arrays for one product of m rows and n columns. */
  private double streams(long tm, long tn, long tk, long m, long n) {
    long whole = m / tm;
    return whole * columnStreams(tm, tn, tk, n)
        + (m % tm == 0 ? 0 : columnStreams(m % tm, tn, tk, n));
  }

  private double columnStreams(long rows, long tn, long tk, long n) {
    long whole = n / tn;
    return whole * sumStreams(rows, tn, tk) + (n % tn == 0 ? 0 : sumStreams(rows, n % tn, tk));
  }

  private double sumStreams(long rows, long columns, long tk) {
    long k = p.k();
    long whole = k / tk;
    return whole * products.stream(rows, columns, tk)
        + (k % tk == 0 ? 0 : products.stream(rows, columns, k % tk));
  }

  /** Cycles that no tiling of these extents is below, whoever loads the tiles. */
  double atLeast(long tm, long tn, long tk, int pieces, long b, long m, long n) {
    Compute c =
        compute(
            new Extents(Math.min(tm, m), Math.min(tn, n), Math.min(tk, p.k()), pieces, b, m, n));
    double inside = Math.max(Math.max(chain(c, c.array()), c.vector()), pairs(c));
    double last = products.drain() + c.convert() * pieces + c.stored();
    double most = inside + last;
    most = Math.max(most, c.product() + products.drain() + Math.max(c.store(), c.stored()));
    most = Math.max(most, leastDram + c.product() + products.drain() + c.convert());
    return most + sharing.start() + HIDDEN * (c.array() + c.vector() + c.store() + leastDram);
  }

  /**
   * Cycles of the busiest core, about.
   *
   * @param b products that it computes, m rows and n columns of each
   */
  double of(MatmulTiles t, long b, long m, long n) {
    long tm = Math.min(t.m(), m);
    long tn = Math.min(t.n(), n);
    long tk = Math.min(t.k(), p.k());
    long mt = Math.ceilDiv(m, tm);
    long nt = Math.ceilDiv(n, tn);
    long kt = Math.ceilDiv(p.k(), tk);
    Compute c = compute(new Extents(tm, tn, tk, t.pieces(), b, m, n));
    double results = c.results();
    double gemms = c.gemms();
    double array = c.array();
    double product = array / gemms + products.lead() + products.drain();
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
    boolean queues = ld.queues() > 1;
    double tileA = p.a().bytesFor(tm * tk);
    double tileW = p.w().bytesFor(tk * tn);
    double net = network(t, aBytes, wBytes, oBytes, aLoads, wLoads);
    double together = together(t, mt, nt, kt, gemms, tileA, tileW, array);
    double near = (p.aNear() || t.aStaged() ? aBytes : 0) + (t.wStaged() ? wBytes : 0);
    double staged = staged(t, aLoads, wLoads, tileA, tileW, product);
    double fromStage = (t.aStaged() ? aBytes : 0) + (t.wStaged() ? wBytes : 0);
    staged = fromStage == 0 ? 0 : Math.max(staged, fromStage / sharing.nearRate());
    aBytes /= t.aGroup();
    wBytes /= t.wGroup();
    near += (t.aStaged() ? aBytes : 0) + (t.wStaged() ? wBytes : 0);
    double aLoading = aLoads == 0 ? 0 : transfers.loading(aPieces(t, tm, tk), tileA / t.aGroup());
    double wLoading =
        wLoads == 0 ? 0 : transfers.loading(wPieces(t, tk, tn), tileW / t.wGroup() * stored());
    if (t.aStaged()) {
      aLoading = tileA / ld.bytesPerCycle();
    }
    if (t.wStaged()) {
      wLoading = tileW / ld.bytesPerCycle();
    }
    double aQueue = aLoads * transfers.load(aLoading);
    double wQueue = wLoads * transfers.load(wLoading);
    double load =
        Math.max(
            queues ? Math.max(aQueue, wQueue) : aQueue + wQueue,
            (aBytes + wBytes + fromStage) / ld.bytesPerCycle());
    if (p.wRatio() < 1) {
      double each = transfers.load(0);
      load = Math.max(load, wLoads * each + expanded / hw.core().dma().expandBytesPerCycle());
    }
    if (p.widens()) {
      // Few bits make short rows, far apart: each costs the memory another of its own.
      double each = transfers.load(0);
      load = Math.max(load, wLoads * each + wBytes * (2 * rows(t, n) - 1) / ld.bytesPerCycle());
    }
    double aComing = Math.max(aLoading, tileA / t.aGroup() / share(t));
    double wComing = Math.max(wLoading, tileW / t.wGroup() / share(t));
    load = Math.max(load, roundTrips(t, aLoads, wLoads, aComing, wComing, product));
    int cores = t.pb() * t.pm() * t.pn();
    near = near == 0 ? 0 : near * cores / hw.sharedSram().orElseThrow().bytesPerCycle();
    aBytes *= p.aNear() ? 0 : aRows(t);
    wBytes *= rows(t, n);
    // Cores that have less to do than the busiest ask for less.
    double bs = Math.min(t.pb(), (double) p.batch() / b);
    double ms = Math.min(t.pm(), (double) p.m() / m);
    double ns = Math.min(t.pn(), (double) p.n() / n);
    double written = (double) b * m * n * p.storedBits() / 8 * outRows(tm, tn);
    double carried = Math.max(1e-9, dramRate());
    double placed = p.wPage() > 0 && t.eachItsOwnWeights() ? carried / transfers.placedRate() : 1;
    double dram =
        Math.max(
            near,
            (aBytes * bs * ms * Math.ceil(ns)
                    + wBytes * placed * (p.wPerBatch() ? bs : Math.ceil(bs)) * Math.ceil(ms) * ns
                    + written * bs * ms * ns)
                / carried);
    double vector = c.vector();
    double widen = 0;
    if (p.widens()) {
      double wide = hw.core().vector().lanes() * hw.core().vector().lanesPerCycle(p.a());
      vector += b * n * p.k() * wTimes / wide;
      widen = tn * tk / wide;
      // Between results: the vector unit widens the next tile only behind the result before it.
      array += results * (widen + array / gemms);
    }
    double start = sharing.start();
    double first =
        Math.max(
                Math.max(aComing, wComing),
                (tileA / t.aGroup() + tileW / t.wGroup()) / Math.min(ld.bytesPerCycle(), share(t)))
            + start
            + widen;
    first += t.isShared() || t.isStaged() ? sharing.meeting() : 0;
    first += t.aPeers() > 1 ? sharing.spread(tileA, t.aPeers()) : 0;
    first += t.wPeers() > 1 ? sharing.spread(tileW, t.wPeers()) : 0;
    first += t.aStaged() ? sharing.staged(tileA, t.aGroup()) + sharing.near(tileA) : 0;
    first += t.wStaged() ? sharing.staged(tileW, t.wGroup()) + sharing.near(tileW) : 0;
    double issue = 8.0 * gemms;
    double convert = c.convert() * t.pieces();
    double store = c.store();
    double last = products.drain() + convert + c.stored();
    double one = array / gemms + products.lead();
    double hidden = array + load + dram + net + vector + store;
    // The store queue is in order: what it sends for the next result waits for the one before.
    double aTurns = t.aDim() == MatmulTiles.ALONE ? 0 : kt == 1 ? aLoads : results;
    double wTurns = t.wDim() == MatmulTiles.ALONE ? 0 : kt == 1 ? wLoads : results;
    double turns = store == 0 ? 0 : Math.max(0, Math.max(aTurns, wTurns) - 1);
    double sends =
        Math.max(
            aTurns == 0 ? 0 : sending(t.aStaged(), tileA, t.aGroup()),
            wTurns == 0 ? 0 : sending(t.wStaged(), tileW, t.wGroup()));
    double makes = one + products.drain() + convert;
    double leaves = store / results;
    double computing = chain(c, array) + turns * (sends + leaves);
    double shared = Math.max(staged, together) + turns * (makes + leaves);
    double inside = Math.max(Math.max(computing, issue), Math.max(vector, pairs(c)));
    inside = Math.max(inside, Math.max(net, shared));
    // The first loads are among all, as the last result is.
    double most = first + inside + last;
    most = Math.max(most, load + start + one + last);
    most =
        Math.max(
            most,
            first + one + products.drain() + Math.max(store, c.stored()) + turns * (sends + makes));
    double memory = dram + start + one + products.drain() + c.convert();
    return Math.max(most, memory) + HIDDEN * hidden + (double) t.m() * t.n() * t.k() / 1e12;
  }

  /** Cycles from a core's part of a tile to the tile in all cores of its group. */
  private double sending(boolean staged, double tile, int group) {
    return staged ? sharing.staged(tile, group) + sharing.near(tile) : sharing.spread(tile, group);
  }

  /** Whether sums leave the accumulators as they are. */
  private boolean direct() {
    return p.vectorPerResult() == 0;
  }

  /** Bytes in the memory per byte of the stationary operand's elements. */
  private double stored() {
    return (1 + p.scaleBits() / p.w().bits()) * p.wRatio();
  }

  /** Bytes per cycle of the DRAM that one core gets when all ask for some. */
  private double share(MatmulTiles t) {
    return dramRate() / (t.pb() * t.pm() * t.pn());
  }

  /** Pieces of the memory in which a core's part of a tile of the streamed operand lies. */
  private double aPieces(MatmulTiles t, long tm, long tk) {
    boolean whole = p.aTurned() ? tm >= p.m() : tk >= p.k();
    double lines = p.aTurned() ? tk : tm;
    boolean across = t.aDim() == (p.aTurned() ? 1 : 0);
    return whole ? 1 : Math.max(1, across ? lines / t.aGroup() : lines);
  }

  /** The same of the stationary operand. */
  private double wPieces(MatmulTiles t, long tk, long tn) {
    if (p.wBlock() > 0) {
      long depth = tk / t.wGroup();
      return Math.max(1, p.w().bytesFor(depth * tn) / nearPiece(depth, tn));
    }
    boolean whole = p.wTurned() ? tk >= p.k() : tn >= p.n();
    double lines = p.wTurned() ? tn : tk;
    boolean across = t.wDim() == (p.wTurned() ? 1 : 0);
    return whole ? 1 : Math.max(1, across ? lines / t.wGroup() : lines);
  }

  /** Cycles in which a piece of a tile of results leaves; 0 when it needn't. */
  private double storing(double rows, long tn) {
    int bits = direct() ? p.storedBits() : p.outBits();
    if (bits == 0) {
      return 0;
    }
    double bytes = rows * tn * bits / 8.0;
    double bus = transfers.storing(tn >= p.n() ? 1 : rows, bytes);
    return p.storedBits() == 0
        ? bus
        : Math.max(bus, bytes * outRows(rows, tn) * p.cores() / dramRate());
  }

  /**
   * Cycles until a tile of results has left the accumulators in pieces: there is room for a few in
   * the scratchpad, and each takes the memory's latency to leave it. 0 when it goes at once.
   */
  private double drain(int pieces, double convert, double stored) {
    return pieces == 1 ? 0 : pieces * (convert + stored) / MatmulTiling.SLOTS;
  }

  /**
   * Cycles of loads that wait for a free slot: one is filled again when its product is done, and
   * its bytes take the memory's latency to come.
   */
  private double roundTrips(
      MatmulTiles t,
      double aLoads,
      double wLoads,
      double aLoading,
      double wLoading,
      double product) {
    if (t.isShared()) {
      return 0;
    }
    double w = t.wStaged() ? 0 : wLoads * (sharing.start() + wLoading + product);
    boolean near = p.aNear() || t.aStaged();
    double a = near ? 0 : aLoads * (sharing.start() + aLoading + product);
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
    return elements == row ? 1 : overhead(piece(type, elements, count));
  }

  private double overhead(double piece) {
    int request = hw.core().dma().load().requestBytes();
    return 1 + (request > LARGEST_REQUEST ? BURST : request) / piece;
  }

  /** {@link #overhead} of the rows of tiles of results. */
  private double outRows(double rows, long tn) {
    if (tn >= p.n() || p.storedBits() == 0) {
      return 1;
    }
    double bytes = tn * p.storedBits() / 8.0;
    return overhead(bytes * hw.dram().arrayTile().together((long) rows, (long) bytes));
  }

  private double dramRate() {
    return transfers.dramRate();
  }
}
