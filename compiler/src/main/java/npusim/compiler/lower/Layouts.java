package npusim.compiler.lower;

import java.util.Arrays;
import java.util.List;
import npusim.compiler.decompose.CoreOps;
import npusim.compiler.host.Movement;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.kernels.ConvOp;
import npusim.compiler.kernels.KernelRegistry;
import npusim.compiler.kernels.MatmulOp;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.compiler.passes.ChannelsLast;
import npusim.hardware.Hardware;
import npusim.program.Buffer;

/**
 * The order in which a tensor's dimensions lie in memory. The views handed to kernels have ONNX's
 * order with strides to match.
 *
 * @param order dimensions, outermost first
 * @param block columns of a block of weights ({@link Storage#block}), 0 for none
 * @param rows what the rows of such blocks, or the channels of images without, are filled up to
 *     multiples of, 1 when they aren't
 * @param page rows of a page of such blocks ({@link Storage#pageRows}), 0 where blocks are whole
 * @param shape of what is filled up, else empty
 */
record Layouts(int[] order, long block, long rows, long page, long... shape) {
  /** Pieces of a core's columns that are long enough where they lie, in bytes. */
  private static final long LONG_PIECE = 1024;

  private static final long FEWEST_COLUMNS = 16;

  /** Rows worth writing one by one, in bytes. */
  private static final long SHORTEST_ROW = 64;

  private Layouts(int[] order, long block) {
    this(order, block, 1, 0);
  }

  /**
   * The order of a value that a node makes. Images whose channels lie innermost are filled up to
   * whole rows of tiles where the chip's arrays lie in such.
   */
  static Layouts made(Graph g, String value, Hardware hw) {
    Node p = g.producer(value);
    TensorType t = g.tensorType(value);
    boolean last = p != null && t != null && p.intAttr(ChannelsLast.ATTRIBUTE, 0) != 0;
    int rank = t == null ? 0 : t.rank();
    if (p != null && headsTurned(g, p, value)) {
      return new Layouts(new int[] {0, 2, 1, 3}, 0);
    }
    int[] turned = last || rank < 3 ? null : turned(g, value, t);
    if (turned != null) {
      return new Layouts(turned, 0);
    }
    int[] order = new int[rank];
    for (int i = 0; i < rank; i++) {
      order[i] = !last || i == 0 ? i : i == rank - 1 ? 1 : i + 1;
    }
    long lanes = last && rank > 2 && !leaves(g, value) ? hw.dram().arrayTile().lanes() : 1;
    return lanes > 1 && t.shape()[1] % lanes != 0
        ? new Layouts(order, 0, lanes, 0, t.shape())
        : new Layouts(order, 0);
  }

  /** The order of an input or output of a model. */
  static Layouts argument(Graph g, String value, Hardware hw) {
    TensorType t = g.tensorType(value);
    int[] order = Arguments.order(g, value, hw);
    if (order == null) {
      return new Layouts(inOrder(t.rank()), 0);
    }
    long lanes = hw.dram().arrayTile().lanes();
    return t.shape()[order[order.length - 1]] % lanes == 0
        ? new Layouts(order, 0)
        : new Layouts(order, 0, lanes, 0, t.shape());
  }

  private static int[] inOrder(int rank) {
    int[] order = new int[rank];
    Arrays.setAll(order, i -> i);
    return order;
  }

  /** Memory for an argument, which the host sees in its own order without gaps. */
  View argument(String name, Buffer.Kind kind, TensorType t) {
    Storage s = storage(name, kind, t);
    View v = view(s);
    if (rows > 1 || !Arrays.equals(order, inOrder(order.length))) {
      s.seenAs(v);
    }
    return v;
  }

  /** Whether a value becomes an output of the graph, in its order or another: those lie dense. */
  private static boolean leaves(Graph g, String value) {
    return g.outputs().contains(value)
        || g.consumers(value).stream()
            .anyMatch(n -> n.is("Transpose") && g.outputs().contains(n.output(0)));
  }

  /** Whether all that reads an attention's result wants its heads behind its rows. */
  private static boolean headsTurned(Graph g, Node p, String value) {
    List<Node> readers = g.consumers(value);
    return p.domain().equals(CoreOps.DOMAIN)
        && p.opType().equals("Attention")
        && !g.outputs().contains(value)
        && !readers.isEmpty()
        && readers.stream()
            .allMatch(
                n ->
                    n.is("Transpose")
                        && Arrays.equals(n.intsAttr("perm"), new long[] {0, 2, 1, 3}));
  }

