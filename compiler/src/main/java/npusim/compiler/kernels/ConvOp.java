package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;

/** Conv and ConvInteger. */
public final class ConvOp implements Kernel {

  @Override
  public String units() {
    return "MAT VEC";
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
    conv(k, x, w, out, win, n.intAttr("group", 1), r, extras, acc);
  }

  /** On the matrix unit, or on the vector unit where that is faster or the array lacks the type. */
  static void conv(
      KernelContext k,
      View x,
      View w,
      View out,
      Window win,
      long groups,
      Region epilogue,
      List<View> extras,
      DType acc) {
    boolean depthwise = groups > 1 && w.dims()[1] == 1;
    boolean matrix = k.matrixRuns(x.type(), w.type()) && acc != DType.F64;
    if (out.size() == 0) {
      return;
    }
    if (matrix && !(depthwise && vectorWins(k, w))) {
      new ConvKernel(k, x, w, out, win, groups, epilogue, extras, acc).run();
    } else {
      new VectorConv(k, x, w, out, win, groups, epilogue, extras, acc).run();
    }
  }

  /**
   * A depthwise product fills one column of the array; the vector unit does a tap of all lanes per
   * cycle.
   */
  private static boolean vectorWins(KernelContext k, View w) {
    var m = k.hw().core().matrix();
    double perGroup = (double) w.dims()[0] / 1;
    double array = perGroup * m.minBlockRows();
    return k.hw().core().vector().lanes() >= m.arrays() || array < 0;
  }
}
