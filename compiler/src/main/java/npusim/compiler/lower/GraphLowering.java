package npusim.compiler.lower;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.ModelNotes;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.ChipProgram;
import npusim.compiler.codegen.Code;
import npusim.compiler.codegen.CoreProgram;
import npusim.compiler.codegen.Reg;
import npusim.compiler.codegen.Space;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.kernels.FusionPlan;
import npusim.compiler.kernels.Kernel;
import npusim.compiler.kernels.KernelContext;
import npusim.compiler.kernels.KernelRegistry;
import npusim.compiler.kernels.Tail;
import npusim.compiler.memory.MemoryMap;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.hardware.Hardware;
import npusim.isa.Word;
import npusim.program.Buffer;
import npusim.program.ConstData;
import npusim.program.CoreCode;
import npusim.program.Coverage;
import npusim.program.NodeInfo;
import npusim.program.Param;
import npusim.program.Program;

/**
 * Lowers a graph with known shapes to a program. First every value gets a view of a storage
 * (reshapes and strided views need no code), then storages get their places, then the kernels emit
 * in graph order.
 */
public final class GraphLowering {
  /** Launch parameters take the registers behind the scratch register. */
  private static final int FIRST_PARAM_REGISTER = KernelContext.SCRATCH_REGISTER + 1;

  private final Graph graph;
  private final Hardware hw;
  private final CompileOptions options;
  private final MemoryMap memory;
  private final ChipProgram chip;
  private final Map<String, View> values = new LinkedHashMap<>();
  private final List<Storage> buffers = new ArrayList<>();
  private final ModelNotes notes;
  private final Map<String, Aff> launch = new LinkedHashMap<>();
  private final List<Param> params = new ArrayList<>();
  private final Map<String, Storage> shared = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<NodeInfo> infos = new ArrayList<>();
  private int aliases;

  /** A node that needs code. */
  private record Step(Node node, int id, Kernel kernel) {}

  private GraphLowering(Graph graph, ModelNotes notes, Hardware hw, CompileOptions options) {
    this.graph = graph;
    this.notes = notes;
    this.hw = hw;
    this.options = options;
    this.memory = new MemoryMap(hw.dram().capacityBytes());
    this.chip = chip();
  }

  /**
   * The program of a graph.
   *
   * @param name model or workload
   * @param graphNodes nodes of the model as read, for coverage
   * @throws npusim.diag.NpusimException when an operator or type is not supported or memory doesn't
   *     suffice
   */
  public static Program lower(
      String name,
      Graph graph,
      ModelNotes notes,
      int graphNodes,
      Hardware hw,
      CompileOptions options) {
    return new GraphLowering(graph, notes, hw, options).program(name, graphNodes);
  }

  private ChipProgram chip() {
    int n = options.cores() > 0 ? Math.min(options.cores(), hw.chip().cores()) : hw.chip().cores();
    List<CoreProgram> cores = new ArrayList<>();
    for (int c = 0; c < n; c++) {
      cores.add(
          new CoreProgram(
              c,
              hw.core().dma().load().queues(),
              new WorkMemory(Space.SPM, 0, hw.core().scratchpad().bytes()),
              new WorkMemory(Space.ACC, 0, hw.core().accumulator().bytes())));
    }
    return new ChipProgram(cores);
  }

  private Program program(String name, int graphNodes) {
    graph.nameNodes();
    resolve();
    for (Step s : steps) {
      s.kernel().emit(context(s.node(), s.id(), outputs(s.node())));
    }
    return assemble(name, graphNodes);
  }

  private void resolve() {
    declareParams();
    for (String in : graph.inputs()) {
      if (launch.containsKey(in)) {
        continue;
      }
      TensorType t = graph.tensorType(in);
      Buffer.Kind kind = notes.states().containsValue(in) ? Buffer.Kind.STATE : Buffer.Kind.INPUT;
      Storage s = new Storage(in, kind, t.dtype(), t.shape());
      s.withData(graph.initializer(in));
      memory.place(s);
      buffers.add(s);
      values.put(in, View.of(s, t.shape()));
    }
    FusionPlan fusion = FusionPlan.of(graph);
    for (Node n : graph.nodes()) {
      int id = infos.size();
      FusionPlan.Group group = fusion.of(n);
      if (!group.members().isEmpty()) {
        fused(group, n, id);
        continue;
      }
      Kernel kernel = KernelRegistry.of(n);
      KernelContext k = context(n, id, List.of());
      if (kernel == null) {
        throw k.unsupported("");
      }
      List<View> views = kernel.views(k);
      if (views != null && bind(n, views)) {
        aliases++;
        infos.add(WorkCount.info(graph, n, id, "alias"));
        continue;
      }
      List<View> changed = kernel.inPlace(k);
      if (changed != null) {
        take(n, changed);
        infos.add(WorkCount.info(graph, n, id, ""));
        steps.add(new Step(n, id, kernel));
        continue;
      }
      for (String out : n.outputs()) {
        if (!out.isEmpty()) {
          define(out);
        }
      }
      infos.add(WorkCount.info(graph, n, id, ""));
      steps.add(new Step(n, id, kernel));
    }
    for (String out : graph.outputs()) {
      if (!isOutput(values.get(out), out) && !shared.containsKey(out)) {
        copyOut(out);
      }
    }
  }

  private void declareParams() {
    for (var e : notes.launch().entrySet()) {
      int register = FIRST_PARAM_REGISTER + params.size();
      ModelNotes.Range r = e.getValue();
      params.add(new Param(e.getKey(), register, r.min(), r.max(), r.max()));
      launch.put(e.getKey(), r.fixed() ? Aff.of(r.min()) : Aff.of(new Reg(e.getKey(), register)));
    }
  }

