package npusim.compiler.decompose;

import java.util.Arrays;
import java.util.stream.IntStream;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * Pad in all its modes: the core form has constant mode and a non-negative constant pad at both
 * ends of every axis.
 */
final class PadForm {
  private PadForm() {}

  static boolean isCore(Node n, Graph g) {
    if (n.opset() < 11 || !n.stringAttr("mode", "constant").equals("constant") || n.hasInput(3)) {
      return false;
    }
    Tensor pads = g.isConstant(n.input(1)) ? g.initializer(n.input(1)) : null;
    return pads != null && Arrays.stream(pads.toLongs()).allMatch(p -> p >= 0);
  }

  static void expand(Node n, Emit e) {
    Value x = e.in(0);
    int rank = x.rank();
    long[] before = new long[rank];
    long[] after = new long[rank];
    readPads(n, e, before, after);
    Value y = x;
    for (int i = 0; i < rank; i++) {
      long from = Math.max(0, -before[i]);
      long to = y.dim(i) - Math.max(0, -after[i]);
      y = e.slice(y, i, from, to);
    }
    long[] b = Arrays.stream(before).map(p -> Math.max(0, p)).toArray();
    long[] a = Arrays.stream(after).map(p -> Math.max(0, p)).toArray();
    String mode = n.stringAttr("mode", "constant");
    if (mode.equals("constant")) {
      e.result(0, e.pad(y, b, a, fill(n, e)));
      return;
    }
    for (int i = 0; i < rank; i++) {
      if (b[i] != 0 || a[i] != 0) {
        y = e.gather(y, e.vector(sources(n, mode, y.dim(i), b[i], a[i])), i);
      }
    }
    e.result(0, y);
  }

  private static void readPads(Node n, Emit e, long[] before, long[] after) {
    long[] pads =
        n.opset() < 11
            ? n.intsAttr("pads", n.intsAttr("paddings", (long[]) null))
            : e.longs(1, "pads");
    int rank = before.length;
    long[] axes =
        n.hasInput(3) ? e.longs(3, "axes") : IntStream.range(0, rank).asLongStream().toArray();
    for (int i = 0; i < axes.length; i++) {
      int axis = (int) (axes[i] < 0 ? axes[i] + rank : axes[i]);
      before[axis] = pads[i];
      after[axis] = pads[i + axes.length];
    }
  }

  private static Value fill(Node n, Emit e) {
    DType t = e.in(0).dtype();
    if (n.opset() < 11) {
      return e.scalar(t, n.floatAttr("value", 0));
    }
    return e.optional(2) == null ? e.scalar(t, 0) : e.reshape(e.in(2), new long[0]);
  }

  /** For each output position of an axis the input position it copies. */
  private static long[] sources(Node n, String mode, long extent, long before, long after) {
    long[] out = new long[Math.toIntExact(before + extent + after)];
    for (int i = 0; i < out.length; i++) {
      long p = i - before;
      out[i] =
          switch (mode) {
            case "edge" -> Math.clamp(p, 0, extent - 1);
            case "wrap" -> Math.floorMod(p, extent);
            case "reflect" -> reflect(p, extent);
            default -> throw Refusal.of(n, "unknown mode '" + mode + "'");
          };
    }
    return out;
  }

  private static long reflect(long p, long extent) {
    if (extent == 1) {
      return 0;
    }
    long period = 2 * (extent - 1);
    long q = Math.floorMod(p, period);
    return q < extent ? q : period - q;
  }
}
