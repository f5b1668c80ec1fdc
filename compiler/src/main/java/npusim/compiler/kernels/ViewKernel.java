package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.View;
import npusim.compiler.passes.ChannelsLast;

/**
 * Operators that only change how a tensor is walked: Reshape and its kin always, Transpose, Slice,
 * Split and Expand when what comes after can read the strided view at full speed. Otherwise the
 * data is copied.
 */
public final class ViewKernel implements Kernel {

  @Override
  public String units() {
    return "VEC LD ST";
  }

  @Override
  public List<View> views(KernelContext k) {
    List<View> v = resolve(k);
    if (v == null) {
      return null;
    }
    for (View x : v) {
      if (x != null && !readable(k, x) && !channelsLast(k, x)) {
        return null;
      }
    }
    return v;
  }

  @Override
  public void emit(KernelContext k) {
    List<View> v = resolve(k);
    for (int i = 0; i < k.outputCount(); i++) {
      if (k.out(i) != null) {
        View from = v == null ? null : v.get(i);
        if (from == null) {
          copyThroughReshape(k, i);
        } else {
          MapKernel.copy(k, from, k.out(i));
        }
      }
    }
  }

  @Override
  public int divides(KernelContext k, int input, int dim) {
    if (k.node().is("Identity") || k.node().is("Transpose") && input < 0) {
      return dim;
    }
    if (k.node().is("Transpose")) {
      int[] perm = permutation(k.node(), k.in(0).rank());
      for (int i = 0; i < perm.length; i++) {
        if (perm[i] == dim) {
          return i;
        }
      }
    }
    return -1;
  }

  /** A reshape of a view that isn't evenly strided: the data is copied in the shape it has. */
  private static void copyThroughReshape(KernelContext k, int i) {
    View in = k.in(0);
    MapKernel.copy(k, in, k.out(i).reshape(in.dims()));
  }

  /**
   * Rows of a view stay readable at full speed as long as neighbours lie next to each other; small
   * tensors are cheap either way.
   */
  private static boolean readable(KernelContext k, View v) {
    if (v.type().isPacked()) {
      return v.contiguous() && v.offset() == 0;
    }
    if (v.size() == 0) {
      return true;
    }
    for (int i = v.rank() - 1; i >= 0; i--) {
      if (v.dims()[i] > 1) {
        return v.strides()[i] == 1 || v.strides()[i] == 0 && k.node().is("Expand");
      }
    }
    return true;
  }

  /**
   * A view with the channels next to each other where readers take that, and any but a transposed
   * view of a tensor that lies so.
   */
  private static boolean channelsLast(KernelContext k, View v) {
    if (v.type().isPacked()) {
      return false;
    }
    if (k.node().intAttr(ChannelsLast.ATTRIBUTE, 0) != 0) {
      return v.strides()[1] == 1 || v.dims()[1] == 1;
    }
    return !k.node().is("Transpose") && !readable(k, k.in(0)) && dense(v);
  }

  private static boolean dense(View v) {
    return v.transpose(TileIn.order(v.strides())).contiguous();
  }

  /** The views, or null when one of them isn't a strided walk. */
  private static List<View> resolve(KernelContext k) {
    Node n = k.node();
    View in = k.in(0);
    return switch (n.opType()) {
      case "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout" -> {
        View v = in.reshape(k.outShape(0));
        yield v == null || n.hasOutput(1) ? null : one(n, v);
      }
      case "Transpose" -> one(n, in.transpose(permutation(n, in.rank())));
      case "Expand" -> one(n, in.broadcast(k.outShape(0)));
      case "Slice" -> one(n, slice(k));
      case "Split" -> split(k);
      default -> throw k.unsupported("");
    };
  }

  private static List<View> one(Node n, View v) {
    List<View> list = new ArrayList<>();
    list.add(v);
    while (list.size() < n.outputs().size()) {
      list.add(null);
    }
    return list;
  }

  /** Permutation of a Transpose, reversed order by default. */
  static int[] permutation(Node n, int rank) {
    long[] p = n.intsAttr("perm", (long[]) null);
    int[] r = new int[rank];
    for (int i = 0; i < rank; i++) {
      r[i] = p == null ? rank - 1 - i : (int) p[i];
    }
    return r;
  }

  private static View slice(KernelContext k) {
    Node n = k.node();
    View v = k.in(0);
    long[] starts;
    long[] ends;
    long[] axes = null;
    long[] steps = null;
    if (n.opset() < 10) {
      starts = n.intsAttr("starts", (long[]) null);
      ends = n.intsAttr("ends", (long[]) null);
      axes = n.intsAttr("axes", (long[]) null);
    } else {
      starts = k.longs(1, "starts");
      ends = k.longs(2, "ends");
      axes = n.hasInput(3) ? k.longs(3, "axes") : null;
      steps = n.hasInput(4) ? k.longs(4, "steps") : null;
    }
    for (int i = 0; i < starts.length; i++) {
      int axis = axes == null ? i : (int) (axes[i] < 0 ? axes[i] + v.rank() : axes[i]);
      long dim = v.dims()[axis];
      long step = steps == null ? 1 : steps[i];
      long lo = starts[i] < 0 ? starts[i] + dim : starts[i];
      long hi = ends[i] < 0 ? ends[i] + dim : ends[i];
      if (step > 0) {
        lo = Math.clamp(lo, 0, dim);
        hi = Math.clamp(hi, 0, dim);
      } else {
        lo = Math.clamp(lo, -1, dim - 1);
        hi = Math.clamp(hi, -1, dim - 1);
      }
      long count = step > 0 ? Math.ceilDiv(hi - lo, step) : Math.ceilDiv(lo - hi, -step);
      v = v.slice(axis, lo, Math.max(0, count), step);
    }
    return v;
  }

  private static List<View> split(KernelContext k) {
    Node n = k.node();
    View v = k.in(0);
    int axis = (int) n.intAttr("axis", 0);
    axis = axis < 0 ? axis + v.rank() : axis;
    List<View> parts = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < n.outputs().size(); i++) {
      if (!n.hasOutput(i)) {
        throw k.unsupported("an output that nobody wants");
      }
      long size = k.outShape(i)[axis];
      parts.add(v.slice(axis, at, size, 1));
      at += size;
    }
    return parts;
  }
}
