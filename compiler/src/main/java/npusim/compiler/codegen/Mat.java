package npusim.compiler.codegen;

import npusim.isa.Field;
import npusim.isa.Opcode;

/** Matrix instructions. */
public final class Mat {
  private static final Field[] M = {Field.M0, Field.M1, Field.M2};
  private static final Field[] K = {Field.K0, Field.K1, Field.K2};
  private static final Field[] ACC_S = {Field.ACC_S0, Field.ACC_S1, Field.ACC_S2};
  private static final Field[] A_SM = {Field.A_SM0, Field.A_SM1, Field.A_SM2};
  private static final Field[] A_SK = {Field.A_SK0, Field.A_SK1, Field.A_SK2};
  private static final Field[] W_SK = {Field.W_SK0, Field.W_SK1, Field.W_SK2};

  private final Emitter e;

  /** Matrix instructions of a kernel. */
  public Mat(Emitter e) {
    this.e = e;
  }

  /** As below, with weights of which none is known to be zero. */
  public void gemm(Loc acc, Loc a, Loc w, Aff accumulate, Aff[] m, Aff[] k, Aff n) {
    gemm(acc, a, w, false, accumulate, m, k, n);
  }

  /** As below, each column with activations of its own, next to those of the one before. */
  public void columnwise(Loc acc, Loc a, Loc w, Aff accumulate, Aff[] m, Aff[] k, Aff n) {
    e.emit(op(acc, a, w, accumulate, m, k, n).set(Field.COLUMNWISE, true));
  }

  /**
   * acc[m, n] (+)= Σ a[m, k] · w[k, n].
   *
   * @param acc rows' dimensions, then columns (stride 1)
   * @param a rows' dimensions (at most 3), then the sums' (at most 3)
   * @param w the sums' dimensions, then columns
   * @param sparse whether of every four of w along the sums at most two are set
   * @param accumulate 0 overwrites
   * @param m rows' extents
   * @param k the sums' extents
   */
  public void gemm(Loc acc, Loc a, Loc w, boolean sparse, Aff accumulate, Aff[] m, Aff[] k, Aff n) {
    e.emit(op(acc, a, w, accumulate, m, k, n).set(Field.SPARSE, sparse));
  }

  private static Op op(Loc acc, Loc a, Loc w, Aff accumulate, Aff[] m, Aff[] k, Aff n) {
    Op op = new Op(Opcode.M_GEMM, Lane.MAT);
    int skip = 3 - m.length;
    for (int i = 0; i < m.length; i++) {
      op.set(M[skip + i], m[i])
          .set(ACC_S[skip + i], acc.strides()[i])
          .set(A_SM[skip + i], a.strides()[i]);
    }
    skip = 3 - k.length;
    for (int i = 0; i < k.length; i++) {
      op.set(K[skip + i], k[i])
          .set(A_SK[skip + i], a.strides()[m.length + i])
          .set(W_SK[skip + i], w.strides()[i]);
    }
    return op.set(Field.W_SN, w.strides()[k.length])
        .set(Field.N, n)
        .set(Field.ACCUM, accumulate)
        .set(Field.ACC, acc.address())
        .set(Field.ACC_T, acc.type())
        .set(Field.A, a.address())
        .set(Field.A_T, a.type())
        .set(Field.W, w.address())
        .set(Field.W_T, w.type())
        .reads(a.area())
        .reads(w.area())
        .writes(acc.area());
  }
}
