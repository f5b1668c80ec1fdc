package npusim.compiler.kernels;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import npusim.compiler.CompileOptions;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.ChipProgram;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Op;
import npusim.compiler.codegen.Peers;
import npusim.compiler.codegen.Reg;
import npusim.compiler.codegen.WindowIn;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.memory.MemoryMap;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.compiler.ops.Operators;
import npusim.compiler.tiling.MatmulTiles;
import npusim.compiler.tiling.Sharing;
import npusim.diag.Diagnostic;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.isa.AluFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;

/** A node on its way through a {@link Kernel}: its operands, the hardware, and where code goes. */
public final class KernelContext {
  /** Scalar register that one node at a time may use for a computed count. */
  private static final int SCRATCH_REGISTER = 1;

  /** Scalar register of a minimum that one node at a time computes. */
  private static final int MINIMUM_REGISTER = 2;

  /** Scalar register of an excess that one node at a time computes. */
  private static final int EXCESS_REGISTER = 3;

  /** First scalar register that nodes don't compute in. */
  public static final int FREE_REGISTER = 4;

  private final Graph graph;
  private final Node node;
  private final int id;
  private final Hardware hw;
  private final CompileOptions options;
  private final ChipProgram chip;
  private final MemoryMap memory;
  private final Map<String, Aff> launch;
  private final List<View> inputs;
  private final List<View> outputs;
  private Tail tail = Tail.NONE;
  private boolean kernel;
  private int launches;
  private Storage staging;

