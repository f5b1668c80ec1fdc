package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;

/** Index tuples as linear positions. */
final class TupleIndex {
  private TupleIndex() {}

  /**
   * Σ idx[…, j] · stride j, negative components counted from the end.
   *
   * @param idx […, q]
   * @param dims the q dimensions addressed
   * @return […], non-negative
   */
  static View linear(KernelContext k, View idx, long[] dims) {
    int last = idx.rank() - 1;
    DType t = idx.type();
    long[] shape = Arrays.copyOf(idx.dims(), last);
    View out = k.temp("positions", t, shape);
    Region r = new Region();
    List<View> parts = new ArrayList<>();
    for (int j = 0; j < dims.length; j++) {
      View part = idx.slice(last, j, 1, 1);
      parts.add(
          new View(part.storage(), part.offset(), shape, Arrays.copyOf(part.strides(), last)));
      r.input(t);
    }
    long[] strides = View.rowMajor(dims);
    int sum = -1;
    for (int j = 0; j < dims.length; j++) {
      int below = r.bini(BinFn.LT, t, j, 0L);
      int v = r.bin(BinFn.ADD, t, j, r.bini(BinFn.MUL, t, below, dims[j]));
      v = r.bini(BinFn.MUL, t, v, strides[j]);
      sum = sum < 0 ? v : r.bin(BinFn.ADD, t, sum, v);
    }
    MapKernel.run(k, r, parts, out);
    return out;
  }
}
