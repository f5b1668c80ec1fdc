package npusim.compiler.kernels;

import java.util.function.Consumer;
import java.util.function.LongToDoubleFunction;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Dma;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Extent;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.Mat;
import npusim.compiler.codegen.Ring;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.Var;
import npusim.compiler.codegen.Vec;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.ir.Tensor;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.RedFn;
import npusim.isa.UnFn;

/**
 * softmax(scale · q·Kᵀ, causal)·V over a KV cache whose length may be known at launch only. q is
 * [B, H, S, D], the caches [B, G, C, D]; H/G query heads share a cache head and are the rows of one
 * product when S is 1. For each block of rows the scores of all keys stay in the scratchpad, so the
 * softmax needs one pass; keys and values stream through rings. Cores share the cache heads.
 *
 * <p>With S above 1 the cache must hold nothing but these S steps: a prompt.
 *
 * <p>With a window of W a row sees its own key and the W − 1 before it. Rows keep the scores of
 * what they see only: of a block's keys the first lies W before the block's first row.
 */
final class CachedAttentionKernel implements Kernel {
  private static final int SLOTS = 2;

  /** Keys of a tile that make its transfer and its product long enough. */
  private static final int LONG_TILE = 64;

  private static final int[] ROWS_COLUMNS = {1, 2};
  private static final int[] COLUMNS_ROWS = {2, 1};

  /**
   * Extents of one compiled attention.
   *
   * @param window keys that a row sees, 0 for all up to its own
   * @param rows rows of a block
   * @param keys keys of a tile, for a prompt a multiple of the rows; divides the window of a prompt
   *     that is longer
   */
  private record Plan(
      long pairs,
      long group,
      long steps,
      long dim,
      long capacity,
      long window,
      long rows,
      long keys) {
    boolean decodes() {
      return steps == 1;
    }

    /** True when rows of a prompt don't see its first keys. */
    boolean slides() {
      return window > 0 && window < steps;
    }

    /** Most keys that the rows of a block see together. */
    long seen() {
      return window == 0 ? capacity : Math.min(capacity, decodes() ? window : window + keys);
    }

    /** Columns of the scores of a block. */
    long width() {
      return Math.ceilDiv(seen(), keys) * keys;
    }

    boolean fits(KernelContext k, DType t, int masks) {
      long acc = SLOTS * WorkMemory.aligned(4 * rows * keys) + WorkMemory.aligned(4 * rows * dim);
      return scratchpad(t, masks) <= k.productBudget() && acc <= k.accBudget();
    }

    /** Bytes of scratchpad that a core takes, at most. */
    long scratchpad(DType t, int masks) {
      long score = rows * width();
      return WorkMemory.aligned(4 * score)
          + WorkMemory.aligned(t.bytesFor(score))
          + 2 * SLOTS * WorkMemory.aligned(t.bytesFor(keys * dim))
          + 2 * SLOTS * WorkMemory.aligned(t.bytesFor(rows * dim))
          + 3 * WorkMemory.aligned(4 * rows)
          + (decodes() ? 0 : masks * WorkMemory.aligned(4 * keys * keys));
    }

    /** With more keys in a tile where the scores of long rows leave room for few rows only. */
    Plan withLongTiles(KernelContext k, DType t) {
      Plan longer = this;
      while (2 * longer.keys <= Math.min(LONG_TILE, steps)) {
        Plan next = new Plan(pairs, group, steps, dim, capacity, window, rows, 2 * longer.keys);
        if (!next.fits(k, t, 1)) {
          break;
        }
        longer = next;
      }
      return longer;
    }

    /** Row blocks per cache head. */
    long blocks() {
      return decodes() ? 1 : group;
    }
  }

