package npusim.compiler.host;

import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Matrix products, accumulated in binary64 or 64-bit integers. */
public final class Linear {
  private Linear() {}

  /**
   * NumPy's matmul.
   *
   * @param shape result shape
   * @param result element type of the result
   */
  public static Tensor matmul(Tensor a, Tensor b, long[] shape, DType result) {
    long[] da = a.rank() == 1 ? new long[] {1, a.dim(0)} : a.dims();
    long[] db = b.rank() == 1 ? new long[] {b.dim(0), 1} : b.dims();
    long m = da[da.length - 2];
    long k = da[da.length - 1];
    long n = db[db.length - 1];
    int batchRank = Math.max(da.length, db.length) - 2;
    long[] batch = new long[batchRank];
    for (int i = 0; i < batchRank; i++) {
      int ia = i - batchRank + da.length - 2;
      int ib = i - batchRank + db.length - 2;
      long x = ia < 0 ? 1 : da[ia];
      long y = ib < 0 ? 1 : db[ib];
      batch[i] = x == 1 ? y : x;
    }
    Tensor out = Tensor.zeros(result, shape);
    long[][] strides = {
      scaled(da, batch, m * k), scaled(db, batch, k * n),
    };
    boolean isFloat = a.dtype().isFloat();
    Strides.walk(
        batch,
        new long[2],
        strides,
        (i, at) -> {
          for (long r = 0; r < m; r++) {
            for (long c = 0; c < n; c++) {
              double d = 0;
              long l = 0;
              for (long p = 0; p < k; p++) {
                long x = at[0] + r * k + p;
                long y = at[1] + p * n + c;
                if (isFloat) {
                  d += a.at(x) * b.at(y);
                } else {
                  l += a.longAt(x) * b.longAt(y);
                }
              }
              long o = (i * m + r) * n + c;
              if (isFloat) {
                out.setDouble(o, d);
              } else {
                out.setLong(o, l);
              }
            }
          }
        });
    return out;
  }

  private static long[] scaled(long[] dims, long[] batch, long matrix) {
    long[] own = new long[dims.length - 2];
    System.arraycopy(dims, 0, own, 0, own.length);
    long[] s = Strides.broadcast(own, batch);
    for (int i = 0; i < s.length; i++) {
      s[i] *= matrix;
    }
    return s;
  }
}
