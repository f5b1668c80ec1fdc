package npusim.compiler.kernels;

import java.util.function.Consumer;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.Mat;
import npusim.compiler.codegen.Ring;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.Vec;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.compiler.memory.View;
import npusim.hardware.Hardware;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.RedFn;
import npusim.isa.UnFn;

/**
 * softmax(scale · q·kᵀ [+ bias])·v of whole sequences: q [B, H, S, D], k [B, G, T, D], v [B, G, T,
 * E], a bias that broadcasts to [B, H, S, T]. The scores of a block of query rows stay on the chip
 * from the first product to the second. Exponentials are rounded to the operands' type before they
 * are summed, and the result is divided by their sum.
 */
public final class AttentionOp implements Kernel {
  /** Times that the vector unit walks a block of scores: scale, maximum, difference, power, sum. */
  private static final double SOFTMAX_WALKS = 5;

  private static final int SLOTS = AttentionTiles.SLOTS;
  private static final boolean[] ALONG = {false, true};

  /** Axes of operands: batch, key head, query head of it, then two of rows, keys and widths. */
  private static final int[] QUERIES = {0, 1, 2, 3, 5};

  private static final int[] KEYS = {0, 1, -1, 4, 5};
  private static final int[] VALUES = {0, 1, -1, 4, 6};
  private static final int[] BIAS = {0, 1, 2, 3, 4};
  private static final int[] RESULT = {0, 1, 2, 3, 6};
  private static final int[] ROWS_COLUMNS = {3, 4};

  private static final int[] COLUMNS_ROWS = {4, 3};

  @Override
  public String units() {
    return "MAT VEC";
  }

  /**
   * Whether the kernel computes an ONNX Attention node on a chip.
   *
   * @param n node of domain ai.onnx whose operands' types are known
   */
  public static boolean runs(Graph g, Node n, Hardware hw) {
    for (int i = 0; i < Math.min(3, n.inputs().size()); i++) {
      TensorType t = g.tensorType(n.input(i));
      if (t == null || !t.isStatic() || t.elements() == 0) {
        return false;
      }
    }
    boolean plain =
        !n.hasInput(4)
            && !n.hasInput(5)
            && !n.hasInput(6)
            && !n.hasOutput(1)
            && !n.hasOutput(2)
            && !n.hasOutput(3)
            && n.floatAttr("softcap", 0) == 0
            && n.intAttr("softmax_precision", DType.F32.onnxCode()) == DType.F32.onnxCode();
    DType t = g.tensorType(n.input(0)).dtype();
    if (!plain || !t.isFloat() || t == DType.F64 || !KernelContext.matrixRuns(hw, t, t)) {
      return false;
    }
    long[] q = g.tensorType(n.input(0)).shape();
    long[] k = g.tensorType(n.input(1)).shape();
    long[] v = g.tensorType(n.input(2)).shape();
    boolean split = q.length == 4;
    if ((k[0] != q[0] && k[0] != 1) || (v[0] != q[0] && v[0] != 1)) {
      return false;
    }
    if (split && (k[1] != v[1] || q[1] % k[1] != 0)) {
      return false;
    }
    long dim = split ? q[3] : q[2] / n.intAttr("q_num_heads", 1);
    long wide = split ? v[3] : v[2] / n.intAttr("kv_num_heads", 1);
    int r = q.length - 2;
    long heads = split ? q[1] : n.intAttr("q_num_heads", 1);
    long scores = t.bytesFor(q[0] * heads * q[r] * k[r]);
    long shared = hw.sharedSram().map(x -> x.bytes() / 2).orElse(0L);
    // Cores divide them along the outermost dimension, or every core has them all.
    long outer = q[0] > 1 ? q[0] : heads;
    long each = scores / outer * Math.ceilDiv(outer, (long) hw.chip().cores());
    boolean stay = scores <= shared || each <= hw.core().scratchpad().bytes() / 4;
    if (stay && hw.core().scratchpad().keepsTensors()) {
      // Scores that stay on the chip anyway: separate kernels overlap products and softmax better.
      return false;
    }
    int bias = n.hasInput(3) || n.intAttr("is_causal", 0) != 0 ? 32 : 0;
    // What a kernel gets when about all is resident that may be.
    long spm = hw.core().scratchpad().bytes() / 5;
    long acc = hw.core().accumulator().bytes();
    var p = new AttentionTiles.Problem(q[r], k[r], dim, wide, t, bias, spm, acc);
    return AttentionTiles.search(hw, p) != null;
  }

