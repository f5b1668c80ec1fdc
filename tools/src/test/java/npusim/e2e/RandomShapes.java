package npusim.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import npusim.e2e.RandomGraph.Value;

/** Nodes that move elements. */
final class RandomShapes extends RandomNodes {
  RandomShapes(RandomGraph g) {
    super(g);
  }

  void transpose() {
    Value x = g.pick(v -> v.rank() > 1);
    if (x == null) {
      return;
    }
    List<Integer> perm = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
    java.util.Collections.shuffle(perm, g.random);
    String p = perm.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    g.node("Transpose", "perm = " + p, x.exact(), x.name());
  }

  void reshape() {
    Value x = g.pick(v -> true);
    int axis = axis(x);
    long d = x.dims()[axis];
    switch (g.below(4)) {
      case 0 -> g.node("Flatten", "axis = " + axis, x.exact(), x.name());
      case 1 ->
          g.node("Unsqueeze", "", x.exact(), x.rank() > 4 ? flat(x).name() : x.name(), g.ints(0));
      case 2 -> flat(x);
      default -> {
        long f = LongFactor.of(d, g.random);
        long[] s = new long[x.rank() + 1];
        System.arraycopy(x.dims(), 0, s, 0, axis);
        s[axis] = f;
        s[axis + 1] = d / f;
        System.arraycopy(x.dims(), axis + 1, s, axis + 2, x.rank() - axis - 1);
        if (s.length <= 5) {
          g.node("Reshape", "", x.exact(), x.name(), g.ints(s));
        }
      }
    }
  }

  void concat() {
    Value x = g.pick(v -> true);
    int axis = axis(x);
    Value y =
        g.pick(
            v -> {
              long[] a = v.dims().clone();
              if (v.type() != x.type() || a.length != x.rank()) {
                return false;
              }
              a[axis] = x.dims()[axis];
              return Arrays.equals(a, x.dims());
            });
    g.node("Concat", "axis = " + axis, x.exact() && y.exact(), x.name(), y.name(), x.name());
  }

  void slice() {
    Value x = g.pick(v -> v.type().bits() >= 32 && v.dims()[v.rank() - 1] > 1);
    if (x == null) {
      return;
    }
    int axis = axis(x);
    long d = x.dims()[axis];
    boolean back = g.below(4) == 0;
    long a = g.between(0, d - 1);
    long b = g.between(0, d - 1);
    long low = Math.min(a, b);
    long high = Math.max(a, b);
    long step = g.between(1, 3);
    g.node(
        "Slice",
        "",
        x.exact(),
        x.name(),
        g.ints(back ? high : low),
        g.ints(back ? low - 1 - (low == 0 ? d : 0) : high + 1),
        g.ints(axis),
        g.ints(back ? -step : step));
  }

  void split() {
    Value x = g.pick(v -> Arrays.stream(v.dims()).anyMatch(d -> d > 1));
    if (x == null) {
      return;
    }
    int axis = axis(x);
    long d = x.dims()[axis];
    if (d > 1) {
      long first = g.between(1, d - 1);
      g.nodes("Split", "axis = " + axis, x.exact(), 2, x.name(), g.ints(first, d - first));
    }
  }

  void pad() {
    Value x = floats();
    if (x == null) {
      return;
    }
    String mode = any("constant", "constant", "edge", "reflect");
    long[] p = new long[2 * x.rank()];
    for (int i = 0; i < p.length; i++) {
      long most = mode.equals("reflect") ? Math.min(2, x.dims()[i % x.rank()] - 1) : 2;
      p[i] = g.between(0, most);
    }
    g.node("Pad", "mode = \"" + mode + "\"", x.exact(), x.name(), g.ints(p));
  }

  void gather() {
    Value x = g.pick(v -> v.type().bits() >= 32);
    if (x == null) {
      return;
    }
    int axis = axis(x);
    long d = x.dims()[axis];
    long[] i = new long[1 + g.below(4)];
    Arrays.setAll(i, k -> g.between(-d, d - 1));
    String name = g.below(3) == 0 ? g.scalar("int64", Long.toString(i[0])) : g.ints(i);
    g.node("Gather", "axis = " + axis, x.exact(), x.name(), name);
  }

  void tile() {
    Value x = g.pick(v -> v.type().bits() >= 32 && v.size() < 512);
    if (x == null) {
      return;
    }
    long[] r = new long[x.rank()];
    Arrays.setAll(r, k -> g.below(3) == 0 ? 2 : 1);
    if (g.below(2) == 0) {
      g.node("Tile", "", x.exact(), x.name(), g.ints(r));
    } else {
      long[] s = new long[x.rank() + 1];
      s[0] = 2;
      System.arraycopy(x.dims(), 0, s, 1, x.rank());
      g.node("Expand", "", x.exact(), x.name(), g.ints(s));
    }
  }

  void rows() {
    Value x = floats();
    if (x == null) {
      return;
    }
    switch (g.below(3)) {
      case 0 -> {
        String attrs = "exclusive = " + g.below(2) + ", reverse = " + g.below(2);
        g.node("CumSum", attrs, false, x.name(), g.scalar("int64", "" + axis(x)));
      }
      case 1 -> {
        if (x.rank() >= 2) {
          g.node("Trilu", "upper = " + g.below(2), x.exact(), x.name());
        }
      }
      default -> {
        int axis = axis(x);
        long[] i = new long[(int) x.size()];
        long d = x.dims()[axis];
        Arrays.setAll(i, k -> g.between(0, d - 1));
        String index = g.ints("int64", x.dims(), i);
        g.node("GatherElements", "axis = " + axis, x.exact(), x.name(), index);
      }
    }
  }

  void spatial() {
    Value x = g.pick(v -> v.isFloat() && v.rank() == 4);
    if (x == null) {
      return;
    }
    long[] d = x.dims();
    switch (g.below(3)) {
      case 0 -> {
        if (d[1] % 4 == 0) {
          g.node("DepthToSpace", "blocksize = 2", x.exact(), x.name());
        }
      }
      case 1 -> {
        if (d[2] % 2 == 0 && d[3] % 2 == 0) {
          g.node("SpaceToDepth", "blocksize = 2", x.exact(), x.name());
        }
      }
      default -> {
        String attrs =
            "mode = \"nearest\", coordinate_transformation_mode = \"asymmetric\","
                + " nearest_mode = \"floor\"";
        String sizes = g.ints(d[0], d[1], d[2] * 2, d[3] * g.between(1, 2));
        g.node("Resize", attrs, x.exact(), x.name(), "", "", sizes);
      }
    }
  }

  /** A divisor. */
  private static final class LongFactor {
    static long of(long n, java.util.Random r) {
      long[] all =
          IntStream.rangeClosed(1, (int) n).filter(i -> n % i == 0).asLongStream().toArray();
      return all[r.nextInt(all.length)];
    }
  }
}