  @Override
  public void emit(KernelContext k) {
    View q = k.in(0);
    View cache = k.in(1);
    long pairs = cache.dims()[0] * cache.dims()[1];
    long heads = q.dims()[0] * q.dims()[1];
    long steps = q.dims()[2];
    Aff total = k.launch(3);
    if (steps > 1 && !(total.isConst() && total.value() == steps)) {
      throw k.unsupported("several new steps behind earlier ones with a launch-time length");
    }
    if (!k.matrixRuns(q.type(), cache.type())) {
      throw k.unsupported("the matrix unit does not multiply " + q.type());
    }
    Plan p = plan(k, q.type(), pairs, heads / pairs, steps, q.dims()[3], cache.dims()[2]);
    View mask = p.decodes() ? null : mask(k, "mask", p.keys(), true);
    View border = p.slides() ? mask(k, "border", p.keys(), false) : null;
    long block = p.decodes() ? p.group() : p.steps();
    View rows = flat(k, q, pairs * p.blocks(), block, p.dim());
    View out = View.of(k.out(0).storage(), pairs * p.blocks(), block, p.dim());
    View keys = View.of(cache.storage(), pairs, p.capacity(), p.dim());
    View values = View.of(k.in(2).storage(), pairs, p.capacity(), p.dim());
    k.launch(
        (e, part, parts) -> {
          long[] r = Axis.split(pairs, 1, part, parts);
          if (r[0] < r[1]) {
            e.expectScratch(p.scratchpad(q.type(), 2));
            new Body(k, e, p, total, k.otherCores(part))
                .run(r, rows, keys, values, out, mask, border);
          }
        });
  }

  /** q as [pairs · blocks, rows, D]: copied where it isn't such a walk already. */
  private static View flat(KernelContext k, View q, long n, long rows, long dim) {
    View v = q.reshape(n, rows, dim);
    if (v == null) {
      View copy = k.temp("q", q.type(), q.dims());
      MapKernel.copy(k, q, copy);
      v = copy.reshape(n, rows, dim);
    }
    return v;
  }

  private static Plan plan(
      KernelContext k, DType t, long pairs, long group, long steps, long dim, long capacity) {
    long window = k.node().intAttr("window", 0);
    long seen = window > 0 ? Math.min(window, capacity) : capacity;
    long most = steps == 1 ? Long.highestOneBit(Math.max(1, 2 * seen - 1)) : Math.min(seen, steps);
    // The scores of all query heads of a cache head may be too many at once.
    for (long heads = group; heads >= 1; heads = heads == 1 ? 0 : Math.ceilDiv(heads, 2)) {
      for (long keys = Math.min(512, most); keys >= 1; keys = keys / 2) {
        long rows = steps == 1 ? heads : keys;
        var plan = new Plan(pairs, group, steps, dim, capacity, window, rows, keys);
        if (plan.slides() && window % keys != 0) {
          continue;
        }
        if (plan.fits(k, t, 2)) {
          return plan.decodes() || plan.slides() ? plan : plan.withLongTiles(k, t);
        }
      }
    }
    throw k.tooSmall("scratchpad or accumulator memory for the scores of " + capacity + " keys");
  }

  /** Of a square, zero on and below the diagonal and −∞ above, or the other way round. */
  private static View mask(KernelContext k, String what, long n, boolean above) {
    long[] dims = {n, n};
    LongToDoubleFunction value = i -> i % n > i / n == above ? Double.NEGATIVE_INFINITY : 0;
    // Many values, which only a run for values asks for.
    return k.constant(
        what, Tensor.lazy(DType.F32, dims, () -> Tensor.generate(DType.F32, dims, value).data()));
  }

  /** One core's part. */
  private static final class Body {
    private final Emitter e;
    private final KernelContext k;
    private final Plan p;
    private final Aff total;
    private final long others;
    private final Vec vec;
    private final Mat mat;
    private final long width;
    private TileIn queries;
    private TileIn keyTiles;
    private TileIn valueTiles;
    private TileOut result;
    private Ring scoreSums;
    private Ring outputSums;
    private Ring weights;
    private Loc scores;
    private Loc maxima;
    private Loc sums;
    private Ring maskRing;
    private Ring borderRing;

