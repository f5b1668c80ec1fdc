package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.compiler.memory.View;
import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.program.Buffer;

/** Conv and ConvInteger. */
public final class ConvOp implements Kernel {
  /** A sum of 32 bits is read and written. */
  private static final int SUM_BYTES = 8;

  @Override
  public String units() {
    return "MAT VEC";
  }

  @Override
  public int divides(KernelContext k, int input, int dim) {
    if (input > 0 || dim != 0) {
      return -1;
    }
    long results = Arrays.stream(k.outShape(0)).reduce(1, Math::multiplyExact);
    double macs = (double) results * k.in(1).size() / k.in(1).dims()[0];
    long out = k.outType(0).bytesFor(results);
    return k.worthDividingTogether(k.in(0), out, k.in(1), macs) ? 0 : -1;
  }

  @Override
  public void emit(KernelContext k) {
    Node n = k.node();
    View x = k.in(0);
    View w = k.in(1);
    View out = k.out(0);
    DType acc = x.type() == DType.F64 ? DType.F64 : x.type().isFloat() ? DType.F32 : DType.I32;
    DType t = out.type();
    Region r = new Region();
    int v = r.input(acc);
    List<View> extras = new ArrayList<>();
    if (n.is("Conv") && k.in(2) != null) {
      View b = k.in(2);
      long[] s = new long[out.rank()];
      s[1] = b.strides()[0];
      extras.add(new View(b.storage(), b.offset(), out.dims(), s));
      v = r.bin(BinFn.ADD, k.tail().isEmpty() ? t : acc, v, r.input(b.type()));
    }
    MatmulOp.finish(k, r, v, extras);
    if (n.is("ConvInteger") && (k.in(2) != null || k.in(3) != null)) {
      throw k.unsupported("zero points are taken out before code generation");
    }
    Window win = Window.of(n, w.dims(), x.rank() - 2);
    if (out.size() == 0) {
      return;
    }
    long groups = n.intAttr("group", 1);
    Convolution c = new Convolution(x, w, out, win, groups, r, extras, acc);
    if (onMatrix(k.hw(), x.type(), w.type(), w.dims(), groups)) {
      new ConvKernel(k, c.of(win.patches() ? x : inLanes(k, x))).run();
    } else {
      new VectorConv(k, c).run();
    }
  }

  /**
   * A model's input brought into the layout that convolutions read where arrays lie in tiles:
   * channels along the rows of a tile, which are filled up. What an operator leaves is in it. Not
   * for patches, of which each element is read for one place only.
   */
  private static View inLanes(KernelContext k, View x) {
    int rank = x.rank();
    long lanes = k.hw().dram().arrayTile().lanes();
    long channels = x.dims()[1];
    boolean input = x.storage().kind() == Buffer.Kind.INPUT;
    if (!input || channels % lanes == 0) {
      return x;
    }
    // The rest of a row is written with it; nobody reads what it holds.
    long row = Math.ceilDiv(channels, lanes) * lanes;
    long times = row / channels;
    long[] dims = new long[rank];
    dims[0] = x.dims()[0];
    System.arraycopy(x.dims(), 2, dims, 1, rank - 2);
    dims[rank - 1] = row;
    View to = k.temp("lanes", x.type(), dims);
    long[] d = new long[rank + 1];
    long[] from = new long[rank + 1];
    long[] into = new long[rank + 1];
    long[] read = new long[rank];
    for (int i = 0; i < rank; i++) {
      int at = i == 0 ? 0 : i == 1 ? rank : i - 1;
      d[at] = x.dims()[i];
      from[at] = x.strides()[i];
      into[at] = i == 1 ? 1 : to.strides()[at];
      read[i] = into[at];
    }
    d[rank - 1] = times;
    into[rank - 1] = channels;
    Region through = new Region();
    through.copy(through.input(x.type()));
    MapKernel.run(
        k,
        through,
        List.of(new View(x.storage(), x.offset(), d, from)),
        new View(to.storage(), to.offset(), d, into));
    return new View(to.storage(), to.offset(), x.dims(), read);
  }

  /** Whether a convolution with constant weights is computed on the matrix unit. */
  public static boolean onMatrix(Graph g, Node n, Hardware hw) {
    TensorType x = g.tensorType(n.input(0));
    TensorType w = g.tensorType(n.input(1));
    return onMatrix(hw, x.dtype(), w.dtype(), w.shape(), n.intAttr("group", 1));
  }

  /** Whether a depthwise convolution is computed channel by channel in arrays that keep results. */
  public static boolean byChannel(Hardware hw, long[] weights, long groups) {
    return groups > 1
        && weights[0] == groups
        && weights[1] == 1
        && hw.core().matrix().dataflow() == MatrixUnit.Dataflow.OS;
  }

  /**
   * Where the array has the types, the unit that takes fewer cycles per place of the result: the
   * arrays one per block of the window's sum and of a group's columns, the vector unit a share of
   * one per multiply-add, or what the scratchpad's ports take for an element of the input and a sum
   * read and written. A depthwise product fills one column of the array; of several groups the
   * columns of each leave by themselves, one piece per cycle.
   */
  private static boolean onMatrix(Hardware hw, DType x, DType w, long[] weights, long groups) {
    if (!KernelContext.matrixRuns(hw, x, w)) {
      return false;
    }
    if (byChannel(hw, weights, groups)) {
      return true;
    }
    var m = hw.core().matrix();
    long columns = weights[0] / groups;
    long sum = Arrays.stream(weights).skip(1).reduce(1, Math::multiplyExact);
    double blocks = (double) Math.ceilDiv(sum, m.rows()) * Math.ceilDiv(columns, m.cols());
    double array = groups * Math.max(blocks / m.arrays(), groups > 1 ? 1 : 0);
    double ports =
        (double) hw.core().scratchpad().peakBytesPerCycle() / (x.bits() / 8.0 + SUM_BYTES);
    double vector = (double) weights[0] * sum / Math.min(hw.core().vector().lanes(), ports);
    return array <= vector;
  }
}
