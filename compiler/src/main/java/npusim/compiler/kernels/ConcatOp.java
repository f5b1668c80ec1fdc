package npusim.compiler.kernels;

import java.util.Arrays;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.memory.View;
import npusim.isa.DType;

/** Concat, Pad and Tile: strided copies into parts of the result. */
public final class ConcatOp implements Kernel {

  @Override
  public String units() {
    return "VEC LD ST";
  }

  @Override
  public int divides(KernelContext k, int input, int dim) {
    boolean copies = k.node().is("Concat") && k.inputCount() == 1;
    return copies && dim == 0 ? 0 : -1;
  }

  @Override
  public void emit(KernelContext k) {
    switch (k.node().opType()) {
      case "Concat" -> concat(k);
      case "Pad" -> pad(k);
      case "Tile" -> tile(k);
      default -> throw k.unsupported("");
    }
  }

  private static void concat(KernelContext k) {
    View out = k.out(0);
    int axis = (int) k.node().intAttr("axis", 0);
    axis = axis < 0 ? axis + out.rank() : axis;
    long at = 0;
    for (int i = 0; i < k.inputCount(); i++) {
      View in = k.in(i);
      long n = in.dims()[axis];
      if (in.size() > 0) {
        MapKernel.copy(k, in, out.slice(axis, at, n, 1));
      }
      at += n;
    }
  }

  /** The strips around the data are filled with the constant, the data copied between them. */
  private static void pad(KernelContext k) {
    Node n = k.node();
    View in = k.in(0);
    View out = k.out(0);
    String mode = n.stringAttr("mode", "constant");
    if (!mode.equals("constant")) {
      throw k.unsupported("mode " + mode);
    }
    int rank = in.rank();
    long[] pads = n.opset() < 11 ? n.intsAttr("pads") : k.longs(1, "pads");
    long[] before = new long[rank];
    int[] axes = new int[pads.length / 2];
    Arrays.setAll(axes, i -> i);
    if (n.hasInput(3)) {
      long[] a = k.longs(3, "axes");
      Arrays.setAll(axes, i -> (int) (a[i] < 0 ? a[i] + rank : a[i]));
    }
    for (int i = 0; i < axes.length; i++) {
      before[axes[i]] = pads[i];
    }
    View value = value(k, in.type());
    View rest = out;
    for (int d = 0; d < rank; d++) {
      long size = rest.dims()[d];
      fill(k, value, rest.slice(d, 0, before[d], 1));
      long end = before[d] + in.dims()[d];
      fill(k, value, rest.slice(d, end, size - end, 1));
      rest = rest.slice(d, before[d], in.dims()[d], 1);
    }
    if (in.size() > 0) {
      MapKernel.copy(k, in, rest);
    }
  }

  private static View value(KernelContext k, DType t) {
    if (k.in(2) != null) {
      return k.in(2).reshape();
    }
    double v = k.node().opset() < 11 ? k.node().floatAttr("value", 0) : 0;
    return k.constant("value", Tensor.scalar(t, v));
  }

  private static void fill(KernelContext k, View value, View part) {
    if (part.size() > 0) {
      Region r = new Region();
      r.copy(r.input(value.type()));
      MapKernel.run(k, r, java.util.List.of(value), part);
    }
  }

  /** Every repeat is a broadcast dimension before the one it repeats. */
  private static void tile(KernelContext k) {
    View in = k.in(0);
    View out = k.out(0);
    long[] repeats = k.longs(1, "repeats");
    int rank = in.rank();
    long[] dims = new long[2 * rank];
    long[] from = new long[2 * rank];
    long[] to = new long[2 * rank];
    for (int i = 0; i < rank; i++) {
      dims[2 * i] = repeats[i];
      dims[2 * i + 1] = in.dims()[i];
      from[2 * i + 1] = in.strides()[i];
      to[2 * i] = out.strides()[i] * in.dims()[i];
      to[2 * i + 1] = out.strides()[i];
    }
    MapKernel.copy(
        k,
        new View(in.storage(), in.offset(), dims, from),
        new View(out.storage(), out.offset(), dims, to));
  }
}