    Body(KernelContext k, Emitter e, Plan p, Aff total, long others) {
      this.k = k;
      this.e = e;
      this.p = p;
      this.total = total;
      this.others = others;
      this.vec = new Vec(e);
      this.mat = new Mat(e);
      this.width = p.width();
    }

    void run(long[] part, View q, View keys, View values, View out, View mask, View border) {
      DType t = q.type();
      long[] rowTile = {1, p.rows(), p.dim()};
      long[] keyTile = {1, p.keys(), p.dim()};
      queries = new TileIn(e, "q", q, rowTile, SLOTS, Lane.LD0, Lane.MAT);
      keyTiles = new TileIn(e, "k", keys, keyTile, SLOTS, e.weightLane(), Lane.MAT);
      valueTiles = new TileIn(e, "v", values, keyTile, SLOTS, e.weightLane(), Lane.MAT);
      result = new TileOut(e, "out", out, rowTile, SLOTS, Lane.VEC, others);
      scoreSums = e.sums("scores", SLOTS, p.rows() * p.keys());
      outputSums = e.sums("sums", 1, p.rows() * p.dim());
      weights =
          e.ring(
              "weights",
              e.scratch(WorkMemory.aligned(t.bytesFor(p.rows() * width))),
              1,
              Lane.VEC,
              Lane.MAT);
      scores = e.tensor(DType.F32, p.rows() * width, width, 1);
      maxima = e.tensor(DType.F32, p.rows(), 1, 0);
      sums = e.tensor(DType.F32, p.rows(), 1, 0);
      maskRing = mask == null ? null : square("mask", mask);
      borderRing = border == null ? null : square("border", border);
      if (p.decodes()) {
        decode(part);
      } else {
        prompt(part);
      }
      for (Ring r : new Ring[] {maskRing, borderRing}) {
        if (r != null) {
          r.release(Lane.VEC);
        }
      }
    }

    /** A mask that is loaded once and held. */
    private Ring square(String name, View mask) {
      long bytes = WorkMemory.aligned(4 * p.keys() * p.keys());
      Ring r = e.ring(name, e.scratch(bytes), 1, Lane.LD0, Lane.VEC);
      Loc m = r.acquire(new long[] {p.keys(), 1}, DType.F32);
      new Dma(e).load(Lane.LD0, m, mask.loc(), Aff.of(p.keys(), p.keys()));
      r.publish();
      r.take(Lane.VEC);
      return r;
    }

    /** One new step: the query heads of a cache head are rows, in one block if it fits. */
    private void decode(long[] part) {
      Aff seen = p.window() == 0 ? total : k.atMost(e, total, p.window());
      Aff first = p.window() == 0 ? Aff.ZERO : k.beyond(e, total, p.window());
      Aff tiles = k.ceilDiv(e, seen, p.keys());
      Keys keys = new Keys(first, tiles, seen, null, false);
      new Axis("p", part[0], part[1], 1)
          .loop(
              e,
              s ->
                  rows(
                      "h",
                      p.group(),
                      r -> block(s.origin(), s.origin(), r.origin(), r.extent(), keys)));
    }

    /** A prompt: blocks of rows see the keys up to their own. */
    private void prompt(long[] part) {
      Axis pairs = new Axis("p", part[0], part[1], 1);
      pairs.loop(
          e,
          pair ->
              new Axis("g", 0, p.blocks(), 1)
                  .loop(
                      e,
                      g -> {
                        Aff head = pair.origin().times(p.blocks()).plus(g.origin());
                        long from = p.slides() ? p.window() : p.steps();
                        fromStart(from, pair.origin(), head);
                        windows(from, pair.origin(), head);
                      }));
    }

