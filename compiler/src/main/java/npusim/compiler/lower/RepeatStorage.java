package npusim.compiler.lower;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ModelNotes;
import npusim.compiler.codegen.Reg;
import npusim.compiler.decompose.CoreOps;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.kernels.FusionPlan;
import npusim.compiler.kernels.KernelRegistry;
import npusim.compiler.memory.MemoryMap;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.compiler.roll.RepeatNode;
import npusim.hardware.Hardware;
import npusim.program.Buffer;

/**
 * Memory of what each run of a repeated layer has of its own: run after run in the same order, so
 * that each is at the same distance from the one before.
 */
final class RepeatStorage {
  private final RepeatNode repeat;
  private final Graph graph;
  private final ModelNotes notes;
  private final Hardware hw;
  private final List<Storage> storages = new ArrayList<>();
  private final Map<String, View> values = new LinkedHashMap<>();
  private final Map<String, Storage> shared = new LinkedHashMap<>();
  private final List<List<Storage>> varying = new ArrayList<>();
  private final Map<String, List<Storage>> yielded = new LinkedHashMap<>();
  private final Layouts[] layouts;
  private long distance;

  RepeatStorage(RepeatNode repeat, Graph graph, ModelNotes notes, MemoryMap memory, Hardware hw) {
    this.repeat = repeat;
    this.hw = hw;
    this.graph = graph;
    this.notes = notes;
    layouts = new Layouts[repeat.varying()];
    for (int v = 0; v < repeat.varying(); v++) {
      varying.add(new ArrayList<>());
    }
    List<String> outs = repeat.body().outputs();
    for (int y = 0; y < repeat.yields(); y++) {
      String local = outs.get(repeat.chain() + y);
      if (inPlaceOf(local) == null) {
        yielded.put(local, new ArrayList<>());
      }
    }
    for (int run = 0; run < repeat.count(); run++) {
      place(run, memory);
    }
    for (int y = 0; y < repeat.yields(); y++) {
      String input = inPlaceOf(outs.get(repeat.chain() + y));
      if (input != null) {
        share(repeat.yieldedOutputs(y), input);
      }
    }
  }

  private void place(int run, MemoryMap memory) {
    long before = memory.bytes();
    for (int v = 0; v < repeat.varying(); v++) {
      String name = repeat.varyingInputs(v).get(run);
      Storage s = storage(name, v);
      memory.place(s);
      storages.add(s);
      varying.get(v).add(s);
      values.put(name, layouts[v] == null ? View.of(s, s.dims()) : layouts[v].view(s));
    }
    int y = 0;
    for (String local :
        repeat.body().outputs().subList(repeat.chain(), repeat.body().outputs().size())) {
      String name = repeat.yieldedOutputs(y++).get(run);
      if (yielded.containsKey(local)) {
        TensorType t = repeat.body().tensorType(local);
        Storage s = new Storage(name, Buffer.Kind.OUTPUT, t.dtype(), t.shape());
        memory.place(s);
        storages.add(s);
        yielded.get(local).add(s);
        values.put(name, View.of(s, t.shape()));
      }
    }
    long size = memory.bytes() - before;
    if (run > 0 && size != distance) {
      throw new IllegalStateException("runs of " + repeat.node().name() + " differ in size");
    }
    distance = size;
  }

  private Storage storage(String name, int v) {
    Tensor t = graph.isConstant(name) ? graph.initializer(name) : null;
    if (t != null) {
      layouts[v] = Layouts.constant(repeat.body(), local(v), t, hw);
      return layouts[v].storage(name, t);
    }
    TensorType type = graph.tensorType(name);
    Buffer.Kind kind = notes.states().containsValue(name) ? Buffer.Kind.STATE : Buffer.Kind.INPUT;
    return new Storage(name, kind, type.dtype(), type.shape());
  }

  /** Name of a varying input in the body. */
  private String local(int v) {
    return repeat.body().inputs().get(repeat.chain() + repeat.shared() + v);
  }

  private void share(List<String> outputs, String bodyInput) {
    int v = repeat.body().inputs().indexOf(bodyInput) - repeat.chain() - repeat.shared();
    for (int run = 0; run < repeat.count(); run++) {
      Storage s = varying.get(v).get(run);
      values.put(outputs.get(run), View.of(s, s.dims()));
      shared.put(outputs.get(run), s);
    }
  }

  /** The varying input that a yielded value is, changed; null when it is a value of its own. */
  private String inPlaceOf(String value) {
    Node p = repeat.body().producer(value);
    return p != null && p.is(CoreOps.DOMAIN, "CacheAppend") ? p.input(0) : null;
  }

  /** All storages of all runs. */
  List<Storage> storages() {
    return storages;
  }

  /** Views of them by name in the graph around. */
  Map<String, View> values() {
    return values;
  }

  /** Graph outputs that are a run's inputs, changed. */
  Map<String, Storage> sharedOutputs() {
    return shared;
  }

  /** Bytes from a run's memory to the next one's. */
  long distance() {
    return distance;
  }

  /** Views for the body of what it reads, relative to a register. */
  Map<String, View> varying(Reg register) {
    Map<String, View> views = new HashMap<>();
    for (int v = 0; v < varying.size(); v++) {
      Storage s = relative(varying.get(v).getFirst(), register);
      views.put(local(v), layouts[v] == null ? View.of(s, s.dims()) : layouts[v].view(s));
    }
    return views;
  }

  /** Places for the body of what it yields, relative to a register. */
  Map<String, View> yielded(Reg register) {
    Map<String, View> places = new HashMap<>();
    yielded.forEach(
        (local, all) -> {
          Storage s = relative(all.getFirst(), register);
          places.put(local, View.of(s, s.dims()));
        });
    return places;
  }

  private Storage relative(Storage first, Reg register) {
    Storage s =
        new Storage(first.name(), first.kind(), first.type(), first.dims())
            .inBlocks(first.block())
            .inTiles(first.blockRows())
            .inPages(first.pageRows());
    s.place(first.space(), first.address());
    s.relativeTo(register, distance * (repeat.count() - 1));
    return s;
  }

  /**
   * Whether handed-on value {@code c} can be written where the present one is: all that read the
   * present one come before.
   */
  boolean replacesItself(int c) {
    Graph body = repeat.body();
    FusionPlan fusion = FusionPlan.of(body);
    List<Node> order = body.nodes();
    Node maker = body.producer(body.outputs().get(c));
    int made = order.indexOf(fusion.of(maker).last());
    Deque<String> names = new ArrayDeque<>(List.of(body.inputs().get(c)));
    while (!names.isEmpty()) {
      for (Node reader : body.consumers(names.poll())) {
        if (order.indexOf(fusion.of(reader).last()) >= made) {
          return false;
        }
        if (KernelRegistry.mayBeView(reader)) {
          names.addAll(reader.outputs());
        }
      }
    }
    return !KernelRegistry.mayBeView(maker);
  }
}