  @Override
  public void emit(KernelContext k) {
    // Keys and values of one batch serve them all.
    View key = batches(k.in(1), k.in(0).dims()[0]);
    View value = batches(k.in(2), k.in(0).dims()[0]);
    long group = k.in(0).dims()[1] / key.dims()[1];
    View q = grouped(k.in(0), group);
    View out = grouped(k.out(0), group);
    long[] scores = k.in(0).dims().clone();
    scores[3] = key.dims()[2];
    View bias = k.in(3) == null ? null : grouped(k.in(3).broadcast(scores), group);
    int biasBits = 0;
    if (bias != null) {
      boolean square = bias.strides()[3] != 0 || bias.strides()[4] != 0;
      biasBits = square && !bias.storage().resident() ? bias.type().bits() : 1;
    }
    var p =
        new AttentionTiles.Problem(
            q.dims()[3],
            key.dims()[2],
            q.dims()[4],
            value.dims()[3],
            q.type(),
            biasBits,
            k.spmBudget(),
            k.accBudget());
    AttentionTiles t = k.once(p, () -> AttentionTiles.search(k.hw(), p));
    if (t == null) {
      throw k.tooSmall("scratchpad or accumulator memory for the scores of one row");
    }
    double width = q.dims()[4] + value.dims()[3];
    double row = rowCycles(k, q.type(), width);
    double head = q.type().bits() / 8.0 * width / k.hw().memoryReadBytesPerCycle();
    View[] operands = {q, grouped(key, 1), grouped(value, 1), bias, out};
    k.launch(
        (e, part, parts) -> {
          Axis[] axes = axes(q.dims(), t.rows(), row, head * parts, part, parts);
          axes[4] = Axis.of("t", key.dims()[2], key.dims()[2]);
          axes[5] = Axis.of("d", q.dims()[4], q.dims()[4]);
          axes[6] = Axis.of("e", value.dims()[3], value.dims()[3]);
          LoopNest nest = new LoopNest(e, axes);
          if (!nest.empty()) {
            new Body(k, e, nest, t, operands, k.otherCores(part)).run();
          }
        });
  }

  private static View batches(View v, long n) {
    long[] d = v.dims().clone();
    d[0] = n;
    return v.broadcast(d);
  }

  /** [B, H, M, N] as [B, H / group, group, M, N]. */
  private static View grouped(View v, long group) {
    long[] d = v.dims();
    long[] s = v.strides();
    return new View(
        v.storage(),
        v.offset(),
        new long[] {d[0], d[1] / group, group, d[2], d[3]},
        new long[] {s[0], s[1] * group, s[1], s[2], s[3]});
  }

  /**
   * Cycles of a core for one row and one key: products, and the vector unit's walks over scores.
   */
  private static double rowCycles(KernelContext k, DType type, double width) {
    var vector = k.hw().core().vector();
    double walks = SOFTMAX_WALKS / (vector.lanes() * vector.lanesPerCycle(DType.F32));
    return width / k.hw().core().matrix().macsPerCycle(type) + walks;
  }

  /**
   * Batches, key heads, their query heads and row blocks of one core, divided so that the busiest
   * is done first: cores that divide a head's rows each load all of its keys and values. Behind
   * them there is room for the dimensions that no loop walks.
   *
   * @param row cycles of a row, head cycles to load a head's keys and values, both for one key
   */
  private static Axis[] axes(long[] d, long rows, double row, double head, int part, int parts) {
    int[] cut = {1, 1, 1, 1};
    double best = Double.POSITIVE_INFINITY;
    for (int b = 1; b <= parts; b++) {
      for (int h = 1; b * h <= parts; h++) {
        for (int u = 1; b * h * u <= parts; u++) {
          int s = parts / (b * h * u);
          double heads = (double) Math.ceilDiv(d[0], b) * Math.ceilDiv(d[1], h);
          double compute = heads * Math.ceilDiv(d[2], u) * Math.ceilDiv(d[3], s) * row;
          // The first head's loads nothing hides.
          double work = Math.max(compute, heads * head) + head;
          if (b * h * u * s == parts && work < best) {
            best = work;
            cut = new int[] {b, h, u, s};
          }
        }
      }
    }
    long[] tile = {1, 1, 1, rows};
    String[] names = {"b", "h", "g", "r"};
    Axis[] axes = new Axis[7];
    int rest = part;
    for (int i = 0; i < 4; i++) {
      long[] range = Axis.split(d[i], 1, rest % cut[i], cut[i]);
      rest /= cut[i];
      axes[i] = new Axis(names[i], range[0], range[1], tile[i]);
    }
    return axes;
  }