  /**
   * A node's context.
   *
   * @param launch values of inputs that are set at launch, by name
   * @param inputs by position, null where absent
   * @param outputs by position, null where absent; empty while views are resolved
   */
  public KernelContext(
      Graph graph,
      Node node,
      int id,
      Hardware hw,
      CompileOptions options,
      ChipProgram chip,
      MemoryMap memory,
      Map<String, Aff> launch,
      List<View> inputs,
      List<View> outputs) {
    this.graph = graph;
    this.node = node;
    this.id = id;
    this.hw = hw;
    this.options = options;
    this.chip = chip;
    this.memory = memory;
    this.launch = launch;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** Says that the model is this kernel alone. */
  public KernelContext ofKernel(boolean is) {
    kernel = is;
    return this;
  }

  /** Whether the model is this kernel alone, as libraries are measured. */
  boolean isByItself() {
    return kernel;
  }

  /** The node. */
  public Node node() {
    return node;
  }

  /** The graph around it. */
  public Graph graph() {
    return graph;
  }

  /** The chip. */
  public Hardware hw() {
    return hw;
  }

  /** Whether an operand lies in the chip's shared SRAM. */
  boolean near(View v) {
    long address = v.storage().address();
    return !v.storage().resident()
        && address >= 0
        && hw().sharedSram().filter(s -> address < s.bytes()).isPresent();
  }

  /** Bytes of shared SRAM in which a product's cores may pass tiles to one another. */
  long staging() {
    if (hw().core().dma().load().queues() < 2) {
      return 0;
    }
    return Math.max(memory.sharedFree(), staging == null ? 0 : staging.bytes());
  }

  /** A piece of shared SRAM, of at most {@link #staging()} bytes, for one kernel of this node. */
  Storage staging(long bytes) {
    if (staging == null || staging.bytes() < bytes) {
      staging = memory.temp(node.name() + "/tiles", DType.U8, bytes);
    }
    return staging;
  }

  /** Number of inputs, absent ones included. */
  public int inputCount() {
    return inputs.size();
  }

  /** Number of outputs, absent ones included. */
  public int outputCount() {
    return node.outputs().size();
  }

  /** Input {@code i}, or null when absent. */
  public View in(int i) {
    return i < inputs.size() ? inputs.get(i) : null;
  }

  /** Elementwise nodes that the kernel computes on the way out; its output is that of the last. */
  public Tail tail() {
    return tail;
  }

  /** Gives the kernel nodes to compute on the way out. */
  public KernelContext withTail(Tail t) {
    tail = t;
    return this;
  }

  /** Type of input {@code i} as the graph says. */
  public DType inType(int i) {
    return graph.tensorType(node.input(i)).dtype();
  }

  /** Output {@code i}, or null when absent. */
  public View out(int i) {
    return i < outputs.size() ? outputs.get(i) : null;
  }

  /** Type of output {@code i} as the graph says. */
  public DType outType(int i) {
    return graph.tensorType(node.output(i)).dtype();
  }

  /** Shape of output {@code i} as the graph says; data-dependent extents by their bound. */
  public long[] outShape(int i) {
    return graph.tensorType(node.output(i)).shape();
  }

  /** The constant value of input {@code i}, or null when it has none. */
  public Tensor constant(int i) {
    if (!node.hasInput(i)) {
      return null;
    }
    View v = in(i);
    Tensor t = v == null || v.storage().constant() ? graph.initializer(node.input(i)) : null;
    return t != null && t.hasData() ? t : null;
  }

  /**
   * Integers of constant input {@code i}.
   *
   * @throws NpusimException when the value isn't known at compile time
   */
  public long[] longs(int i, String what) {
    Tensor t = constant(i);
    if (t == null) {
      throw NpusimException.usage(
          "unbound-input",
          node.describe()
              + " needs the value of "
              + what
              + " ("
              + node.input(i)
              + ") at compile time",
          "give it with --bind " + node.input(i) + "=VALUE or as a constant");
    }
    return t.toLongs();
  }

  /**
   * The integer of scalar input {@code i}: a constant, or what the program is launched with.
   *
   * @throws NpusimException when it is neither
   */
  public Aff launch(int i) {
    Aff given = launch.get(node.input(i));
    return given != null ? given : Aff.of(longs(i, "a length")[0]);
  }

  /** Quotient rounded up; computed in a scalar register of this node when it isn't constant. */
  public Aff ceilDiv(Emitter e, Aff value, long by) {
    if (value.isConst()) {
      return Aff.of(Math.ceilDiv(value.value(), by));
    }
    return computed(e, "quotient", SCRATCH_REGISTER, value.plus(by - 1), AluFn.DIV, by);
  }

  /** The smaller of a value and a bound; in a scalar register when the value isn't constant. */
  public Aff atMost(Emitter e, Aff value, long bound) {
    return value.isConst()
        ? Aff.of(Math.min(value.value(), bound))
        : computed(e, "least", MINIMUM_REGISTER, value, AluFn.MIN, bound);
  }

  /** What a value exceeds a bound by, at least 0; in a register when it isn't constant. */
  public Aff beyond(Emitter e, Aff value, long bound) {
    return value.isConst()
        ? Aff.of(Math.max(value.value() - bound, 0))
        : computed(e, "beyond", EXCESS_REGISTER, value.plus(-bound), AluFn.MAX, 0);
  }

  private static Aff computed(
      Emitter e, String name, int register, Aff value, AluFn fn, long operand) {
    e.emit(
        new Op(Opcode.S_ALU, Lane.SEQ)
            .set(Field.FN, AluFn.ADD)
            .set(Field.RD, register)
            .set(Field.RA, 0)
            .set(Field.IMM, value));
    e.emit(
        new Op(Opcode.S_ALU, Lane.SEQ)
            .set(Field.FN, fn)
            .set(Field.RD, register)
            .set(Field.RA, register)
            .set(Field.IMM, operand));
    return Aff.of(new Reg(name, register));
  }

  /** The chips that run the program together. */
  Peers peers() {
    return chip.peers();
  }

  /** Cores that share the work. */
  public int cores() {
    return chip.cores().size();
  }

  /**
   * Whether rows of a product are better divided among cores with every core loading all weights
   * than the other way round: what is loaded more often is less than what needn't go to memory.
   *
   * @param out bytes of the result
   */
  boolean worthDividing(View in, long out, View weights) {
    long again = weights.type().bytesFor(weights.size()) * (cores() - 1);
    return again <= in.type().bytesFor(in.size()) + out;
  }

  /**
   * As above for weights that cores may load together: then every core is sent what others load of
   * them, while it multiplies or instead of what others compute of the result.
   *
   * @param macs multiply-accumulates of all cores
   */
  boolean worthDividingTogether(View in, long out, View weights, double macs) {
    if (!Sharing.pays(hw)) {
      return worthDividing(in, out, weights);
    }
    long sent = weights.type().bytesFor(weights.size());
    double sending = Sharing.received(sent, cores()) / hw.noc().bytesPerCycle();
    boolean taken = hw.core().matrix().supports(in.type());
    double each = taken ? hw.core().matrix().macsPerCycle(in.type()) : Double.POSITIVE_INFINITY;
    return sending <= macs / cores() / each || sent <= in.type().bytesFor(in.size()) + out;
  }

  /** Mask of the cores other than {@code part}. */
  public long otherCores(int part) {
    int n = cores();
    long all = n == 64 ? -1 : (1L << n) - 1;
    return n == 1 ? 0 : all & ~(1L << part);
  }

  /** Scratchpad bytes a kernel should take, so that the next one's loads can begin meanwhile. */
  public long spmBudget() {
    return chip.cores().getFirst().spmBytes() / 2;
  }

  /** As {@link #spmBudget}, for a product. */
  public long productBudget() {
    return room(chip.cores().getFirst().spmBytes());
  }

  /** All of it where kernels are programs of their own, of which the next waits for the end. */
  private long room(long bytes) {
    return hw().core().scratchpad().keepsTensors() ? bytes / 2 : bytes - bytes / 16;
  }

  /** As {@link #spmBudget} with what no tensor takes while the kernel runs. */
  public long ownSpmBudget() {
    return room(chip.scratchpadBytes());
  }

  /** Accumulator bytes a kernel should take. */
  public long accBudget() {
    return chip.cores().getFirst().accBytes();
  }

  /** A row-major tensor in DRAM for the length of this node. */
  public View temp(String what, DType type, long... dims) {
    Storage s = memory.temp(node.name() + "/" + what, type, dims);
    return View.of(s, dims);
  }

  /** The buffer that says how many elements of a bounded dimension are valid. */
  public View countBuffer(String dimension) {
    return View.of(memory.count(dimension), 1);
  }

  /** A constant made by the compiler. */
  public View constant(String what, Tensor t) {
    Storage s = memory.constant(node.name() + "/" + what, t);
    return View.of(s, t.dims());
  }

  /**
   * The padding's value as {@link WindowIn} takes it.
   *
   * @param tile largest extents of a tile of the input
   */
  View padding(View input, double value, long... tile) {
    long[] run = {WindowIn.run(input, tile)};
    return constant("padding", Tensor.generate(input.type(), run, i -> value));
  }

  /** What was found for an equal key in this compilation before, else what the search gives. */
  <T> T once(Object key, Supplier<T> search) {
    return chip.once(key, search);
  }

  /** Records a kernel on every core. */
  public void launch(ChipProgram.Body body) {
    launch(body, false);
  }

  /**
   * Records a kernel on every core.
   *
   * @param together whether cores write each other's scratchpads
   */
  public void launch(ChipProgram.Body body, boolean together) {
    List<View> filled = launches == 0 ? Surround.filled(outputs) : List.of();
    ChipProgram.Body all =
        filled.isEmpty()
            ? body
            : (e, part, parts) -> {
              filled.forEach(v -> Surround.fill(e, v, part, parts));
              body.emit(e, part, parts);
            };
    launches++;
    try {
      if (together) {
        chip.launchTogether(id, all);
      } else {
        chip.launch(id, all);
      }
    } catch (NpusimException x) {
      throw new NpusimException(
          x.exitCode(),
          x.diagnostics().stream()
              .map(
                  d ->
                      new Diagnostic(
                          d.severity(),
                          d.code(),
                          d.message().startsWith(node.describe())
                              ? d.message()
                              : node.describe() + " " + d.message(),
                          d.location(),
                          d.hint()))
              .toList());
    }
  }

  /** Kernels recorded so far for this node. */
  public int launches() {
    return launches;
  }

  /** Whether the matrix unit multiplies these types natively. */
  public boolean matrixRuns(DType a, DType w) {
    return matrixRuns(hw, a, w);
  }

  static boolean matrixRuns(Hardware hw, DType a, DType w) {
    boolean narrow = a.isFloat() ? a != DType.F64 : a.bits() < 32;
    return narrow && hw.core().matrix().supports(a) && hw.core().matrix().supports(w);
  }

  /**
   * The tile the user forces, or the one found.
   *
   * @param depth length of the sums
   * @param grain what tiles along them are multiples of; when it isn't 1 they divide the sums, too
   */
  public MatmulTiles forced(MatmulTiles found, long depth, int grain) {
    return options
        .tile()
        .map(
            t ->
                new MatmulTiles(
                    t.m(),
                    t.n(),
                    grain == 1 ? t.k() : divisor(depth, t.k(), grain),
                    found.nOuter(),
                    found.pb(),
                    found.pm(),
                    found.pn(),
                    found.aDim(),
                    found.wDim(),
                    found.aStaged(),
                    found.wStaged(),
                    found.slots(),
                    1))
        .orElse(found);
  }

  /** The smallest divisor that is a multiple of the grain and not below the one asked for. */
  private static long divisor(long depth, long asked, int grain) {
    long d = Math.ceilDiv(asked, (long) grain) * grain;
    while (d < depth && depth % d != 0) {
      d += grain;
    }
    return Math.min(d, depth);
  }

  /** Refuses the node because on-chip memory doesn't hold even its smallest tile. */
  public NpusimException tooSmall(String what) {
    return NpusimException.infeasible(
        "memory-size",
        node.describe()
            + " does not fit: its smallest tile needs more "
            + what
            + " than the chip has",
        "use a chip with more on-chip memory, or smaller tiles if --tile forces them");
  }

  /** Refuses the node by name. */
  public NpusimException unsupported(String why) {
    return Operators.refusal(
        node,
        why.isEmpty() ? "is not supported" : "is not supported: " + why,
        "npusim ops lists the supported operators and types");
  }
}
