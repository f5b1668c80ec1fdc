package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;
import npusim.isa.DType;

/**
 * x [*, K] · W [K, N] with W stored in few bits as [N, K] and a scale, maybe a zero point, for
 * every {@code block} elements of a column, stored as [G, N]. The vector unit widens tiles of W in
 * the scratchpad.
 */
final class ScaledMatmulOp implements Kernel {
  @Override
  public String units() {
    return "MAT VEC";
  }

  @Override
  public boolean takesResident(Node n, int input) {
    return input <= 0;
  }

  @Override
  public void emit(KernelContext k) {
    View a = k.in(0);
    View out = k.out(0);
    if (a.rank() == 1) {
      a = a.unsqueeze(0);
      out = out.unsqueeze(0);
    }
    View w = k.in(1).transpose(1, 0);
    var scales = new Scales((int) k.node().intAttr("block", 0), k.in(2), k.in(3));
    Region r = new Region();
    List<View> extras = new ArrayList<>();
    if (k.matrixRuns(a.type(), a.type())) {
      MatmulOp.finish(k, r, r.input(DType.F32), extras);
      MatmulKernel.run(k, a, w, out, r, extras, scales);
    } else {
      DType acc = MatmulOp.accumulator(a.type());
      MatmulOp.finish(k, r, r.input(acc), extras);
      VectorMatmul.run(k, a, widened(k, a.type(), scales), out, r, extras, acc);
    }
  }

  /** Without a matrix unit for the type: all of W through DRAM once, in its wide form. */
  private static View widened(KernelContext k, DType type, Scales scales) {
    View q = k.in(1);
    long n = q.dims()[0];
    long depth = q.dims()[1];
    long groups = depth / scales.block();
    View wide = k.temp("wide", type, n, depth);
    Region r = new Region();
    List<View> in = new ArrayList<>();
    in.add(q.reshape(n, groups, scales.block()));
    int v = r.input(q.type());
    in.add(k.in(2).transpose(1, 0).unsqueeze(2));
    int s = r.input(k.in(2).type());
    if (k.in(3) == null) {
      r.bin(npusim.isa.BinFn.MUL, type, v, s);
    } else {
      in.add(k.in(3).transpose(1, 0).unsqueeze(2));
      r.dequantise(type, v, s, r.input(k.in(3).type()));
    }
    MapKernel.run(k, r, in, wide.reshape(n, groups, scales.block()));
    return wide.transpose(1, 0);
  }
}
