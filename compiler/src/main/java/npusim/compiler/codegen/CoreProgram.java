package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.isa.AluFn;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;

/**
 * Code of one core as a sequence of kernels with the fences between them.
 *
 * <p>Semaphores 1 to 33 serve kernels' rings in turn; in kernels whose cores signal each other the
 * last four are for these signals. Each ordered pair of lanes has one of 34 to 63 for fences.
 * Fences of a pair are signalled and waited for in the same order, so one counting semaphore is
 * enough.
 */
public final class CoreProgram {
  private static final int RING_SEMAPHORES = 33;
  private static final int REMOTE_SEMAPHORES = 4;
  private static final int FIRST_REMOTE = 1 + RING_SEMAPHORES - REMOTE_SEMAPHORES;
  private static final Lane[] FENCED = {Lane.LD0, Lane.LD1, Lane.ST, Lane.MAT, Lane.VEC, Lane.COM};

  private final int index;
  private final int loadQueues;
  private final WorkMemory spm;
  private final WorkMemory acc;
  private final HazardTracker hazards = new HazardTracker();
  private final List<Block> blocks = new ArrayList<>();
  private final List<Repeat> repeats = new ArrayList<>();
  private Repeat open;
  private int ringSemaphore;
  private boolean together;

  /** Blocks that run several times, with registers that advance from run to run. */
  private static final class Repeat {
    final int from;
    final long count;
    final Map<Reg, Long> steps;
    int to;

    Repeat(int from, long count, Map<Reg, Long> steps) {
      this.from = from;
      this.count = count;
      this.steps = steps;
    }
  }

  /** A kernel with the fence halves around it. */
  private static final class Block {
    final List<Op> head = new ArrayList<>();
    final List<Item> items;
    final List<Op> tail = new ArrayList<>();
    final int node;
    List<HazardTracker.Access> accesses = List.of();

    Block(List<Item> items, int node) {
      this.items = items;
      this.node = node;
    }
  }

  /**
   * An empty program.
   *
   * @param index number of the core within its chip
   * @param loadQueues load queues of the core
   */
  public CoreProgram(int index, int loadQueues, WorkMemory spm, WorkMemory acc) {
    this.index = index;
    this.loadQueues = loadQueues;
    this.spm = spm;
    this.acc = acc;
  }

  /** Number of the core within its chip. */
  public int index() {
    return index;
  }

  /** Scratchpad bytes that kernels share. */
  public long spmBytes() {
    return spm.bytes();
  }

  /** Accumulator bytes that kernels share. */
  public long accBytes() {
    return acc.bytes();
  }

  int loadQueues() {
    return loadQueues;
  }

  WorkMemory spm() {
    return spm;
  }

  WorkMemory acc() {
    return acc;
  }

  int nextSemaphore() {
    int last = together ? FIRST_REMOTE - 1 : RING_SEMAPHORES;
    ringSemaphore = ringSemaphore >= last ? 1 : ringSemaphore + 1;
    return ringSemaphore;
  }

  /** One of the semaphores for signals from other cores. */
  static int remoteSemaphore(int number) {
    if (number >= REMOTE_SEMAPHORES) {
      throw new IllegalArgumentException("remote semaphore " + number);
    }
    return FIRST_REMOTE + number;
  }

  /** Whether a semaphore is one that other cores may signal. */
  static boolean isRemote(int semaphore) {
    return semaphore >= FIRST_REMOTE;
  }

  /** All semaphores that other cores may signal, as memory. */
  static Area remoteSemaphores() {
    return Area.local(Space.SEM, FIRST_REMOTE, REMOTE_SEMAPHORES);
  }

  /** The next kernel works on its own. */
  void alone() {
    together = false;
  }

  /**
   * The next kernel's cores signal each other: it takes memory and semaphores from where another
   * core's would.
   */
  void together(CoreProgram other) {
    spm.align(other.spm);
    acc.align(other.acc);
    ringSemaphore = other.ringSemaphore;
    together = true;
  }

  /** Starts recording a kernel. */
  public Emitter begin() {
    return new Emitter(this);
  }

