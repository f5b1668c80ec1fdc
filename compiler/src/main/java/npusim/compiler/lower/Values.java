package npusim.compiler.lower;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.memory.MemoryMap;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.hardware.Hardware;
import npusim.program.Buffer;

/**
 * Where the values of a graph lie: a view of a storage for each. A constant gets its storage when
 * it is first asked for, a kernel's result when it is defined; other values are views of these.
 */
final class Values {
  private final Graph graph;
  private final Hardware hw;
  private final MemoryMap memory;
  private final List<Storage> buffers;
  private final ImageRoom room;

  /** The values of the graph around a repeated layer; null for the model's own. */
  private final Values around;

  private final Map<String, View> views = new LinkedHashMap<>();

  /** Where results that others have chosen the place of are computed. */
  private final Map<String, View> given = new LinkedHashMap<>();

  private Values(
      Graph graph,
      Hardware hw,
      MemoryMap memory,
      List<Storage> buffers,
      ImageRoom room,
      Values around) {
    this.graph = graph;
    this.hw = hw;
    this.memory = memory;
    this.buffers = buffers;
    this.room = room;
    this.around = around;
  }

  /**
   * The values of a model.
   *
   * @param buffers gets every storage that is made
   * @param room what images reserve around them in the scratchpad
   */
  Values(Graph graph, Hardware hw, MemoryMap memory, List<Storage> buffers, ImageRoom room) {
    this(graph, hw, memory, buffers, room, null);
  }

  /** The values of a repeated layer's body, which shares the constants of this graph. */
  Values inside(Graph body) {
    return new Values(body, hw, memory, buffers, new ImageRoom(false), this);
  }

  /** The view of a value; null when it has none yet. */
  View get(String value) {
    return views.get(value);
  }

  /** Sets the view of a value. */
  void put(String value, View view) {
    views.put(value, view);
  }

  /** Says where a value is to be computed when it is defined. */
  void give(String value, View place) {
    given.put(value, place);
  }

  /** The view of a value, which has one or is a constant. */
  View of(String value) {
    View v = views.get(value);
    if (v == null && around != null && around.graph.initializer(value) != null) {
      // A constant is stored once, whoever reads it.
      v = around.of(value);
      views.put(value, v);
    }
    if (v == null) {
      Tensor t = graph.initializer(value);
      if (t == null) {
        throw new IllegalStateException("value without a definition: " + value);
      }
      Layouts layout = Layouts.constant(graph, value, t, hw);
      Storage s = layout.storage(value, t).placedBy(memory);
      buffers.add(s);
      v = layout.view(s);
      views.put(value, v);
    }
    return v;
  }

  /** Views of a node's inputs; null for those without memory, which are inside a fused group. */
  List<View> inputs(Node n) {
    List<View> ins = new ArrayList<>();
    n.inputs()
        .forEach(i -> ins.add(views.containsKey(i) || graph.initializer(i) != null ? of(i) : null));
    return ins;
  }

  /** Views of a node's outputs; null for those that it doesn't have. */
  List<View> outputs(Node n) {
    List<View> outs = new ArrayList<>();
    n.outputs().forEach(o -> outs.add(o.isEmpty() ? null : views.get(o)));
    return outs;
  }

  /** Gives the result of a kernel its place: the one given, or a storage of its own. */
  void define(String value) {
    View place = given.get(value);
    if (place != null) {
      views.put(value, place);
      return;
    }
    boolean output = around == null && graph.outputs().contains(value);
    Buffer.Kind kind = output ? Buffer.Kind.OUTPUT : Buffer.Kind.ACTIVATION;
    boolean own = output && Arguments.order(graph, value, hw) != null;
    View v =
        own
            ? Layouts.argument(graph, value, hw).argument(value, kind, graph.tensorType(value))
            : room.view(graph, value, Layouts.made(graph, value, hw), kind);
    buffers.add(v.storage().placedBy(memory));
    views.put(value, v);
  }

  /** Binds outputs to views; false when a graph output would not become a buffer of its own. */
  boolean bind(Node n, List<View> outputs) {
    for (int i = 0; i < outputs.size(); i++) {
      View v = outputs.get(i);
      if (v != null && graph.outputs().contains(n.output(i)) && (around != null || !claimable(v))) {
        return false;
      }
    }
    for (int i = 0; i < outputs.size(); i++) {
      View v = outputs.get(i);
      if (v != null) {
        views.put(n.output(i), v);
        if (graph.outputs().contains(n.output(i))) {
          v.storage().becomeOutput(n.output(i), v.dims());
        }
      }
    }
    return true;
  }

  private static boolean claimable(View v) {
    return v.storage().kind() == Buffer.Kind.ACTIVATION && v.whole();
  }

  /** Whether a value lies in an output buffer of its name. */
  boolean isOutput(String value) {
    View v = views.get(value);
    return v != null
        && v.storage().kind() == Buffer.Kind.OUTPUT
        && v.storage().bufferName().equals(value);
  }
}
