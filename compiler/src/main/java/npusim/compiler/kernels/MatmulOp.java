package npusim.compiler.kernels;

import java.util.List;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Round;

/** MatMul, Gemm and the integer products without zero points. */
public final class MatmulOp implements Kernel {

  @Override
  public String units() {
    return "MAT VEC";
  }

  @Override
  public void emit(KernelContext k) {
    if (k.node().is("Gemm")) {
      gemm(k);
    } else {
      matmul(k);
    }
  }

  private static void matmul(KernelContext k) {
    View a = k.in(0);
    View w = k.in(1);
    View out = k.out(0);
    if (a.rank() == 1) {
      a = a.unsqueeze(0);
      out = out.unsqueeze(w.rank() == 1 ? 0 : out.rank() - 1);
    }
    if (w.rank() == 1) {
      w = w.unsqueeze(1);
      out = out.unsqueeze(out.rank());
    }
    product(k, a, w, out, sum(a.type(), out.type()), List.of());
  }

  private static void gemm(KernelContext k) {
    View a = k.in(0);
    View w = k.in(1);
    a = k.node().intAttr("transA", 0) != 0 ? a.transpose(1, 0) : a;
    w = k.node().intAttr("transB", 0) != 0 ? w.transpose(1, 0) : w;
    DType t = k.out(0).type();
    double alpha = k.node().floatAttr("alpha", 1);
    double beta = k.node().floatAttr("beta", 1);
    boolean add = k.in(2) != null && beta != 0;
    if (alpha == 1 && !add) {
      product(k, a, w, k.out(0), sum(a.type(), t), List.of());
      return;
    }
    DType accType = a.type().isFloat() ? DType.F32 : DType.I32;
    Region r = new Region();
    int v = r.input(accType);
    int x = add ? r.input(k.in(2).type()) : -1;
    if (alpha != 1) {
      v = r.bini(BinFn.MUL, add ? accType : t, v, alpha);
    }
    if (add) {
      if (beta != 1) {
        x = r.bini(BinFn.MUL, accType, x, beta);
      }
      r.bin(BinFn.ADD, t, v, x);
    }
    product(k, a, w, k.out(0), r, add ? List.of(k.in(2)) : List.of());
  }

  /** On the matrix unit where it has the type, else on the vector unit. */
  static void product(
      KernelContext k, View a, View w, View out, Region epilogue, List<View> extras) {
    if (k.matrixRuns(a.type(), w.type())) {
      MatmulKernel.run(k, a, w, out, epilogue, extras);
    } else {
      throw k.unsupported("the matrix unit has no " + a.type() + " × " + w.type() + " product");
    }
  }

  /** The sum converted to the result's type. */
  static Region sum(DType in, DType out) {
    DType accType = in.isFloat() ? DType.F32 : DType.I32;
    Region r = new Region();
    int v = r.input(accType);
    if (accType != out) {
      r.convert(out, v, false, Round.TRUNC);
    }
    return r;
  }
}