  /**
   * Appends a recorded kernel behind the fences it needs.
   *
   * @param node number of the graph node it belongs to, -1 for none
   */
  public void append(Emitter e, int node) {
    e.close();
    if (e.items().isEmpty()) {
      return;
    }
    Block b = new Block(e.items(), node);
    List<HazardTracker.Access> accesses = accesses(e);
    for (HazardTracker.Fence f : hazards.fences(accesses)) {
      int sem = fenceSemaphore(f.from(), f.to());
      Op signal = nop(f.from());
      signal.addSignal(sem, 1);
      blocks.get(f.epoch()).tail.add(signal);
      Op wait = nop(f.to());
      wait.addWait(sem, 1);
      b.head.add(wait);
    }
    hazards.commit(accesses);
    b.accesses = accesses;
    blocks.add(b);
  }

  /**
   * What is appended from here to {@link #endRepeat} runs {@code count} times. Everything before is
   * complete when the first run begins.
   *
   * @param steps registers that are 0 in the first run, and what each gains from run to run
   */
  void beginRepeat(long count, Map<Reg, Long> steps) {
    if (open != null) {
      throw new IllegalStateException("repeats don't nest");
    }
    rendezvous(lanes(), lanes());
    open = new Repeat(blocks.size(), count, new LinkedHashMap<>(steps));
  }

  /**
   * Ends a repeat. A run's lanes begin when the one before is complete, but for the weight lane,
   * which may go ahead as soon as the memory it fills first is free.
   *
   * @param weightsAhead whether it goes ahead
   */
  void endRepeat(boolean weightsAhead) {
    Repeat r = open;
    open = null;
    List<Lane> ahead = loadQueues > 1 && weightsAhead ? List.of(Lane.LD1) : List.of();
    List<Lane> others = new ArrayList<>(lanes());
    others.removeAll(ahead);
    Block entry = blocks.get(r.from - 1);
    Block exit = new Block(new ArrayList<>(), -1);
    for (Lane to : ahead) {
      for (Lane from : others) {
        carry(r, from, to, entry, exit);
      }
    }
    rendezvous(lanes(), others);
    r.to = blocks.size();
    repeats.add(r);
    add(exit);
    rendezvous(lanes(), lanes());
  }

  /**
   * What is appended from here on begins when all lanes have come here and {@code start} is done.
   *
   * @param node number of the graph node that begins, -1 for none
   */
  void startKernel(Op start, int node) {
    Block b = new Block(new ArrayList<>(), node);
    List<Lane> others = new ArrayList<>(lanes());
    others.remove(start.lane());
    others.forEach(lane -> link(b, lane, start.lane()));
    b.head.add(start);
    others.forEach(lane -> link(b, start.lane(), lane));
    add(b);
    hazards.settle();
  }

  /** Lanes this core has. */
  private List<Lane> lanes() {
    return Arrays.stream(FENCED).filter(l -> l != Lane.LD1 || loadQueues > 1).toList();
  }

  private void add(Block b) {
    blocks.add(b);
    hazards.commit(List.of());
  }

  /** Once all of {@code from} have come here, all of {@code to} go on. */
  private void rendezvous(List<Lane> from, List<Lane> to) {
    Block b = new Block(new ArrayList<>(), -1);
    for (Lane f : from) {
      if (f != Lane.VEC) {
        link(b, f, Lane.VEC);
      }
    }
    for (Lane t : to) {
      if (t != Lane.VEC) {
        link(b, Lane.VEC, t);
      }
    }
    add(b);
    if (to.size() == lanes().size()) {
      hazards.settle();
    }
  }

  private static void link(Block b, Lane from, Lane to) {
    int sem = fenceSemaphore(from, to);
    Op signal = nop(from);
    signal.addSignal(sem, 1);
    Op wait = nop(to);
    wait.addWait(sem, 1);
    b.head.add(signal);
    b.head.add(wait);
  }

  /**
   * Order from one run's {@code from} to the next run's {@code to}, where their memory conflicts:
   * one signal per run behind the last one of this pair, one wait before the first. The first run's
   * wait is for a signal before the repeat, and a wait behind it takes the last run's signal.
   */
  private void carry(Repeat r, Lane from, Lane to, Block entry, Block exit) {
    int sem = fenceSemaphore(from, to);
    int signalAt = -1;
    int waitAt = -1;
    for (int i = r.from; i < blocks.size(); i++) {
      Block b = blocks.get(i);
      if (waitAt < 0 && b.accesses.stream().anyMatch(a -> a.lane() == to)) {
        waitAt = i;
      }
      boolean fenced = b.head.stream().anyMatch(op -> op.waitsFor(sem));
      for (int j = r.from; j < blocks.size(); j++) {
        Block before = blocks.get(j);
        if (b.accesses.stream().anyMatch(a -> conflicts(a, to, before, from))) {
          signalAt = Math.max(signalAt, j);
        }
      }
      if (fenced) {
        waitAt = waitAt < 0 ? i : waitAt;
        break;
      }
    }
    if (signalAt < 0) {
      return;
    }
    for (int j = signalAt; j < blocks.size(); j++) {
      if (blocks.get(j).tail.stream().anyMatch(op -> op.signals(sem))) {
        signalAt = j;
      }
    }
    Op signal = nop(from);
    signal.addSignal(sem, 1);
    blocks.get(signalAt).tail.add(signal);
    Op first = nop(from);
    first.addSignal(sem, 1);
    entry.tail.add(first);
    Op wait = nop(to);
    wait.addWait(sem, 1);
    blocks.get(waitAt).head.addFirst(wait);
    Op last = nop(to);
    last.addWait(sem, 1);
    exit.head.add(last);
  }

