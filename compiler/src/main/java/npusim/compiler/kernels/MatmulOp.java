package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.compiler.memory.View;
import npusim.hardware.Hardware;
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
  public int divides(KernelContext k, int input, int dim) {
    View a = k.in(0);
    View w = k.in(1);
    int rank = k.outShape(0).length;
    boolean plain = !k.node().is("Gemm") || k.node().intAttr("transA", 0) == 0;
    if (!plain || a.rank() < 2 || w.rank() < 2 || !k.matrixRuns(a.type(), w.type())) {
      return -1;
    }
    int axis =
        switch (input) {
          case -1 -> dim < rank - 1 ? dim : -1;
          case 0 -> dim < a.rank() - 1 ? dim + rank - a.rank() : -1;
          case 1 -> dim < w.rank() - 2 ? dim + rank - w.rank() : -1;
          default -> -1;
        };
    int batch = axis - rank + w.rank();
    boolean own = axis >= 0 && axis < rank - 2 && batch >= 0 && w.dims()[batch] > 1;
    return own || worthDividing(k) ? axis : -1;
  }

  @Override
  public boolean everywhere(KernelContext k, int input) {
    return input == 0 && k.in(1).storage().constant() && !worthDividing(k);
  }

  /** Whether a product can take constant weights whose columns lie in blocks. */
  public static boolean takesBlocks(Graph g, Node n, String weights, Hardware hw) {
    boolean right =
        (n.is("MatMul") || n.is("MatMulInteger"))
            && n.inputs().indexOf(weights) == 1
            && n.inputs().lastIndexOf(weights) == 1
            && n.intAttr("sparse", 0) == 0;
    TensorType a = right ? g.tensorType(n.input(0)) : null;
    DType w = right ? g.tensorType(weights).dtype() : null;
    return a != null && KernelContext.matrixRuns(hw, a.dtype(), w);
  }

  private static boolean worthDividing(KernelContext k) {
    long out = k.outType(0).bytesFor(Arrays.stream(k.outShape(0)).reduce(1, Math::multiplyExact));
    return k.worthDividing(k.in(0), out, k.in(1));
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
    DType acc = accumulator(a.type());
    Region r = new Region();
    List<View> extras = new ArrayList<>();
    finish(k, r, r.input(acc), extras);
    product(k, a, w, out, r, extras);
  }

  private static void gemm(KernelContext k) {
    View a = k.in(0);
    View w = k.in(1);
    a = k.node().intAttr("transA", 0) != 0 ? a.transpose(1, 0) : a;
    w = k.node().intAttr("transB", 0) != 0 ? w.transpose(1, 0) : w;
    DType acc = accumulator(a.type());
    double alpha = k.node().floatAttr("alpha", 1);
    double beta = k.node().floatAttr("beta", 1);
    Region r = new Region();
    List<View> extras = new ArrayList<>();
    int v = r.input(acc);
    if (alpha != 1) {
      v = r.bini(BinFn.MUL, acc, v, alpha);
    }
    if (k.in(2) != null && beta != 0) {
      int x = r.input(k.in(2).type());
      extras.add(k.in(2));
      if (beta != 1) {
        x = r.bini(BinFn.MUL, acc, x, beta);
      }
      v = r.bin(BinFn.ADD, k.tail().isEmpty() ? k.out(0).type() : acc, v, x);
    }
    finish(k, r, v, extras);
    product(k, a, w, k.out(0), r, extras);
  }

  /** What follows the sum, then the conversion to the result's type where it is still missing. */
  static void finish(KernelContext k, Region r, int v, List<View> extras) {
    int last = k.tail().append(r, v, extras);
    DType t = k.out(0).type();
    if (r.type(last) != t) {
      r.convert(t, last, false, Round.TRUNC);
    }
  }

  static DType accumulator(DType t) {
    if (t.isFloat()) {
      return t == DType.F64 ? t : DType.F32;
    }
    return t.bits() < 32 ? DType.I32 : t;
  }

  /** On the matrix unit where it has the type, else on the vector unit. */
  static void product(
      KernelContext k, View a, View w, View out, Region epilogue, List<View> extras) {
    boolean widened =
        a.type().isFloat() && w.type().isInteger() && k.matrixRuns(a.type(), a.type());
    if (widened || k.matrixRuns(a.type(), w.type())) {
      MatmulKernel.run(k, a, w, out, epilogue, extras);
    } else {
      VectorMatmul.run(k, a, w, out, epilogue, extras, accumulator(a.type()));
    }
  }
}
