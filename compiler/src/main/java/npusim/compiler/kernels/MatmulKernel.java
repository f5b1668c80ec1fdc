package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.Mat;
import npusim.compiler.codegen.Share;
import npusim.compiler.codegen.Staging;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.compiler.tiling.MatmulProblem;
import npusim.compiler.tiling.MatmulTiles;
import npusim.compiler.tiling.MatmulTiling;
import npusim.compiler.tiling.NarrowProducts;
import npusim.isa.BlockFormat;
import npusim.isa.DType;

/**
 * Matrix product on the matrix unit with an epilogue on the vector unit. Tiles of A and W go
 * through rings, sums over K stay in the accumulator memory, the epilogue reads them from there.
 */
public final class MatmulKernel {
  private static final int SLOTS = MatmulTiling.SLOTS;

  private final KernelContext k;
  private final Contraction c;
  private final Region epilogue;
  private final Weights weights;
  private final MatmulTiles t;
  private final Choice choice;

  /**
   * How the weights come to the arrays.
   *
   * @param view [batch…, K, N]
   * @param skipped whether arrays skip what was pruned
   * @param widens whether the vector unit brings them to another type in the scratchpad
   * @param scales theirs, or null
   */
  private record Weights(View view, boolean skipped, boolean widens, Scales scales) {
    /** Tiles end at multiples of this along the sums. */
    int grain() {
      BlockFormat format = view.storage().format();
      // Tiles of compressed or skipped weights end where a block or a group of four ends.
      int grain = format != null ? format.block() : skipped ? 4 : 1;
      if (scales != null) {
        // Blocks are powers of two, whole columns or both multiples of each other.
        grain = Math.max(grain, scales.block());
      }
      return Math.max(grain, (int) view.storage().blockRows());
    }

    /** Bytes in DRAM over those of the weights as they are computed with. */
    double compression() {
      BlockFormat format = view.storage().format();
      return format == null ? 1 : (double) format.bytes() / format.denseBytes();
    }

    /** Bits of scale and zero point per stored element. */
    double scaleBits() {
      if (scales == null) {
        return 0;
      }
      int zero = scales.zero() == null ? 0 : scales.zero().type().bits();
      return (double) (scales.scale().type().bits() + zero) / scales.block();
    }
  }

  /**
   * Tiles and what they need.
   *
   * @param oneLoads whether one core of a group loads a tile for all
   * @param staging room in shared SRAM for tiles on their way, or null
   * @param stagedA bytes of it for tiles of the streamed operand, which come first
   */
  private record Choice(MatmulTiles tiles, boolean oneLoads, Storage staging, long stagedA) {}

  private MatmulKernel(
      KernelContext k, Contraction c, Region epilogue, Weights weights, Choice choice) {
    this.k = k;
    this.c = c;
    this.epilogue = epilogue;
    this.weights = weights;
    this.t = choice.tiles();
    this.choice = choice;
  }

  /**
   * Computes {@code out = epilogue(a · w, extras…)}.
   *
   * @param a [batch…, M, K]
   * @param w [batch…, K, N]
   * @param out [batch…, M, N]
   * @param epilogue its first input is the sum, as binary32 or int32; no steps when the result is
   *     the sum
   */
  public static void run(
      KernelContext k, View a, View w, View out, Region epilogue, List<View> extras) {
    run(k, a, w, out, epilogue, extras, null);
  }

  /**
   * As above with weights that the vector unit brings to the type of {@code a} in the scratchpad,
   * when they have scales or a type that the matrix unit doesn't know.
   *
   * @param scales of the weights, or null
   */
  static void run(
      KernelContext k,
      View a,
      View w,
      View out,
      Region epilogue,
      List<View> extras,
      Scales scales) {
    if (out.size() == 0) {
      return;
    }
    if (a.size() == 0) {
      throw k.unsupported("the dimension that is summed over is empty");
    }
    Contraction c = Contraction.of(a, w, out, extras);
    boolean skipped = k.node().intAttr("sparse", 0) != 0;
    boolean widens = scales != null || !k.matrixRuns(a.type(), w.type());
    Weights weights = new Weights(c.w(), skipped, widens, scales);
    MatmulProblem problem = problem(k, c, epilogue, weights);
    Choice choice = choose(k, c, problem, weights.grain());
    MatmulKernel kernel = new MatmulKernel(k, c, epilogue, weights, choice);
    long scratch = MatmulTiling.scratchpadBytes(k.hw(), problem, choice.tiles());
    k.launch(
        (e, part, parts) -> {
          e.expectScratch(scratch);
          kernel.emit(e, part);
        },
        choice.tiles().isShared());
  }

