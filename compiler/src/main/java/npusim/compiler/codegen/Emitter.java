package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Opcode;

/**
 * Records the code of one kernel on one core: instructions, loops, rings and the semaphores between
 * lanes. Waits are attached to the lane's next instruction and signals to its last one where that
 * is possible within the same loop body; otherwise a {@code nop} carries them.
 */
public final class Emitter {
  private final CoreProgram core;
  private final List<Item> root = new ArrayList<>();
  private List<Item> block = root;
  private final Map<Lane, List<int[]>> pending = new EnumMap<>(Lane.class);
  private final Map<Lane, Op> last = new EnumMap<>(Lane.class);
  private final List<Ring> rings = new ArrayList<>();
  private final List<SharedRing> shared = new ArrayList<>();
  private final List<StagedRing> staged = new ArrayList<>();
  private final List<Op> ops = new ArrayList<>();
  private final Map<Integer, List<Lane>> semaphoreUsers = new LinkedHashMap<>();
  private Handover handover;
  private final WorkMemory.Session spm;
  private final WorkMemory.Session acc;

  Emitter(CoreProgram core) {
    this.core = core;
    this.spm = core.spm().open();
    this.acc = core.acc().open();
  }

  /** Number of the core within its chip. */
  public int coreIndex() {
    return core.index();
  }

  /** The lane weights are loaded on. */
  public Lane weightLane() {
    return core.loadQueues() > 1 ? Lane.LD1 : Lane.LD0;
  }

  /** Says before the first of them how many bytes of {@link #scratch} this kernel takes. */
  public void expectScratch(long bytes) {
    spm.expect(bytes);
  }

  /** A piece of scratchpad for the length of this kernel, aligned to 64 bytes. */
  public Area scratch(long bytes) {
    return spm.take(bytes);
  }

  /** A tensor in a piece of scratchpad of its own, with strides in elements. */
  public Loc tensor(DType type, long elements, long... strides) {
    Area a = scratch(type.bytesFor(elements));
    return new Loc(a, Aff.of(a.lo()), strides, type);
  }

  /** A piece of accumulator memory for the length of this kernel. */
  public Area accumulators(long bytes) {
    return acc.take(bytes);
  }

  /** A ring of 4-byte sums in accumulators, from the matrix unit to the vector unit. */
  public Ring sums(String name, int slots, long elements) {
    Area area = accumulators(slots * WorkMemory.aligned(4 * elements));
    return ring(name, area, slots, Lane.MAT, Lane.VEC);
  }

  /**
   * A ring of {@code slots} slots.
   *
   * @param area its memory, {@code slots} equal parts
   */
  public Ring ring(String name, Area area, int slots, Lane producer, Lane... consumers) {
    long slotBytes = area.bytes() / slots;
    int[] full = new int[consumers.length];
    int[] free = new int[consumers.length];
    for (int i = 0; i < consumers.length; i++) {
      full[i] = semaphore(producer, consumers[i]);
      free[i] = semaphore(producer, consumers[i]);
    }
    Ring r =
        new Ring(
            this,
            area,
            new Cursor(name, slots, slotBytes),
            producer,
            consumers.clone(),
            full,
            free);
    rings.add(r);
    r.open();
    return r;
  }

  /**
   * A ring that a group of cores fills together. All of them take the same memory and semaphores in
   * the same order ({@link ChipProgram#launchTogether}).
   *
   * @param area its memory, {@code slots} equal parts
   */
  SharedRing sharedRing(
      String name, Area area, int slots, Share share, Lane loader, Lane consumer) {
    Cursor cursor = new Cursor(name, slots, area.bytes() / slots);
    SharedRing r = new SharedRing(this, area, cursor, share, loader, consumer);
    shared.add(r);
    r.open();
    return r;
  }

  /**
   * A ring of tiles that a group of cores passes through shared SRAM.
   *
   * @param parts memory of {@link Staging#PARTS} parts of tiles
   * @param tiles memory of {@code slots} tiles
   */
  StagedRing stagedRing(
      String name, Staging staging, Area parts, Area tiles, int slots, Lane loader, Lane consumer) {
    StagedRing r = new StagedRing(this, name, staging, parts, tiles, slots, loader, consumer);
    staged.add(r);
    r.open();
    return r;
  }

  /**
   * A semaphore that the communication units of other cores signal, the same in all cores.
   *
   * @param users lanes that wait for it
   */
  int remoteSemaphore(int number, Lane... users) {
    int s = CoreProgram.remoteSemaphore(number);
    if (semaphoreUsers.put(s, List.of(users)) != null) {
      throw new IllegalStateException("remote semaphore " + number + " serves two rings");
    }
    return s;
  }

