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
import npusim.compiler.codegen.PackedAddressException;
import npusim.compiler.codegen.Peers;
import npusim.compiler.codegen.Reg;
import npusim.compiler.codegen.Space;
import npusim.compiler.codegen.WorkMemory;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.compiler.kernels.CollectiveOp;
import npusim.compiler.kernels.FusionPlan;
import npusim.compiler.kernels.Kernel;
import npusim.compiler.kernels.KernelContext;
import npusim.compiler.kernels.KernelRegistry;
import npusim.compiler.kernels.MapKernel;
import npusim.compiler.kernels.Tail;
import npusim.compiler.memory.MemoryMap;
import npusim.compiler.memory.Residency;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.compiler.passes.DepthFirst;
import npusim.compiler.roll.RepeatNode;
import npusim.hardware.Hardware;
import npusim.program.Buffer;
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
  private static final int FIRST_PARAM_REGISTER = KernelContext.FREE_REGISTER;

  private static final int MOST_TRIES = 3;

  private final Graph graph;
  private final Hardware hw;
  private final CompileOptions options;
  private final MemoryMap memory;
  private final ChipProgram chip;
  private final Values values;
  private final List<Storage> buffers;
  private final ModelNotes notes;
  private final Map<String, Aff> launch;
  private final List<Param> params;
  private final Map<String, Storage> shared;
  private final List<Runnable> steps;
  private final List<NodeInfo> infos;
  private final Residency residency;
  private final Touched touched;
  private final OriginCount origins;
  private int aliases;
  private int repeatedNodes;
  private int repeatedAliases;
  private long repeatedMacs;

  /** The body of a repeated layer: same chip and memory, values of its own. */
  private GraphLowering(GraphLowering around, Graph body) {
    this.graph = body;
    this.notes = around.notes;
    this.hw = around.hw;
    this.options = around.options;
    this.memory = around.memory;
    this.chip = around.chip;
    this.launch = around.launch;
    this.params = around.params;
    this.shared = around.shared;
    this.buffers = around.buffers;
    this.steps = around.steps;
    this.infos = around.infos;
    this.residency = around.residency;
    this.values = around.values.inside(body);
    this.touched = around.touched;
    this.origins = around.origins;
  }

  private GraphLowering(
      Graph graph, ModelNotes notes, Hardware hw, CompileOptions options, ImageRoom room) {
    this.graph = graph;
    this.notes = notes;
    this.hw = hw;
    this.options = options;
    this.memory = new MemoryMap(hw.dramBase(), hw.dram().capacityBytes());
    this.chip = chip();
    this.launch = new LinkedHashMap<>();
    this.params = new ArrayList<>();
    this.shared = new LinkedHashMap<>();
    this.buffers = new ArrayList<>();
    this.steps = new ArrayList<>();
    this.infos = new ArrayList<>();
    this.residency = new Residency(hw, chip.cores().size());
    this.values = new Values(graph, hw, memory, buffers, room);
    this.touched = new Touched(residency, chip.cores().size());
    this.origins = new OriginCount();
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
    boolean keeps =
        hw.core().scratchpad().keepsTensors()
            && !options.flags().contains(CompileOptions.NO_RESIDENT);
    ImageRoom room = new ImageRoom(keeps);
    graph.nameNodes();
    for (int tries = 0; ; tries++) {
      GraphLowering l = new GraphLowering(graph, notes, hw, options, room);
      l.resolve(keeps);
      if (!room.wasted()) {
        return l.program(name, graphNodes);
      }
      if (tries == MOST_TRIES) {
        room.stop();
      }
    }
  }

  private ChipProgram chip() {
    List<CoreProgram> cores = new ArrayList<>();
    for (int c = 0; c < hw.chip().cores(); c++) {
      cores.add(
          new CoreProgram(
              c,
              hw.core().dma().load().queues(),
              new WorkMemory(Space.SPM, 0, hw.core().scratchpad().bytes()),
              new WorkMemory(Space.ACC, 0, hw.core().accumulator().bytes())));
    }
    return new ChipProgram(cores, hw.core().sequencer().kernelCycles() > 0);
  }

  private Program program(String name, int graphNodes) {
    chip.runWith(new Peers(CollectiveOp.chips(graph, hw), registerOfRuns() + 1));
    for (int i = 0; i < steps.size(); i++) {
      chip.resident(residency.live(i));
      memory.forgetTemps(residency.shared(i));
      steps.get(i).run();
    }
    return assemble(name, graphNodes);
  }

  private void resolve(boolean keeps) {
    declareParams();
    for (String in : graph.inputs()) {
      if (launch.containsKey(in) || graph.consumers(in).stream().anyMatch(n -> ownInput(n, in))) {
        continue;
      }
      TensorType t = graph.tensorType(in);
      Buffer.Kind kind = notes.states().containsValue(in) ? Buffer.Kind.STATE : Buffer.Kind.INPUT;
      boolean own = kind == Buffer.Kind.INPUT && graph.initializer(in) == null;
      View v =
          own
              ? Layouts.argument(graph, in, hw).argument(in, kind, t)
              : View.of(new Storage(in, kind, t.dtype(), t.shape()), t.shape());
      Storage s = v.storage().withData(graph.initializer(in));
      memory.place(s);
      buffers.add(s);
      values.put(in, v);
    }
    nodes();
    for (String out : graph.outputs()) {
      if (!values.isOutput(out) && !shared.containsKey(out)) {
        copyOut(out);
      }
    }
    if (keeps) {
      chip.reserveScratchpad(residency.place());
      chip.divide(residency.divided());
    }
    if (!options.flags().contains(CompileOptions.NO_RESIDENT)) {
      residency.share(memory);
    }
  }

  /** True for a value that one run of a repeated layer has of its own. */
  private static boolean ownInput(Node n, String value) {
    if (!RepeatNode.is(n)) {
      return false;
    }
    RepeatNode r = RepeatNode.of(n);
    return n.inputs().indexOf(value) >= r.chain() + r.shared();
  }

  private void nodes() {
    FusionPlan fusion = FusionPlan.of(graph);
    graph.nodes().stream().filter(DepthFirst::inPlace).forEach(this::places);
    for (Node n : graph.nodes()) {
      if (RepeatNode.is(n)) {
        repeat(RepeatNode.of(n));
        continue;
      }
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
      if (DepthFirst.inPlace(n) || views != null && values.bind(n, views)) {
        aliases++;
        origins.alias(n);
        infos.add(WorkCount.info(graph, n, id, "alias"));
        continue;
      }
      origins.mapped(n);
      List<View> changed = kernel.inPlace(k);
      if (changed != null) {
        take(n, changed);
        infos.add(WorkCount.info(graph, n, id, ""));
        touched.by(steps.size(), kernel, k, values.outputs(n));
        steps.add(() -> emit(kernel, context(n, id, values.outputs(n))));
        continue;
      }
      for (String out : n.outputs()) {
        if (!out.isEmpty()) {
          values.define(out);
        }
      }
      infos.add(WorkCount.info(graph, n, id, ""));
      touched.by(steps.size(), kernel, k, values.outputs(n));
      steps.add(() -> emit(kernel, context(n, id, values.outputs(n))));
    }
  }

  /** Has the inputs of a Concat of images computed where they lie in its result. */
  private void places(Node concat) {
    values.define(concat.output(0));
    long from = 0;
    for (String in : concat.inputs()) {
      long images = graph.tensorType(in).shape()[0];
      values.give(in, values.get(concat.output(0)).slice(0, from, images, 1));
      from += images;
    }
  }

  private static void emit(Kernel kernel, KernelContext k) {
    try {
      kernel.emit(k);
    } catch (PackedAddressException e) {
      throw k.unsupported(e.getMessage());
    }
  }

  /**
   * A layer that runs several times: its body is lowered once. What each run has of its own lies in
   * memory run by run at equal distances and is addressed relative to a register.
   */
  private void repeat(RepeatNode r) {
    RepeatStorage places = new RepeatStorage(r, graph, notes, memory, hw);
    buffers.addAll(places.storages());
    places.values().forEach(values::put);
    shared.putAll(places.sharedOutputs());
    GraphLowering inner = new GraphLowering(this, r.body());
    List<String> in = r.body().inputs();
    List<View> handed = new ArrayList<>();
    for (int c = 0; c < r.chain(); c++) {
      View first = values.of(r.node().input(c));
      String made = r.body().outputs().get(c);
      Layouts layout = Layouts.made(r.body(), made, hw);
      Storage x =
          layout
              .storage(in.get(c) + "/handed", Buffer.Kind.ACTIVATION, r.body().tensorType(made))
              .placedBy(memory);
      View carried = layout.view(x);
      buffers.add(x);
      copy(in.get(c) + "/first", first, carried);
      inner.values.put(in.get(c), carried);
      if (places.replacesItself(c)) {
        inner.values.give(made, carried);
      }
      values.put(r.node().output(c), carried);
      handed.add(carried);
    }
    for (int i = r.chain(); i < r.chain() + r.shared(); i++) {
      if (!launch.containsKey(in.get(i))) {
        inner.values.put(in.get(i), values.of(in.get(i)));
      }
    }
    Reg register = new Reg("run", registerOfRuns());
    places.varying(register).forEach(inner.values::put);
    places.yielded(register).forEach(inner.values::give);
    int begin = steps.size();
    steps.add(() -> chip.beginRepeat(r.count(), Map.of(register, places.distance())));
    int from = infos.size();
    inner.nodes();
    for (int c = 0; c < r.chain(); c++) {
      if (!places.replacesItself(c)) {
        View made = inner.values.of(r.body().outputs().get(c));
        inner.copy(in.get(c) + "/next", made, handed.get(c));
      }
    }
    residency.repeat(begin, steps.size());
    steps.add(chip::endRepeat);
    infos.subList(from, infos.size()).replaceAll(i -> i.withRuns(r.count()));
    for (NodeInfo info : infos.subList(from, infos.size())) {
      repeatedMacs += info.macs() * (r.count() - 1);
      repeatedNodes += r.count() - 1;
    }
    repeatedAliases += inner.aliases * (r.count() - 1);
    aliases += inner.aliases;
  }

  /** Runs advance one register; repeats use it one after the other. */
  private int registerOfRuns() {
    return FIRST_PARAM_REGISTER + notes.launch().size();
  }

  private void copy(String name, View from, View to) {
    Node n = Node.of("Identity", 1, List.of(name), name);
    n.setName(name);
    int id = infos.size();
    infos.add(new NodeInfo(id, name, "Identity", "", 0, 0, "", 1, 0));
    residency.step(steps.size(), true, -1, from, 1);
    residency.step(steps.size(), true, -1, to, 0);
    steps.add(() -> MapKernel.copy(context(n, id, List.of(to)), from, to));
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
    if (n == group.head()) {
      origins.mapped(n);
    } else {
      origins.fused(n);
    }
    if (n != group.last()) {
      infos.add(WorkCount.info(graph, n, id, "fused"));
      return;
    }
    values.define(n.output(0));
    infos.add(WorkCount.group(graph, group.head(), n, id));
    Kernel head = KernelRegistry.of(group.head());
    KernelContext first = context(group.head(), id, List.of());
    touched.by(steps.size(), head, first, values.outputs(n));
    group
        .members()
        .forEach(m -> touched.byMember(steps.size(), head, first, context(m, id, List.of())));
    steps.add(
        () -> {
          List<KernelContext> members = new ArrayList<>();
          group.members().forEach(m -> members.add(context(m, id, List.of())));
          KernelContext k = context(group.head(), id, values.outputs(group.last()));
          k.withTail(new Tail(group.head().output(0), members));
          head.emit(k);
        });
  }

  /** A graph output that is an input or a constant itself. */
  private void copyOut(String out) {
    Node n = Node.of("Identity", 1, List.of(out), out);
    n.setName(out + "/copy");
    View from = values.of(out);
    int id = infos.size();
    infos.add(new NodeInfo(id, n.name(), "Identity", "", 0, 0, "", 1, 0));
    TensorType t = graph.tensorType(out);
    Storage s = new Storage(out + "/out", Buffer.Kind.OUTPUT, t.dtype(), t.shape());
    s.becomeOutput(out, t.shape());
    memory.place(s);
    buffers.add(s);
    residency.step(steps.size(), true, -1, from, 1);
    steps.add(() -> MapKernel.copy(context(n, id, List.of()), from, View.of(s, t.shape())));
  }

  private KernelContext context(Node n, int id, List<View> outputs) {
    return new KernelContext(
            graph, n, id, hw, options, chip, memory, launch, values.inputs(n), outputs)
        .ofKernel(notes.kernel());
  }

  private Program assemble(String name, int graphNodes) {
    List<CoreCode> code = new ArrayList<>();
    int free = registerOfRuns() + 1 + chip.peers().registers();
    for (CoreProgram c : chip.cores()) {
      Code done = c.finish(free, hw.core().sequencer().loopDepth());
      code.add(new CoreCode(done.instructions(), done.nodes(), Map.of()));
    }
    for (Storage s : buffers) {
      // An empty output is touched by no kernel.
      if (s.kind() == Buffer.Kind.OUTPUT) {
        s.start();
      }
    }
    int chips = chip.peers().chips();
    MemoryImage image = MemoryImage.of(memory, shared);
    long macs = repeatedMacs + infos.stream().mapToLong(NodeInfo::macs).sum();
    int nodes = infos.size() + repeatedNodes;
    origins.settle();
    Coverage coverage =
        new Coverage(
            graphNodes,
            origins.mapped(),
            origins.fused(),
            graphNodes - origins.mapped() - origins.fused() - origins.alias(),
            origins.alias(),
            nodes - aliases - repeatedAliases,
            macs * chips,
            image.weightBytes() * chips);
    List<NodeInfo> nodeInfos =
        infos.stream()
            .map(i -> i.withScratchpad(chip.scratchpadBytes(i.id())).onChips(chips))
            .toList();
    var system = new ChipsTogether(chip.peers());
    return new Program(
        name,
        hw.name(),
        hw.fingerprint(),
        code.size(),
        system.launches(code),
        params,
        system.buffers(image.buffers()),
        system.constants(image.constants()),
        nodeInfos,
        coverage,
        memory.bytes());
  }
}