  /**
   * The order in which the only reader, a transposition of rows that is reshaped then, would have
   * the value; null when there is none. So heads of an attention are written where they are joined.
   */
  private static int[] turned(Graph g, String value, TensorType t) {
    Node reader = KernelRegistry.writesAnyOrder(g.producer(value)) ? g.onlyConsumer(value) : null;
    boolean moves = reader != null && reader.is("Transpose") && reader.has("perm");
    Node next = moves ? g.onlyConsumer(reader.output(0)) : null;
    if (next == null || !next.is("Reshape") || reader.intAttr(ChannelsLast.ATTRIBUTE, 0) != 0) {
      return null;
    }
    long[] perm = reader.intsAttr("perm", (long[]) null);
    int rank = perm.length;
    boolean rows = perm[rank - 1] == rank - 1;
    boolean piece = t.dtype().bytesFor(t.shape()[rank - 1]) >= SHORTEST_ROW;
    return rows && piece && !t.dtype().isPacked()
        ? Arrays.stream(perm).mapToInt(i -> (int) i).toArray()
        : null;
  }

  /**
   * The order of a constant. Weights [M, C, kernel…] of convolutions lie as [C, kernel…, M]; for
   * the matrix unit in blocks of as many columns as its arrays have, [M / B, C, kernel…, B], so
   * that a tile of some blocks or of some rows is fetched in long pieces. Weights [K, N] of
   * products lie in such blocks, [N / B, K, B], when the columns that a core gets would make short
   * pieces; or in blocks that fill the array, where that is how the chip's memory holds them.
   */
  static Layouts constant(Graph g, String value, Tensor t, Hardware hw) {
    List<Node> readers = g.consumers(value);
    boolean weights =
        t.rank() >= 3
            && !t.dtype().isPacked()
            && t.size() > 0
            && !readers.isEmpty()
            && readers.stream().allMatch(n -> isWeight(n, value));
    int[] order = new int[t.rank()];
    for (int i = 0; i < order.length; i++) {
      order[i] = weights ? (i + 1) % order.length : i;
    }
    long block = 0;
    boolean channels =
        weights
            && readers.stream()
                .anyMatch(n -> ConvOp.byChannel(hw, t.dims(), n.intAttr("group", 1)));
    if (weights && !channels && readers.stream().allMatch(n -> ConvOp.onMatrix(g, n, hw))) {
      long columns = t.dim(0);
      for (Node n : readers) {
        columns = gcd(columns, t.dim(0) / n.intAttr("group", 1));
      }
      block = Math.min(columns, (long) hw.core().matrix().cols() * hw.core().matrix().arrays());
      while (columns % block != 0) {
        block--;
      }
    }
    var matrix = hw.core().matrix();
    if (t.rank() == 2 && matrix.wholeTiles() && isProduct(g, value, t, hw)) {
      return new Layouts(order, matrix.cols(), matrix.rows(), 0, t.dims());
    }
    if (t.rank() == 2) {
      long columns = product(g, value, t, hw);
      return new Layouts(order, columns, 1, columns == 0 ? 0 : page(t, columns, hw));
    }
    return new Layouts(order, block);
  }

  /** Columns of a block of the weights of products; 0 when they had better not lie in blocks. */
  private static long product(Graph g, String value, Tensor t, Hardware hw) {
    long columns = t.dim(1);
    int cores = hw.chip().cores();
    boolean products =
        t.dtype().bytesFor(columns) / cores < LONG_PIECE && isProduct(g, value, t, hw);
    long block = Math.min(columns, (long) hw.core().matrix().cols() * hw.core().matrix().arrays());
    // A row of an array's tile in memory isn't torn apart: a request can't gather the pieces.
    long tile = 8L * hw.dram().arrayTile().bytes() / t.dtype().bits();
    long fewest = Math.max(FEWEST_COLUMNS, tile);
    while (block > fewest && columns / block < cores) {
      block /= 2;
    }
    return products && columns % block == 0 && block >= FEWEST_COLUMNS ? block : 0;
  }

  /**
   * Rows of a page of blocks. Cores that each read a block of their own, all at equal distances,
   * would keep meeting in the same banks; pages of the same rows beside each other spread them over
   * all, whatever the mapping of addresses. A page is long enough to be worth a request and has
   * whole tiles of the array. 0 where there are banks enough for every core to read in one of its
   * own, and for rows that don't come to whole pages.
   */
  private static long page(Tensor t, long columns, Hardware hw) {
    long rows = Math.max(hw.core().matrix().rows(), hw.dram().arrayTile().rows());
    long depth = t.dim(0);
    while (t.dtype().bytesFor(rows * columns) < LONG_PIECE && depth % (2 * rows) == 0) {
      rows *= 2;
    }
    int banks = hw.dram().spec().map(s -> s.organization().banks()).orElse(Integer.MAX_VALUE);
    return hw.chip().cores() > banks && depth % rows == 0 && depth > rows ? rows : 0;
  }