  /** The product as the search of tiles sees it. */
  private static MatmulProblem problem(
      KernelContext k, Contraction c, Region epilogue, Weights weights) {
    DType out = c.out().type();
    boolean direct = ProductResults.direct(c, epilogue);
    int extraBits = epilogue.scratchBits();
    for (View x : c.extras()) {
      boolean full = x.strides()[x.rank() - 2] != 0 && x.strides()[x.rank() - 1] != 0;
      extraBits += full ? SLOTS * x.type().bits() : 4;
    }
    int given = given(c);
    boolean rounds = c.w().storage().blockRows() > 1;
    boolean together = k.cores() > 1;
    return new MatmulProblem(
        c.batch(),
        c.m(),
        roundUp(c.n(), rounds ? c.w().storage().block() : 1),
        roundUp(c.k(), c.w().storage().blockRows()),
        c.a().type(),
        c.w().type(),
        c.a().storage().resident(),
        c.w().storage().resident(),
        k.near(c.a()),
        direct || c.out().storage().resident() ? 0 : out.bits(),
        extraBits,
        direct ? 0 : perResult(k, out, epilogue.tileSteps()),
        epilogue.tileSteps(),
        Arrays.stream(c.w().strides()).limit(c.batchDims()).anyMatch(s -> s != 0),
        weights.compression(),
        weights.grain(),
        c.w().strides()[c.batchDims()] == 1,
        c.a().strides()[c.batchDims()] == 1,
        together && shares(c.a()),
        together && !weights.widens() && !rounds && shares(c.w()),
        together ? k.staging() : 0,
        weights.widens(),
        weights.scaleBits(),
        c.out().storage().resident() || k.near(c.out()) ? 0 : out.bits(),
        k.productBudget(),
        k.accBudget(),
        k.cores(),
        given < 0 ? -1 : given < c.batchDims() ? 0 : 1,
        c.w().storage().block(),
        c.w().storage().pageRows());
  }

  /** The tiles of the chip's library, or else those searched for, or those that tests force. */
  private static Choice choose(KernelContext k, Contraction c, MatmulProblem problem, int grain) {
    Optional<MatmulTiles> library =
        k.isByItself() ? NarrowProducts.of(k.hw(), problem) : Optional.empty();
    MatmulTiles t =
        library.orElseGet(() -> k.once(problem, () -> MatmulTiling.search(k.hw(), problem)));
    if (t == null) {
      throw k.tooSmall(k.accBudget() < 8 ? "accumulator memory" : "scratchpad");
    }
    MatmulTiles forced =
        k.forced(t, c.k(), Math.max(grain, (int) problem.wPage())).ofBlocks(problem);
    if (!MatmulTiling.shares(k.hw(), problem, forced)) {
      forced = forced.alone();
    }
    boolean one = library.filter(forced::equals).isPresent();
    long stagedA = forced.stagedA(problem);
    Storage staging = forced.isStaged() ? k.staging(stagedA + forced.stagedW(problem)) : null;
    return new Choice(forced, one, staging, stagedA);
  }

  private static long roundUp(long n, long unit) {
    return Math.ceilDiv(n, unit) * unit;
  }

  /** Whether cores can load tiles of an operand in parts. */
  private static boolean shares(View v) {
    int r = v.rank();
    return !v.storage().resident()
        && v.storage().format() == null
        && !v.type().isPacked()
        && v.strides()[r - 2] != 0
        && v.strides()[r - 1] != 0;
  }

  /** Dimension of the result along which an operand is divided among cores already, or -1. */
  private static int given(Contraction c) {
    List<View> all = new ArrayList<>(c.extras());
    all.addAll(List.of(c.a(), c.w(), c.out()));
    return Cuts.given(all);
  }

  /** Vector cycles that one result takes on its way out, the last step into its own type. */
  private static double perResult(KernelContext k, DType out, int steps) {
    var vector = k.hw().core().vector();
    double inside = vector.lanesPerCycle(DType.F32);
    double last = Math.min(inside, vector.lanesPerCycle(out));
    return ((steps - 1) / inside + 1 / last) / vector.lanes();
  }