  /** Whether the kernel uses semaphores that other cores may signal, in whatever way. */
  boolean usesRemoteSemaphores() {
    return semaphoreUsers.keySet().stream().anyMatch(CoreProgram::isRemote);
  }

  /** A semaphore used by these lanes within this kernel; 0 before and after. */
  public int semaphore(Lane... users) {
    int s = core.nextSemaphore();
    if (semaphoreUsers.put(s, List.of(users)) != null) {
      throw new IllegalStateException("a kernel needs more semaphores than there are for rings");
    }
    return s;
  }

  /** Semaphores by which the vector unit hands something to the communication unit and back. */
  record Handover(int given, int back) {}

  /** The kernel's own. */
  Handover handover() {
    if (handover == null) {
      handover = new Handover(semaphore(Lane.VEC, Lane.COM), semaphore(Lane.COM, Lane.VEC));
    }
    return handover;
  }

  /** Records an instruction. */
  public Op emit(Op op) {
    List<int[]> waits = pending.remove(op.lane());
    if (waits != null) {
      for (int i = 0; i < waits.size() - 3; i++) {
        nop(op.lane()).addWait(waits.get(i)[0], waits.get(i)[1]);
      }
      for (int i = Math.max(0, waits.size() - 3); i < waits.size(); i++) {
        op.addWait(waits.get(i)[0], waits.get(i)[1]);
      }
    }
    add(op);
    return op;
  }

  /** The lane's next instruction waits for the semaphore. */
  public void await(Lane lane, int sem, int count) {
    pending.computeIfAbsent(lane, k -> new ArrayList<>(3)).add(new int[] {sem, count});
  }

  /** The semaphore is signalled once everything so far on the lane is complete. */
  public void signal(Lane lane, int sem, int count) {
    Op op = last.get(lane);
    if (pending.containsKey(lane) || op == null || !op.addSignal(sem, count)) {
      signalNop(lane, sem, count);
    }
  }

  void signalNop(Lane lane, int sem, int count) {
    Op op = new Op(Opcode.NOP, lane).set(Field.UNIT, lane.unit()).set(Field.Q, lane.queue());
    op.addSignal(sem, count);
    emit(op);
  }

  /** Where the code recorded so far ends, for {@link #since}. */
  public int mark() {
    return block.size();
  }

  /** The only instruction recorded since a mark, or null when there are several or loops. */
  public Op since(int mark) {
    return block.size() == mark + 1 && block.getLast() instanceof Item.Emit(Op op) ? op : null;
  }

  void step(Cursor c) {
    if (c.slots() > 1) {
      block.add(new Item.Step(c));
    }
  }

  /**
   * A loop. With one iteration the body is emitted in place.
   *
   * @param body receives the index
   */
  public void loop(String name, long count, Consumer<Aff> body) {
    if (count == 1) {
      body.accept(Aff.ZERO);
    } else if (count > 1) {
      loop(new Var(name, Aff.of(count)), body);
    }
  }

  /** A loop over a given index. */
  public void loop(Var v, Consumer<Aff> body) {
    flush();
    List<Item> outer = block;
    block = new ArrayList<>();
    last.clear();
    body.accept(Aff.of(v));
    flush();
    last.clear();
    outer.add(new Item.Loop(v, block));
    block = outer;
  }

  /** Ends the kernel: every ring comes to rest. */
  void close() {
    rings.forEach(Ring::drain);
    shared.forEach(SharedRing::drain);
    staged.forEach(StagedRing::drain);
    flush();
  }

  private void flush() {
    for (Lane lane : Lane.values()) {
      if (pending.containsKey(lane)) {
        emit(new Op(Opcode.NOP, lane).set(Field.UNIT, lane.unit()).set(Field.Q, lane.queue()));
      }
    }
  }

  private Op nop(Lane lane) {
    Op op = new Op(Opcode.NOP, lane).set(Field.UNIT, lane.unit()).set(Field.Q, lane.queue());
    add(op);
    return op;
  }

  private void add(Op op) {
    block.add(new Item.Emit(op));
    ops.add(op);
    last.put(op.lane(), op);
  }

  List<Item> items() {
    return root;
  }

  List<Op> ops() {
    return ops;
  }

  Map<Integer, List<Lane>> semaphoreUsers() {
    return semaphoreUsers;
  }
}