  /** One core's part. */
  private static final class Body {
    private final Emitter e;
    private final Vec vec;
    private final Mat mat;
    private final LoopNest nest;
    private final long keys;
    private final double scale;
    private final Axis tiles;
    private final View k;
    private final View v;
    private final View bias;
    private final Operand keyTiles;
    private final Operand valueTiles;
    private final Operand biasTiles;
    private final LoopNest.Operand queries;
    private final TileOut result;
    private final Ring scoreSums;
    private final Ring outputSums;
    private final Ring weights;
    private final Loc scores;
    private final Loc maxima;
    private final Loc sums;
    private final Loc factor;
    private final DType type;
    private final long wide;
    private final long tile;

    /** Keys, values or the bias: fetched with the loops, or for every tile of keys. */
    private record Operand(TileIn tiles, LoopNest.Operand whole) {}

    Body(
        KernelContext c, Emitter e, LoopNest nest, AttentionTiles t, View[] operands, long others) {
      this.e = e;
      this.nest = nest;
      this.vec = new Vec(e);
      this.mat = new Mat(e);
      this.k = operands[1];
      this.v = operands[2];
      this.bias = operands[3];
      this.type = operands[0].type();
      this.keys = k.dims()[3];
      this.wide = v.dims()[4];
      this.tile = t.keys();
      this.tiles = Axis.of("j", keys, tile);
      this.scale = c.node().floatAttr("scale", 1);
      queries = operand("q", operands[0], Lane.LD0, Lane.MAT, QUERIES).whole();
      keyTiles = keyed("k", k, Lane.MAT, KEYS);
      valueTiles = keyed("v", v, Lane.MAT, VALUES);
      biasTiles = bias == null ? null : keyed("bias", bias, Lane.VEC, BIAS);
      long rows = nest.tile(3)[0];
      result = new TileOut(e, "out", operands[4], nest.tile(RESULT), SLOTS, Lane.VEC, others);
      scoreSums = e.sums("scores", AttentionTiles.scoreSlots(c.hw()), rows * tile);
      outputSums = e.sums("sums", 1, rows * wide);
      long bytes = WorkMemory.aligned(type.bytesFor(rows * keys));
      weights = e.ring("weights", e.scratch(bytes), 1, Lane.VEC, Lane.MAT);
      scores = e.tensor(DType.F32, rows * keys, keys, 1);
      maxima = e.tensor(DType.F32, rows, 1, 0);
      sums = e.tensor(DType.F32, rows, 1, 0);
      factor = e.tensor(DType.F32, 1, 0, 0);
    }

    private Operand operand(String name, View x, Lane lane, Lane consumer, int... map) {
      TileIn in = new TileIn(e, name, x, nest.tile(map), SLOTS, lane, consumer);
      return new Operand(in, nest.operand(in, nest.depth(map, x.strides()), map, consumer));
    }

    /** An operand along the keys. */
    private Operand keyed(String name, View x, Lane consumer, int... map) {
      if (tiles.tiles() == 1) {
        return operand(name, x, e.weightLane(), consumer, map);
      }
      long[] extents = nest.tile(map);
      for (int i = 0; i < map.length; i++) {
        extents[i] = map[i] == 4 ? tile : extents[i];
      }
      return new Operand(new TileIn(e, name, x, extents, SLOTS, e.weightLane(), consumer), null);
    }

    void run() {
      vec.fill(factor, scale, Aff.ONE);
      nest.run(this::block);
    }