  private void emit(Emitter e, int part) {
    int used = t.pb() * t.pm() * t.pn();
    if (part >= used) {
      return;
    }
    int b = c.batchDims();
    int im = t.nOuter() ? b + 1 : b;
    int in = t.nOuter() ? b : b + 1;
    int ik = b + 2;
    Axis[] axes = new Axis[b + 3];
    int given = given(c);
    int cut = given >= 0 && given < b ? given : longest(c.out().dims(), b);
    for (int i = 0; i < b; i++) {
      long total = c.out().dims()[i];
      long[] r = i == cut ? Axis.split(total, 1, part % t.pb(), t.pb()) : new long[] {0, total};
      axes[i] = new Axis("b" + i, r[0], r[1], 1);
    }
    if (b == 0 && part % t.pb() != 0) {
      return;
    }
    long[] rm = Axis.split(c.m(), 1, part / t.pb() % t.pm(), t.pm());
    long[] rn = Axis.split(c.n(), t.pn() == 1 ? c.n() : grain(), part / t.pb() / t.pm(), t.pn());
    axes[im] = new Axis("m", rm[0], rm[1], t.m());
    axes[in] = new Axis("n", rn[0], rn[1], t.n());
    axes[ik] = new Axis("k", 0, c.k(), t.k());
    Share shareA = t.aDim() < 0 ? null : group(part, t.pb() * t.pm(), t.pn(), b + t.aDim(), 0);
    Share shareW = t.wDim() < 0 ? null : group(part, t.pb(), t.pm(), b + t.wDim(), 1);
    int groupA = part % (t.pb() * t.pm());
    int groupW = part % t.pb() + part / (t.pb() * t.pm()) * t.pb();
    long bytesA = Staging.bytes(c.a().type().bytesFor(t.m() * t.k()));
    long bytesW = Staging.bytes(c.w().type().bytesFor(t.k() * t.n()));
    Staging stageA = t.aStaged() ? stage(shareA, groupA * bytesA) : null;
    Staging stageW = t.wStaged() ? stage(shareW, choice.stagedA() + groupW * bytesW) : null;
    LoopNest nest = new LoopNest(e, axes);
    if (nest.empty()) {
      return;
    }
    int[] mapA = map(b, im, ik);
    int[] mapW = map(b, ik, in);
    int[] mapO = map(b, im, in);
    LoopNest.Operand a =
        operand(e, nest, "a", c.a(), mapA, tile(nest, mapA, t.m(), t.k()), shareA, stageA);
    Supplier<Loc> w;
    if (weights.widens()) {
      var wide = new WidenedWeights(e, nest, c.w(), mapW, c.a().type(), weights.scales());
      wide.schedule();
      w = wide::loc;
    } else {
      long[] tileW = tile(nest, mapW, t.k(), t.n());
      w = operand(e, nest, "w", c.w(), mapW, tileW, shareW, stageW)::loc;
    }
    boolean one = true;
    for (int i = 0; i < ik; i++) {
      one &= axes[i].tiles() == 1;
    }
    var results =
        new ProductResults(
            e,
            nest,
            c,
            epilogue,
            mapO,
            t,
            c.a().type().isFloat() ? DType.F32 : DType.I32,
            one ? 1 : k.hw().core().accumulator().resultTiles(),
            k.otherCores(part));
    nest.around(b + 2, results::begin, results::end);
    int[] am = {b, b + 1};
    nest.run(
        () ->
            new Mat(e)
                .gemm(
                    results.sum().dims(am),
                    a.loc().dims(am),
                    w.get().dims(am),
                    weights.skipped(),
                    nest.at(ik).index(),
                    new Aff[] {nest.at(im).extent()},
                    new Aff[] {nest.at(ik).extent()},
                    nest.at(in).extent()));
  }

  /** Columns that cores divide are multiples of this. */
  private long grain() {
    return Math.max(MatmulTiling.GRAIN, c.w().storage().block());
  }

  /** Largest extents of a tile; the same in every core when some load tiles together. */
  private long[] tile(LoopNest nest, int[] axisOf, long first, long second) {
    long[] tile = nest.tile(axisOf);
    if (t.isShared() || t.isStaged()) {
      tile[tile.length - 2] = first;
      tile[tile.length - 1] = second;
    }
    return tile;
  }

  private LoopNest.Operand operand(
      Emitter e,
      LoopNest nest,
      String name,
      View v,
      int[] axisOf,
      long[] tile,
      Share share,
      Staging staging) {
    int depth = nest.depth(axisOf, v.strides());
    Lane lane = v.storage().constant() ? e.weightLane() : Lane.LD0;
    int slots = depth == 0 ? 1 : t.slots();
    // Of weights in blocks the last dimension is that of the columns.
    int columns = v.storage().block() > 0 ? v.rank() - 1 : -1;
    TileIn in = new TileIn(e, name, v, columns, share, staging, tile, slots, lane, Lane.MAT);
    boolean own = v.storage().pageRows() > 0 && t.eachItsOwnWeights();
    if (own && k.hw().noc().placedReadBytesPerCycle() > 0) {
      in.place();
    }
    return nest.operand(in, depth, axisOf, Lane.MAT);
  }

  /**
   * The group of a core that shares an operand: {@code size} cores, {@code step} apart.
   *
   * @param dim dimension of a tile that they divide
   */
  private Share group(int part, int step, int size, int dim, int operand) {
    int index = part / step % size;
    int first = part - index * step;
    long cores = 0;
    for (int i = 0; i < size; i++) {
      cores |= 1L << first + i * step;
    }
    return new Share(cores, index, size, dim, operand, choice.oneLoads());
  }

  private Staging stage(Share share, long offset) {
    return new Staging(share, choice.staging().area(), choice.staging().start().plus(offset));
  }

  private static int[] map(int batch, int x, int y) {
    int[] r = new int[batch + 2];
    for (int i = 0; i < batch; i++) {
      r[i] = i;
    }
    r[batch] = x;
    r[batch + 1] = y;
    return r;
  }

  private static int longest(long[] dims, int n) {
    int best = -1;
    for (int i = 0; i < n; i++) {
      if (best < 0 || dims[i] > dims[best]) {
        best = i;
      }
    }
    return best;
  }
}