  /** Whether all that reads a constant are products that take it in blocks. */
  private static boolean isProduct(Graph g, String value, Tensor t, Hardware hw) {
    List<Node> readers = g.consumers(value);
    return t.size() > 0
        && !t.dtype().isPacked()
        && !readers.isEmpty()
        && readers.stream().allMatch(n -> MatmulOp.takesBlocks(g, n, value, hw));
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private static boolean isWeight(Node n, String value) {
    return (n.is("Conv") || n.is("ConvInteger"))
        && n.inputs().indexOf(value) == 1
        && n.inputs().lastIndexOf(value) == 1;
  }

  /** Memory for a tensor of a shape. */
  Storage storage(String name, Buffer.Kind kind, TensorType t) {
    long[] dims = permuted(t.shape(), order);
    if (rows > 1) {
      int minor = dims.length - 1;
      dims[minor] = Math.ceilDiv(dims[minor], rows) * rows;
    }
    return new Storage(name, kind, t.dtype(), dims);
  }

  /** Memory with the contents of a constant. */
  Storage storage(String name, Tensor t) {
    Tensor moved = t;
    if (page > 0) {
      // [K / P, P, N / B, B] with P behind the blocks.
      long[] split = {t.dim(0) / page, page, t.dim(1) / block, block};
      moved = moved(t.reshaped(split), new int[] {0, 2, 1, 3});
    } else if (block > 0 && t.rank() == 2) {
      // [K, N / B, B] with K between.
      Tensor whole = filledUp(t);
      moved = moved(whole.reshaped(whole.dim(0), whole.dim(1) / block, block), new int[] {1, 0, 2});
    } else if (block > 0) {
      // [M / B, B, C, kernel…] with B moved behind.
      long[] split = new long[t.rank() + 1];
      int[] behind = new int[split.length];
      System.arraycopy(t.dims(), 0, split, 1, t.rank());
      split[0] = t.dim(0) / block;
      split[1] = block;
      for (int i = 1; i < behind.length; i++) {
        behind[i] = i == behind.length - 1 ? 1 : i + 1;
      }
      moved = moved(t.reshaped(split), behind);
    } else {
      moved = moved(t, order);
    }
    return new Storage(name, Buffer.Kind.WEIGHT, t.dtype(), moved.dims())
        .inBlocks(block)
        .inTiles(rows)
        .inPages(page)
        .withData(moved);
  }

  /** Weights with zeros behind rows and columns up to whole blocks. */
  private Tensor filledUp(Tensor t) {
    long[] dims = {Math.ceilDiv(t.dim(0), rows) * rows, Math.ceilDiv(t.dim(1), block) * block};
    if (rows == 1 || Arrays.equals(dims, t.dims())) {
      return t;
    }
    return t.hasData()
        ? Tensor.lazy(
            t.dtype(),
            dims,
            () -> Movement.pad(t, new long[2], dims, Movement.PadMode.CONSTANT, 0).data())
        : Tensor.absent(t.dtype(), dims);
  }

  private static long[] permuted(long[] shape, int[] order) {
    long[] d = new long[order.length];
    for (int i = 0; i < d.length; i++) {
      d[i] = shape[order[i]];
    }
    return d;
  }

  private static Tensor moved(Tensor t, int[] order) {
    boolean same = true;
    for (int i = 0; i < order.length; i++) {
      same &= order[i] == i;
    }
    if (same) {
      return t;
    }
    long[] dims = permuted(t.dims(), order);
    return t.hasData()
        ? Tensor.lazy(t.dtype(), dims, () -> Movement.transpose(t, order).data())
        : Tensor.absent(t.dtype(), dims);
  }

  /** A storage of this layout in the tensor's own order of dimensions. */
  View view(Storage s) {
    if (page > 0) {
      // [K / P, N / B, P, B] walked by the first row and column of a page.
      long[] in = s.dims();
      long[] dims = {in[0] * page, in[1] * block};
      return new View(s, 0, dims, new long[] {dims[1], page});
    }
    if (block > 0 && order.length == 2) {
      // [N / B, K, B] walked by its first column of a block.
      long[] in = s.dims();
      long[] dims = rows == 1 ? new long[] {in[1], in[0] * block} : shape.clone();
      return new View(s, 0, dims, new long[] {block, in[1]});
    }
    if (block > 0) {
      // [M / B, C, kernel…, B] walked by its first column of a block.
      long[] in = s.dims();
      long[] strides = View.rowMajor(in);
      long[] dims = Arrays.copyOf(in, in.length - 1);
      dims[0] = in[0] * block;
      strides[0] /= block;
      return new View(s, 0, dims, Arrays.copyOf(strides, dims.length));
    }
    int[] back = new int[order.length];
    for (int i = 0; i < back.length; i++) {
      back[order[i]] = i;
    }
    View all = View.of(s, s.dims());
    int minor = order.length - 1;
    View own = rows > 1 ? all.slice(minor, 0, shape[order[minor]], 1) : all;
    return own.transpose(back);
  }
}
