package npusim.compiler.lower;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.TensorType;
import npusim.compiler.kernels.Surround;
import npusim.compiler.memory.Margins;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.program.Buffer;

/**
 * Gives images room for margins, for windows to read beyond their border. That pays for images in
 * the scratchpad only, and where an image lies is known when all of a program is: then those that
 * got room in vain are made again without.
 */
final class ImageRoom {
  private final Set<String> without = new HashSet<>();
  private final Map<String, Storage> given = new HashMap<>();
  private boolean on;

  /** No image is given room unless {@code on}. */
  ImageRoom(boolean on) {
    this.on = on;
  }

  /** Memory for a value, and the view of it; with margins where they pay. */
  View view(Graph g, String value, Layouts layout, Buffer.Kind kind) {
    TensorType t = g.tensorType(value);
    boolean may = on && kind == Buffer.Kind.ACTIVATION && !without.contains(value);
    Surround.Reach reach = may ? Surround.of(g, value) : null;
    if (reach == null) {
      return layout.view(layout.storage(value, kind, t));
    }
    int r = reach.before().length;
    long[] shape = t.shape().clone();
    for (int i = 0; i < r; i++) {
      shape[2 + i] += reach.before()[i] + reach.after()[i];
    }
    Storage s = layout.storage(value, kind, TensorType.of(t.dtype(), shape));
    View v = layout.view(s);
    for (int i = 0; i < r; i++) {
      v = v.slice(2 + i, reach.before()[i], t.shape()[2 + i], 1);
    }
    long[] places = Arrays.copyOfRange(t.shape(), 2, 2 + r);
    long[] strides = Arrays.copyOfRange(v.strides(), 2, 2 + r);
    s.within(new Margins(places, strides, reach.before(), reach.after(), reach.value()));
    given.put(value, s);
    return v;
  }

  /** Whether some image got room in vain; it won't again. */
  boolean wasted() {
    boolean any = false;
    for (var e : given.entrySet()) {
      if (!e.getValue().resident()) {
        any = true;
        without.add(e.getKey());
      }
    }
    given.clear();
    return any;
  }

  /** No image gets room any more. */
  void stop() {
    on = false;
  }
}
