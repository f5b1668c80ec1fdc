package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Vec;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.compiler.memory.Margins;
import npusim.compiler.memory.View;
import npusim.isa.DType;

/**
 * Margins of images that stay on the chip: who makes an image also fills what the windows of its
 * readers find beyond the border, and these read it where it is.
 */
public final class Surround {
  private Surround() {}

  /**
   * How far windows of a value's readers reach beyond it.
   *
   * @param before by spatial dimension, in front of the first place
   * @param after behind the last place
   * @param value what they find there
   */
  public record Reach(long[] before, long[] after, double value) {}

  /** How far windows reach beyond a value that a graph stores, or null when none does. */
  public static Reach of(Graph g, String value) {
    TensorType t = g.tensorType(value);
    if (t == null || !t.isStatic() || t.rank() < 3 || t.dtype().isPacked() || t.elements() == 0) {
      return null;
    }
    int r = t.rank() - 2;
    long[] in = Arrays.copyOfRange(t.shape(), 2, t.rank());
    Reach found = null;
    for (Node n : g.consumers(value)) {
      Reach reach = reach(g, n, value, in, t.dtype(), r);
      if (reach == null) {
        continue;
      }
      if (found != null && found.value() != reach.value()) {
        // Products count for more than pools.
        found = found.value() == 0 ? found : reach;
        continue;
      }
      for (int i = 0; i < r && found != null; i++) {
        reach.before()[i] = Math.max(reach.before()[i], found.before()[i]);
        reach.after()[i] = Math.max(reach.after()[i], found.after()[i]);
      }
      found = reach;
    }
    return found;
  }

  private static Reach reach(Graph g, Node n, String value, long[] in, DType t, int r) {
    boolean conv = n.is("Conv") || n.is("ConvInteger");
    boolean pool = n.is("MaxPool") || n.is("AveragePool");
    if (!(conv || pool) || !n.input(0).equals(value) || n.inputs().lastIndexOf(value) != 0) {
      return null;
    }
    TensorType made = g.tensorType(n.output(0));
    if (made == null || !made.isStatic()) {
      return null;
    }
    Window win =
        conv
            ? Window.of(n, g.tensorType(n.input(1)).shape(), r)
            : Window.of(n, r, n.intsAttr("kernel_shape"));
    long[] out = Arrays.copyOfRange(made.shape(), 2, made.rank());
    long[] before = new long[r];
    long[] after = new long[r];
    boolean any = false;
    for (int i = 0; i < r; i++) {
      before[i] = Math.max(0, win.pad()[i]);
      after[i] = Math.max(0, win.halo(i, in[i]).span(out[i]) - win.pad()[i] - in[i]);
      any |= before[i] > 0 || after[i] > 0;
    }
    return any ? new Reach(before, after, n.is("MaxPool") ? least(t) : 0) : null;
  }

  /** What no maximum takes. */
  static double least(DType t) {
    return t.isFloat() ? Double.NEGATIVE_INFINITY : t.minLong();
  }

  /** An input as windows find it, and how they lie over it. */
  record Read(View x, Window win) {}

  /**
   * An input with the margins it has, when it is in the scratchpad and they hold what windows
   * beyond its border read.
   *
   * @param out spatial extents of the result
   */
  static Read read(View x, Window win, long[] out, double value) {
    Margins m = x.storage().margins();
    View with = x.storage().resident() && m != null && m.value() == value ? x.withMargins() : null;
    if (with == null) {
      return new Read(x, win);
    }
    int first = x.rank() - win.rank();
    long[] pad = win.pad().clone();
    for (int i = 0; i < pad.length; i++) {
      long behind = win.halo(i, x.dims()[first + i]).span(out[i]) - pad[i] - m.places()[i];
      if (pad[i] > m.before()[i] || behind > m.after()[i]) {
        return new Read(x, win);
      }
      pad[i] -= m.before()[i];
    }
    return new Read(with, new Window(win.kernel(), win.stride(), win.dilation(), pad));
  }

  /** The results of a node that have margins in the scratchpad. */
  static List<View> filled(List<View> outputs) {
    List<View> found = new ArrayList<>();
    for (View v : outputs) {
      boolean has = v != null && v.storage().resident() && v.storage().margins() != null;
      if (has && v.withMargins() != null) {
        found.add(v);
      }
    }
    return found;
  }

  /** Fills the margins of what one core keeps of an image. */
  static void fill(Emitter e, View v, int part, int parts) {
    View all = v.withMargins();
    Margins m = v.storage().margins();
    int r = m.places().length;
    int first = v.rank() - r;
    long[] from = new long[v.rank()];
    long[] count = all.dims().clone();
    if (v.storage().divided()) {
      int d = v.outermost();
      count[d] /= parts;
      from[d] = part * count[d];
    }
    for (int i = 0; i < r; i++) {
      int d = first + i;
      long whole = count[d];
      box(e, all, from, count, d, 0, m.before()[i], m.value());
      box(e, all, from, count, d, whole - m.after()[i], m.after()[i], m.value());
      // What further dimensions fill lies beside the places of this one.
      from[d] = m.before()[i];
      count[d] = m.places()[i];
    }
  }

  private static void box(
      Emitter e, View v, long[] from, long[] count, int d, long at, long n, double value) {
    if (n == 0) {
      return;
    }
    Aff[] origin = new Aff[from.length];
    Aff[] extents = new Aff[from.length];
    for (int i = 0; i < from.length; i++) {
      origin[i] = Aff.of(i == d ? at : from[i]);
      extents[i] = Aff.of(i == d ? n : count[i]);
    }
    if (v.type().isFloat()) {
      new Vec(e).fill(v.loc().at(origin), value, extents);
    } else {
      new Vec(e).fill(v.loc().at(origin), (long) value, extents);
    }
  }
}