  private static boolean conflicts(HazardTracker.Access a, Lane to, Block b, Lane from) {
    return a.lane() == to
        && b.accesses.stream()
            .anyMatch(
                o -> o.lane() == from && (o.write() || a.write()) && o.area().overlaps(a.area()));
  }

  private static List<HazardTracker.Access> accesses(Emitter e) {
    Set<HazardTracker.Access> all = new LinkedHashSet<>();
    for (Op op : e.ops()) {
      for (Area a : op.reads()) {
        if (!a.readOnly()) {
          all.add(new HazardTracker.Access(op.lane(), a, false));
        }
      }
      for (Area a : op.writes()) {
        all.add(new HazardTracker.Access(op.lane(), a, true));
      }
    }
    for (Map.Entry<Integer, List<Lane>> s : e.semaphoreUsers().entrySet()) {
      Area a = Area.local(Space.SEM, s.getKey(), 1);
      s.getValue().forEach(lane -> all.add(new HazardTracker.Access(lane, a, true)));
    }
    return new ArrayList<>(all);
  }

  private static Op nop(Lane lane) {
    return new Op(Opcode.NOP, lane).set(Field.UNIT, lane.unit()).set(Field.Q, lane.queue());
  }

  private static int fenceSemaphore(Lane from, Lane to) {
    int f = fenced(from);
    int t = fenced(to);
    return RING_SEMAPHORES + 1 + f * (FENCED.length - 1) + (t > f ? t - 1 : t);
  }

  private static int fenced(Lane lane) {
    for (int i = 0; i < FENCED.length; i++) {
      if (FENCED[i] == lane) {
        return i;
      }
    }
    throw new IllegalStateException("no fences for " + lane);
  }

  /**
   * Lowers everything and ends it with {@code halt}.
   *
   * @param firstRegister first scalar register free for loops
   * @param loopDepth hardware loops that may be nested
   */
  public Code finish(int firstRegister, int loopDepth) {
    Code code = new Code();
    int next = 0;
    for (Repeat r : repeats) {
      lower(next, r.from, code, firstRegister, loopDepth);
      for (Reg reg : r.steps.keySet()) {
        code.add(
            Instruction.builder(Opcode.S_LI).set(Field.RD, reg.number()).set(Field.IMM, 0).build(),
            -1);
      }
      code.add(Instruction.builder(Opcode.LOOP).set(Field.COUNT, r.count, 0).build(), -1);
      lower(r.from, r.to, code, firstRegister, loopDepth - 1);
      r.steps.forEach((reg, step) -> code.add(advance(reg, step), -1));
      code.add(Instruction.builder(Opcode.ENDLOOP).build(), -1);
      next = r.to;
    }
    lower(next, blocks.size(), code, firstRegister, loopDepth);
    code.add(Instruction.builder(Opcode.HALT).build(), -1);
    return code;
  }

  private static Instruction advance(Reg reg, long step) {
    return Instruction.builder(Opcode.S_ALU)
        .set(Field.FN, AluFn.ADD)
        .set(Field.RD, reg.number())
        .set(Field.RA, reg.number())
        .set(Field.IMM, step, 0)
        .build();
  }

  private void lower(int from, int to, Code code, int firstRegister, int loopDepth) {
    for (Block b : blocks.subList(from, to)) {
      List<Item> all = new ArrayList<>();
      b.head.forEach(op -> all.add(new Item.Emit(op)));
      all.addAll(b.items);
      b.tail.forEach(op -> all.add(new Item.Emit(op)));
      new Lowering(all, code, b.node, firstRegister, loopDepth).run();
    }
  }
}