  /** Outputs that are their inputs' storages, changed. */
  private void take(Node n, List<View> changed) {
    for (int i = 0; i < changed.size(); i++) {
      View v = changed.get(i);
      String out = n.output(i);
      values.put(out, v);
      if (v.storage().name().equals(notes.states().get(out))) {
        shared.put(out, v.storage());
      }
    }
  }

  /**
   * A node of a group: only the last one has a result in memory, and stands for the code of all.
   */
  private void fused(FusionPlan.Group group, Node n, int id) {
    if (n != group.last()) {
      infos.add(WorkCount.info(graph, n, id, "fused"));
      return;
    }
    define(n.output(0));
    infos.add(WorkCount.info(graph, n, id, ""));
    steps.add(
        new Step(
            group.head(),
            id,
            k -> {
              List<KernelContext> members = new ArrayList<>();
              group.members().forEach(m -> members.add(context(m, id, List.of())));
              KernelContext head = context(group.head(), id, outputs(group.last()));
              head.withTail(new Tail(group.head().output(0), members));
              KernelRegistry.of(group.head()).emit(head);
            }));
  }

  /** Binds outputs to views; false when a graph output would not become a buffer of its own. */
  private boolean bind(Node n, List<View> views) {
    for (int i = 0; i < views.size(); i++) {
      View v = views.get(i);
      if (v != null && graph.outputs().contains(n.output(i)) && !claimable(v)) {
        return false;
      }
    }
    for (int i = 0; i < views.size(); i++) {
      View v = views.get(i);
      if (v != null) {
        values.put(n.output(i), v);
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

  private void define(String value) {
    TensorType t = graph.tensorType(value);
    boolean output = graph.outputs().contains(value);
    Storage s =
        new Storage(
            value, output ? Buffer.Kind.OUTPUT : Buffer.Kind.ACTIVATION, t.dtype(), t.shape());
    s.placedBy(memory);
    buffers.add(s);
    values.put(value, View.of(s, t.shape()));
  }

  private static boolean isOutput(View v, String name) {
    return v != null
        && v.storage().kind() == Buffer.Kind.OUTPUT
        && v.storage().bufferName().equals(name);
  }

  /** A graph output that is an input or a constant itself. */
  private void copyOut(String out) {
    Node n = Node.of("Identity", 1, List.of(out), out);
    n.setName(out + "/copy");
    View from = value(out);
    int id = infos.size();
    infos.add(new NodeInfo(id, n.name(), "Identity", "", 0, 0, ""));
    TensorType t = graph.tensorType(out);
    Storage s = new Storage(out + "/out", Buffer.Kind.OUTPUT, t.dtype(), t.shape());
    s.becomeOutput(out, t.shape());
    memory.place(s);
    buffers.add(s);
    steps.add(
        new Step(
            n, id, k -> npusim.compiler.kernels.MapKernel.copy(k, from, View.of(s, t.shape()))));
  }

  private View value(String name) {
    View v = values.get(name);
    if (v == null) {
      Tensor t = graph.initializer(name);
      if (t == null) {
        throw new IllegalStateException("value without a definition: " + name);
      }
      Storage s = new Storage(name, Buffer.Kind.WEIGHT, t.dtype(), t.dims());
      s.withData(t).placedBy(memory);
      buffers.add(s);
      v = View.of(s, t.dims());
      values.put(name, v);
    }
    return v;
  }

  private List<View> outputs(Node n) {
    List<View> views = new ArrayList<>();
    n.outputs().forEach(o -> views.add(o.isEmpty() ? null : values.get(o)));
    return views;
  }

  private KernelContext context(Node n, int id, List<View> outputs) {
    List<View> ins = new ArrayList<>();
    // A value inside a fused group has no memory.
    n.inputs()
        .forEach(
            i -> ins.add(values.containsKey(i) || graph.initializer(i) != null ? value(i) : null));
    return new KernelContext(graph, n, id, hw, options, chip, memory, launch, ins, outputs);
  }

  private Program assemble(String name, int graphNodes) {
    List<Program.Launch> cores = new ArrayList<>();
    for (CoreProgram c : chip.cores()) {
      Code code = c.finish(FIRST_PARAM_REGISTER + params.size(), hw.core().sequencer().loopDepth());
      cores.add(
          new Program.Launch(
              new CoreCode(code.instructions(), code.nodes(), Map.of()), new long[Word.REGISTERS]));
    }
    for (Storage s : buffers) {
      // An empty output is touched by no kernel.
      if (s.kind() == Buffer.Kind.OUTPUT) {
        s.start();
      }
    }
    List<Buffer> map = new ArrayList<>();
    List<ConstData> constants = new ArrayList<>();
    long weightBytes = 0;
    for (Storage s : memory.storages()) {
      map.add(s.buffer(0));
      Tensor t = s.data();
      if (t != null && t.hasData()) {
        constants.add(new ConstData(s.bufferName(), t::toBytes));
      }
      weightBytes += s.kind() == Buffer.Kind.WEIGHT ? s.bytes() : 0;
    }
    shared.forEach(
        (out, s) ->
            map.add(
                Buffer.of(out, Buffer.Kind.OUTPUT, 0, s.address(), s.bytes(), s.type(), s.dims())));
    long macs = infos.stream().mapToLong(NodeInfo::macs).sum();
    Coverage coverage =
        new Coverage(
            graphNodes,
            infos.size() - aliases,
            Math.max(0, graphNodes - infos.size()),
            aliases,
            macs,
            weightBytes);
    return new Program(
        name,
        hw.name(),
        hw.fingerprint(),
        cores.size(),
        cores,
        params,
        map,
        constants,
        infos,
        coverage,
        memory.bytes());
  }
}