    private void block() {
      Aff rows = nest.at(3).extent();
      tiles.loop(e, j -> score(j, rows));
      softmax(rows);
      weights.take(Lane.MAT);
      Loc sum = outputSums.acquire(new long[] {wide, 1}, DType.F32);
      Loc w = weights.slot(new long[] {keys, 1}, type);
      tiles.loop(e, j -> weigh(j, rows, w, sum));
      weights.release(Lane.MAT);
      weights.next();
      outputSums.publish();
      outputSums.take(Lane.VEC);
      Loc out = result.begin(nest.origin(RESULT), nest.extents(RESULT)).dims(ROWS_COLUMNS);
      vec.bin(BinFn.MUL, out, sum, sums, rows, Aff.of(wide));
      outputSums.release(Lane.VEC);
      outputSums.next();
      result.commit();
    }

    /** Hands the tile of an operand at a step of keys to its user. */
    private void with(Operand o, Axis.Step j, Lane consumer, int[] map, Consumer<Loc> user) {
      if (o.whole() != null) {
        user.accept(o.whole().loc());
        return;
      }
      Aff[] origin = nest.origin(map);
      Aff[] extents = nest.extents(map);
      for (int i = 0; i < map.length; i++) {
        origin[i] = map[i] == 4 ? j.origin() : origin[i];
        extents[i] = map[i] == 4 ? j.extent() : extents[i];
      }
      Loc loc = o.tiles().fetch(origin, extents);
      o.tiles().take(consumer);
      user.accept(loc);
      o.tiles().release(consumer);
      o.tiles().next();
    }

    private void score(Axis.Step j, Aff rows) {
      Loc acc = scoreSums.acquire(new long[] {tile, 1}, DType.F32);
      Loc q = queries.loc().dims(ROWS_COLUMNS);
      Aff[] dim = {Aff.of(k.dims()[4])};
      Aff[] m = {rows};
      with(
          keyTiles,
          j,
          Lane.MAT,
          KEYS,
          key -> mat.gemm(acc, q, key.dims(COLUMNS_ROWS), Aff.ZERO, m, dim, j.extent()));
      scoreSums.publish();
      scoreSums.take(Lane.VEC);
      Loc to = scores.at(Aff.ZERO, j.origin());
      if (bias != null) {
        with(
            biasTiles,
            j,
            Lane.VEC,
            BIAS,
            b -> vec.fma(to, acc, factor, b.dims(ROWS_COLUMNS), rows, j.extent()));
      } else if (direct()) {
        vec.reduce(RedFn.MAX, maxima, acc, ALONG, Aff.ZERO, rows, j.extent());
        vec.bini(BinFn.MUL, maxima, maxima, -scale, false, rows, Aff.ONE);
        vec.fma(to, acc, factor, maxima, rows, j.extent());
      } else {
        vec.bini(BinFn.MUL, to, acc, scale, false, rows, j.extent());
      }
      scoreSums.release(Lane.VEC);
      scoreSums.next();
    }

    /** One tile of scores, as it is in the accumulators, tells the rows' largest. */
    private boolean direct() {
      return bias == null && tiles.tiles() == 1 && scale > 0;
    }

    private void softmax(Aff rows) {
      Aff all = Aff.of(keys);
      if (!direct()) {
        vec.reduce(RedFn.MAX, maxima, scores, ALONG, Aff.ZERO, rows, all);
        if (bias != null) {
          // A row that sees no key is all zeros, not undefined.
          vec.bini(BinFn.MAX, maxima, maxima, -Float.MAX_VALUE, false, rows, Aff.ONE);
        }
        vec.bin(BinFn.SUB, scores, scores, maxima, rows, all);
      }
      Loc w = weights.acquire(new long[] {keys, 1}, type);
      vec.un(UnFn.EXP, w, scores, rows, all);
      vec.reduce(RedFn.SUM, sums, w, ALONG, Aff.ZERO, rows, all);
      weights.publish();
      if (bias != null) {
        vec.bini(BinFn.MAX, sums, sums, Float.MIN_NORMAL, false, rows, Aff.ONE);
      }
      vec.un(UnFn.RECIP, sums, sums, rows, Aff.ONE);
    }

    private void weigh(Axis.Step j, Aff rows, Loc w, Loc sum) {
      Loc part = w.at(Aff.ZERO, j.origin());
      Aff[] m = {rows};
      Aff[] n = {j.extent()};
      with(
          valueTiles,
          j,
          Lane.MAT,
          VALUES,
          value -> mat.gemm(sum, part, value.dims(ROWS_COLUMNS), j.index(), m, n, Aff.of(wide)));
    }
  }
}
