package npusim.compiler.kernels;

import java.util.Arrays;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;

/** Gather, GatherElements and GatherND. */
public final class GatherOp implements Kernel {

  @Override
  public String units() {
    return "LD VEC";
  }

  @Override
  public boolean takesResident(Node n, int input) {
    return false;
  }

  @Override
  public void emit(KernelContext k) {
    switch (k.node().opType()) {
      case "Gather" -> gather(k);
      case "GatherElements" -> elements(k);
      case "GatherND" -> tuples(k);
      default -> throw k.unsupported("");
    }
  }

  private static int axis(Node n, int rank) {
    int a = (int) n.intAttr("axis", 0);
    return a < 0 ? a + rank : a;
  }

  private static void gather(KernelContext k) {
    View data = k.in(0);
    View idx = k.in(1);
    View out = k.out(0);
    int axis = axis(k.node(), data.rank());
    int q = idx.rank();
    int r = out.rank();
    long[] ds = new long[r + 1];
    long[] is = new long[r];
    for (int i = 0; i < axis; i++) {
      ds[i] = data.strides()[i];
    }
    for (int i = 0; i < q; i++) {
      is[axis + i] = idx.strides()[i];
    }
    for (int i = axis + 1; i < data.rank(); i++) {
      ds[i - 1 + q] = data.strides()[i];
    }
    long[] dd = Arrays.copyOf(out.dims(), r + 1);
    dd[r] = data.dims()[axis];
    ds[r] = data.strides()[axis];
    GatherKernel.run(
        k,
        new View(data.storage(), data.offset(), dd, ds),
        new View(idx.storage(), idx.offset(), out.dims(), is),
        out);
  }

  private static void elements(KernelContext k) {
    View data = k.in(0);
    View out = k.out(0);
    int axis = axis(k.node(), data.rank());
    int r = out.rank();
    long[] ds = Arrays.copyOf(data.strides(), r + 1);
    ds[axis] = 0;
    ds[r] = data.strides()[axis];
    long[] dd = Arrays.copyOf(out.dims(), r + 1);
    dd[r] = data.dims()[axis];
    GatherKernel.run(k, new View(data.storage(), data.offset(), dd, ds), k.in(1), out);
  }

  /** Index tuples become positions in the dimensions they address, seen as one. */
  private static void tuples(KernelContext k) {
    View data = k.in(0);
    View idx = k.in(1);
    View out = k.out(0);
    int b = (int) k.node().intAttr("batch_dims", 0);
    int q = (int) idx.dims()[idx.rank() - 1];
    if (!data.contiguous()) {
      View t = k.temp("data", data.type(), data.dims());
      MapKernel.copy(k, data, t);
      data = t;
    }
    long[] lookup = Arrays.copyOfRange(data.dims(), b, b + q);
    View linear = TupleIndex.linear(k, idx, lookup);
    int r = out.rank();
    int tuples = idx.rank() - 1;
    long limit = Arrays.stream(lookup).reduce(1, Math::multiplyExact);
    long[] ds = new long[r + 1];
    long[] is = new long[r];
    for (int i = 0; i < tuples; i++) {
      is[i] = linear.strides()[i];
      ds[i] = i < b ? data.strides()[i] : 0;
    }
    for (int i = b + q; i < data.rank(); i++) {
      ds[tuples + i - b - q] = data.strides()[i];
    }
    long[] dd = Arrays.copyOf(out.dims(), r + 1);
    dd[r] = limit;
    ds[r] = q == 0 ? 0 : data.strides()[b + q - 1];
    GatherKernel.run(
        k,
        new View(data.storage(), data.offset(), dd, ds),
        new View(linear.storage(), linear.offset(), out.dims(), is),
        out);
  }
}
