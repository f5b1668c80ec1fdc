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
 * @param block columns of a block of convolution weights ({@link Storage#block}), 0 for none
 */
record Layouts(int[] order, long block) {

  /** The order of a value that a node makes. */
  static Layouts made(Graph g, String value) {
    Node p = g.producer(value);
    TensorType t = g.tensorType(value);
    boolean last = p != null && t != null && p.intAttr(ChannelsLast.ATTRIBUTE, 0) != 0;
    int rank = t == null ? 0 : t.rank();
    if (p != null && headsTurned(g, p, value)) {
      return new Layouts(new int[] {0, 2, 1, 3}, 0);
    }
    int[] order = new int[rank];
    for (int i = 0; i < rank; i++) {
      order[i] = !last || i == 0 ? i : i == rank - 1 ? 1 : i + 1;
    }
    return new Layouts(order, 0);
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
   * The order of a constant. Weights [M, C, kernel…] of convolutions lie as [C, kernel…, M]; for
   * the matrix unit in blocks of as many columns as its arrays have, [M / B, C, kernel…, B], so
   * that a tile of some blocks or of some rows is fetched in long pieces.
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
    if (weights && readers.stream().allMatch(n -> ConvOp.onMatrix(g, n, hw))) {
      long columns = t.dim(0);
      for (Node n : readers) {
        columns = gcd(columns, t.dim(0) / n.intAttr("group", 1));
      }
      block = Math.min(columns, (long) hw.core().matrix().cols() * hw.core().matrix().arrays());
      while (columns % block != 0) {
        block--;
      }
    }
    return new Layouts(order, block);
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
    return new Storage(name, kind, t.dtype(), permuted(t.shape(), order));
  }

  /** Memory with the contents of a constant. */
  Storage storage(String name, Tensor t) {
    Tensor moved = t;
    if (block > 0) {
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
        .withData(moved);
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
    return View.of(s, s.dims()).transpose(back);
  }
}