    /** Rows that see all before them, up to {@code to}: those of a key tile share its mask. */
    private void fromStart(long to, Aff pair, Aff head) {
      long whole = to / p.keys() * p.keys();
      new Axis("t", 0, whole, p.keys())
          .loop(
              e,
              t -> {
                Aff before =
                    t.origin().isConst() ? Aff.of(t.origin().value() / p.keys()) : t.index();
                diagonal(pair, head, t.origin(), p.keys(), before);
              });
      if (whole < to) {
        diagonal(pair, head, Aff.of(whole), to - whole, Aff.of(whole / p.keys()));
      }
    }

    /** The rows from {@code first} on whose own keys are in one tile, behind {@code before}. */
    private void diagonal(Aff pair, Aff head, Aff first, long count, Aff before) {
      rows(
          "r",
          count,
          r ->
              block(
                  pair,
                  head,
                  first.plus(r.origin()),
                  r.extent(),
                  new Keys(
                      Aff.ZERO,
                      before.plus(1),
                      first.plus(count),
                      new Diagonal(first, r.origin(), Aff.of(count)),
                      false)));
    }

    /** Rows that see a window. */
    private void windows(long from, Aff pair, Aff head) {
      rows(
          "w",
          p.steps() - from,
          r -> block(pair, head, r.origin().plus(from), r.extent(), window(r, from)));
    }

    /** Blocks of rows; the last, when it is shorter, by itself. */
    private void rows(String name, long count, Consumer<Axis.Step> body) {
      long whole = count / p.rows() * p.rows();
      new Axis(name, 0, whole, p.rows()).loop(e, body);
      new Axis(name, whole, count, p.rows()).loop(e, body);
    }

    /** Keys of rows that see a window: its first tile is cut by the border, its last by the end. */
    private Keys window(Axis.Step r, long from) {
      return new Keys(
          r.origin().plus(from - p.window()),
          Aff.of(p.window() / p.keys() + 1),
          r.extent().plus(p.window()),
          new Diagonal(Aff.of(p.window()), Aff.ZERO, r.extent()),
          true);
    }

    /**
     * What the rows of a block see.
     *
     * @param first first key
     * @param tiles key tiles to visit
     * @param count keys the block's last row sees, from the first on
     * @param diagonal the tile that is masked; or null
     * @param border whether the first tile is cut
     */
    private record Keys(Aff first, Aff tiles, Aff count, Diagonal diagonal, boolean border) {}

    /**
     * A tile of which rows see only the keys up to their own.
     *
     * @param key its first key, counted from the first that is seen
     * @param row the block's first row, counted from the row of that key
     * @param keys keys of the tile
     */
    private record Diagonal(Aff key, Aff row, Aff keys) {}

    /**
     * One block of rows.
     *
     * @param pair cache head
     * @param head first index of q and the result
     * @param row first row in it
     * @param rows rows of the block
     * @param seen what they see
     */
    private void block(Aff pair, Aff head, Aff row, Aff rows, Keys seen) {
      Aff[] origin = {head, row, Aff.ZERO};
      Aff[] extents = {Aff.ONE, rows, Aff.of(p.dim())};
      Loc q = queries.fetch(origin, extents).dims(ROWS_COLUMNS);
      queries.take(Lane.MAT);
      loop(seen, (j, n) -> score(pair, q, rows, seen.first(), j, n));
      queries.release(Lane.MAT);
      queries.next();
      if (seen.border()) {
        Loc m = borderRing.slot(new long[] {p.keys(), 1}, DType.F32);
        vec.bin(BinFn.ADD, scores, scores, m, rows, Aff.of(p.keys()));
      }
      if (seen.diagonal() != null) {
        Diagonal d = seen.diagonal();
        Loc square = scores.at(Aff.ZERO, d.key());
        Loc m = maskRing.slot(new long[] {p.keys(), 1}, DType.F32).at(d.row(), Aff.ZERO);
        vec.bin(BinFn.ADD, square, square, m, rows, d.keys());
      }
      Loc w = softmax(rows, seen.count());
      weights.take(Lane.MAT);
      Loc sum = outputSums.acquire(new long[] {p.dim(), 1}, DType.F32);
      loop(seen, (j, n) -> weigh(pair, w, sum, rows, seen.first(), j, n));
      weights.release(Lane.MAT);
      weights.next();
      outputSums.publish();
      outputSums.take(Lane.VEC);
      Loc out = result.begin(origin, extents).dims(ROWS_COLUMNS);
      vec.bin(BinFn.DIV, out, sum, sums, rows, Aff.of(p.dim()));
      outputSums.release(Lane.VEC);
      outputSums.next();
      result.commit();
    }

