package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;

/**
 * Code of one core as a sequence of kernels with the fences between them.
 *
 * <p>Semaphores 1 to 33 serve kernels' rings in turn; each ordered pair of lanes has one of 34 to
 * 63 for fences. Fences of a pair are signalled and waited for in the same order, so one counting
 * semaphore is enough.
 */
public final class CoreProgram {
  private static final int RING_SEMAPHORES = 33;
  private static final Lane[] FENCED = {Lane.LD0, Lane.LD1, Lane.ST, Lane.MAT, Lane.VEC, Lane.COM};

  private final int index;
  private final int loadQueues;
  private final WorkMemory spm;
  private final WorkMemory acc;
  private final HazardTracker hazards = new HazardTracker();
  private final List<Block> blocks = new ArrayList<>();
  private int ringSemaphore;

  /** A kernel with the fence halves around it. */
  private static final class Block {
    final List<Op> head = new ArrayList<>();
    final List<Item> items;
    final List<Op> tail = new ArrayList<>();
    final int node;

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
    ringSemaphore = ringSemaphore % RING_SEMAPHORES + 1;
    return ringSemaphore;
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
    blocks.add(b);
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
    for (Block b : blocks) {
      List<Item> all = new ArrayList<>();
      b.head.forEach(op -> all.add(new Item.Emit(op)));
      all.addAll(b.items);
      b.tail.forEach(op -> all.add(new Item.Emit(op)));
      new Lowering(all, code, b.node, firstRegister, loopDepth).run();
    }
    code.add(Instruction.builder(Opcode.HALT).build(), -1);
    return code;
  }
}
