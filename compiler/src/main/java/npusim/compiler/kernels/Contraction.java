package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Shape4;
import npusim.compiler.memory.View;

/**
 * A batched matrix product in normal form: A[b…, M, K] · W[b…, K, N] → out[b…, M, N] with the
 * epilogue's operands as [b…, M, N]. Result dimensions that only A has are rows, those that only W
 * has are columns; neighbours that all operands walk evenly are merged, so that a batch whose
 * weights are shared becomes rows.
 */
record Contraction(View a, View w, View out, List<View> extras) {

  /**
   * Normal form of a product.
   *
   * @param a [batch…, M, K], w [batch…, K, N], out [batch…, M, N]: batches broadcast
   * @param extras views that broadcast to the shape of out
   */
  static Contraction of(View a, View w, View out, List<View> extras) {
    int r = out.rank();
    long[] d = out.dims();
    long k = a.dims()[a.rank() - 1];
    long[] aShape = d.clone();
    aShape[r - 1] = k;
    long[] wShape = d.clone();
    wShape[r - 2] = k;
    View ab = a.broadcast(aShape);
    View wb = w.broadcast(wShape);
    // Dimensions before the columns: rows where W doesn't vary, else batch.
    int n = r - 1;
    List<View> xs = new ArrayList<>();
    extras.forEach(x -> xs.add(x.broadcast(d)));
    Aff[] extents = new Aff[n];
    long[][] strides = new long[3 + xs.size()][n];
    int[] groups = new int[n];
    for (int i = 0; i < n; i++) {
      extents[i] = Aff.of(d[i]);
      strides[0][i] = ab.strides()[i];
      strides[1][i] = i == r - 2 ? 0 : wb.strides()[i];
      strides[2][i] = out.strides()[i];
      for (int x = 0; x < xs.size(); x++) {
        strides[3 + x][i] = xs.get(x).strides()[i];
      }
      groups[i] = strides[1][i] == 0 ? 0 : 1;
    }
    List<Shape4.Dim> dims = new ArrayList<>(Shape4.simplify(extents, strides, groups));
    int rows = -1;
    for (int i = 0; i < dims.size(); i++) {
      if (dims.get(i).group() == 0
          && (rows < 0 || dims.get(i).extent().value() >= dims.get(rows).extent().value())) {
        rows = i;
      }
    }
    Shape4.Dim m =
        rows < 0 ? new Shape4.Dim(Aff.ONE, new long[strides.length], 0) : dims.remove(rows);
    int b = dims.size();
    View na = shape(ab, dims, 0, m.extent().value(), m.strides()[0], k, ab.strides()[r - 1]);
    View nw = shape(wb, dims, 1, k, wb.strides()[r - 2], d[r - 1], wb.strides()[r - 1]);
    View no =
        shape(out, dims, 2, m.extent().value(), m.strides()[2], d[r - 1], out.strides()[r - 1]);
    List<View> ne = new ArrayList<>();
    for (int x = 0; x < xs.size(); x++) {
      View v = xs.get(x);
      ne.add(
          shape(
              v,
              dims,
              3 + x,
              m.extent().value(),
              m.strides()[3 + x],
              d[r - 1],
              v.strides()[r - 1]));
    }
    if (b != na.rank() - 2) {
      throw new IllegalStateException("batch dimensions lost");
    }
    return new Contraction(na, nw, no, ne);
  }

  private static View shape(
      View v, List<Shape4.Dim> batch, int operand, long d0, long s0, long d1, long s1) {
    int b = batch.size();
    long[] dims = new long[b + 2];
    long[] strides = new long[b + 2];
    for (int i = 0; i < b; i++) {
      dims[i] = batch.get(i).extent().value();
      strides[i] = batch.get(i).strides()[operand];
    }
    dims[b] = d0;
    strides[b] = s0;
    dims[b + 1] = d1;
    strides[b + 1] = s1;
    return new View(v.storage(), v.offset(), dims, strides);
  }

  /** Number of batch dimensions. */
  int batchDims() {
    return out.rank() - 2;
  }

  /** Number of independent products. */
  long batch() {
    long n = 1;
    for (int i = 0; i < batchDims(); i++) {
      n *= out.dims()[i];
    }
    return n;
  }

  long m() {
    return out.dims()[batchDims()];
  }

  long n() {
    return out.dims()[batchDims() + 1];
  }

  long k() {
    return a.dims()[batchDims() + 1];
  }
}