    /** What happens at a key tile: its number and its keys. */
    private interface Tile {
      void at(Aff index, Aff extent);
    }

    private void loop(Keys seen, Tile body) {
      Aff keys = seen.count();
      if (seen.tiles().is(1)) {
        body.at(Aff.ZERO, keys);
        return;
      }
      Var v = new Var("j", seen.tiles());
      // Blocks of a prompt whose number is a loop index are whole, and so are their key tiles.
      boolean whole = keys.isConst() ? keys.value() % p.keys() == 0 : seen.diagonal() != null;
      Aff extent = whole ? Aff.of(p.keys()) : Aff.of(new Extent(v, p.keys(), keys));
      e.loop(v, j -> body.at(j, extent));
    }

    private void score(Aff pair, Loc q, Aff rows, Aff from, Aff j, Aff n) {
      Aff first = j.times(p.keys());
      Loc key =
          keyTiles
              .fetch(
                  new Aff[] {pair, first.plus(from), Aff.ZERO},
                  new Aff[] {Aff.ONE, n, Aff.of(p.dim())})
              .dims(COLUMNS_ROWS);
      Loc sum = scoreSums.acquire(new long[] {p.keys(), 1}, DType.F32);
      keyTiles.take(Lane.MAT);
      mat.gemm(sum, q, key, Aff.ZERO, new Aff[] {rows}, new Aff[] {Aff.of(p.dim())}, n);
      keyTiles.release(Lane.MAT);
      keyTiles.next();
      scoreSums.publish();
      scoreSums.take(Lane.VEC);
      double scale = k.node().floatAttr("scale", 1);
      vec.bini(BinFn.MUL, scores.at(Aff.ZERO, first), sum, scale, false, rows, n);
      scoreSums.release(Lane.VEC);
      scoreSums.next();
    }

    private Loc softmax(Aff rows, Aff keys) {
      boolean[] along = {false, true};
      vec.reduce(RedFn.MAX, maxima, scores, along, Aff.ZERO, rows, keys);
      vec.bin(BinFn.SUB, scores, scores, maxima, rows, keys);
      vec.un(UnFn.EXP, scores, scores, rows, keys);
      vec.reduce(RedFn.SUM, sums, scores, along, Aff.ZERO, rows, keys);
      Loc w = weights.acquire(new long[] {width, 1}, k.in(0).type());
      vec.bini(BinFn.MUL, w, scores, 1.0, false, rows, keys);
      weights.publish();
      return w;
    }

    private void weigh(Aff pair, Loc w, Loc sum, Aff rows, Aff from, Aff j, Aff n) {
      Aff first = j.times(p.keys());
      Loc value =
          valueTiles
              .fetch(
                  new Aff[] {pair, first.plus(from), Aff.ZERO},
                  new Aff[] {Aff.ONE, n, Aff.of(p.dim())})
              .dims(ROWS_COLUMNS);
      valueTiles.take(Lane.MAT);
      mat.gemm(
          sum, w.at(Aff.ZERO, first), value, j, new Aff[] {rows}, new Aff[] {n}, Aff.of(p.dim()));
      valueTiles.release(Lane.MAT);
      valueTiles.next();
    }
  }
}
