package npusim.verify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Word;

/**
 * Executes one core's program abstractly, in program order, until it has to wait for another core.
 */
final class CoreRun {
  /** Iterations at the beginning of a long loop that are checked when loops are shortened. */
  static final int HEAD = 4;

  /**
   * Skipped iterations are a multiple of this, so that a ring of up to 4, 6 or 8 slots stands at
   * the same slot after them whatever number of items an iteration handles.
   */
  static final int SKIP_MULTIPLE = 24;

  /** Iterations at the end of a long loop that are checked when loops are shortened. */
  static final int TAIL = 2;

  /** Why a core does not go on. */
  enum State {
    RUNNING,
    /** A semaphore is too low. */
    SEMAPHORE,
    /** At a barrier, waits done. */
    BARRIER,
    /** At a transfer between chips, waits done. */
    LINK,
    HALTED,
    /** A fault after which nothing sensible can be said. */
    BROKEN
  }

  /** Memories that lanes of a core may use, seen from one memory. */
  enum Reach {
    NONE,
    /** The core's own local memory. */
    LOCAL,
    /** Another core's local memory. */
    REMOTE,
    /** DRAM. */
    DRAM
  }

  private final int core;
  private final Machine machine;
  private final Map<Reach, int[]> lanes;
  private final Sequencer sequencer;
  private final Clock[] clocks = new Clock[Lanes.COUNT];
  private final Semaphore[] semaphores = new Semaphore[Word.MAX_SEMAPHORE + 1];
  private final Deque<int[]> loopStarts = new ArrayDeque<>();
  private final List<Use> uses = new ArrayList<>();
  private State state = State.RUNNING;
  private long event;
  private int skippingAt = -1;
  private long skipUntil;

  CoreRun(int core, Machine machine, long[] registers) {
    this.core = core;
    this.machine = machine;
    this.sequencer =
        new Sequencer(
            machine.program().cores().get(core).code(), registers, machine.limits().loopDepth());
    this.lanes = Lanes.reaching(machine.program().cores().get(core).code());
    for (int i = 0; i < clocks.length; i++) {
      clocks[i] = new Clock(core, machine.program().cores().size());
    }
    for (int i = 0; i < semaphores.length; i++) {
      semaphores[i] = new Semaphore();
    }
  }

  int core() {
    return core;
  }

  State state() {
    return state;
  }

  /** Lowers a floor to what the lanes that still may reach a memory are ordered behind. */
  void lower(long[] floor, Reach reach) {
    if (state != State.HALTED && reach != Reach.NONE) {
      for (int lane : lanes.get(reach)) {
        clocks[lane].lower(floor);
      }
    }
  }

  int pc() {
    return sequencer.pc();
  }

  Instruction current() {
    return sequencer.current();
  }

  Semaphore semaphore(int number) {
    return semaphores[number];
  }

  Clock com() {
    return clocks[Lanes.COM];
  }

  long resolve(Field field) {
    return current().resolve(field, sequencer.registers());
  }

  /** Runs as far as possible; true when at least one instruction was executed. */
  boolean run() {
    long before = machine.executed();
    while (state == State.RUNNING || state == State.SEMAPHORE) {
      if (sequencer.atEnd()) {
        broken(
            sequencer.pc() - 1,
            "execution runs past the last instruction",
            "end the program with halt");
        break;
      }
      Instruction in = sequencer.current();
      boolean moved = skippingAt >= 0 ? skip(in) : step(in);
      if (!moved) {
        break;
      }
      machine.count();
    }
    return machine.executed() != before;
  }

  /** Completes the barrier or transfer between chips the core stands at. */
  void release() {
    complete(sequencer.current(), Lanes.COM);
    sequencer.next();
    state = State.RUNNING;
  }

  private boolean step(Instruction in) {
    if (!waitsSatisfied(in)) {
      state = State.SEMAPHORE;
      return false;
    }
    state = State.RUNNING;
    int lane = Lanes.of(in);
    Clock clock = clocks[lane];
    if (lane != Lanes.SEQ) {
      clock.join(clocks[Lanes.SEQ]);
    }
    event = clock.tick(lane);
    consume(in, lane, clock);
    touch(in, lane, clock);
    switch (in.op()) {
      case C_BARRIER -> state = State.BARRIER;
      case C_SEND, C_RECV, C_EXCHANGE -> state = State.LINK;
      case C_SIGNAL -> {
        remoteSignal(in, lane, clock);
        complete(in, lane);
        sequencer.next();
      }
      case HALT -> {
        complete(in, lane);
        state = State.HALTED;
      }
      default -> {
        int at = sequencer.pc();
        complete(in, lane);
        if (in.op().unit() == npusim.isa.Unit.SEQ) {
          control(in, at);
        } else {
          sequencer.next();
        }
      }
    }
    return state != State.BROKEN;
  }

  private boolean waitsSatisfied(Instruction in) {
    for (int i = 0; i < Word.WAIT_SLOTS; i++) {
      int semaphore = in.waitSem(i);
      if (semaphore != 0 && semaphores[semaphore].value() < in.waitTotal(i)) {
        return false;
      }
    }
    return true;
  }

  private void consume(Instruction in, int lane, Clock clock) {
    for (int i = 0; i < Word.WAIT_SLOTS; i++) {
      if (in.waitSem(i) != 0) {
        Semaphore s = semaphores[in.waitSem(i)];
        Semaphore.Event earlier = s.lastWait();
        var me = new Semaphore.Event(core, lane, event, sequencer.pc());
        if (s.await(in.waitCount(i), me, clock) == Semaphore.Fault.CONTENDED_WAIT) {
          machine
              .findings()
              .error(
                  "verify-semaphore",
                  core,
                  sequencer.pc(),
                  Lanes.name(lane)
                      + " may take the tokens of s"
                      + in.waitSem(i)
                      + " that "
                      + machine.findings().place(earlier.core(), earlier.instruction())
                      + " waits for",
                  "order the two waits or use another semaphore");
        }
      }
    }
  }

  private void complete(Instruction in, int lane) {
    if (!in.hasSignals()) {
      return;
    }
    Clock after = clocks[lane].copy();
    for (int i = 0; i < Word.SIGNAL_SLOTS; i++) {
      if (in.signalSem(i) != 0) {
        signal(
            in.signalSem(i),
            in.signalCount(i),
            new Semaphore.Event(core, lane, event, sequencer.pc()),
            after,
            this);
      }
    }
  }

  private void remoteSignal(Instruction in, int lane, Clock clock) {
    long mask = in.resolve(Field.CORES, sequencer.registers());
    Clock after = clock.copy();
    var me = new Semaphore.Event(core, lane, event, sequencer.pc());
    for (CoreRun target : machine.coresOf(core, mask, sequencer.pc())) {
      signal(in.getInt(Field.SEM), in.getInt(Field.AMOUNT), me, after, target);
    }
  }

  private void signal(int number, int count, Semaphore.Event me, Clock after, CoreRun target) {
    Semaphore s = target.semaphores[number];
    switch (s.signal(count, me, after)) {
      case EARLY_SIGNAL -> {
        Semaphore.Event w = s.endangered(me, after);
        machine
            .findings()
            .error(
                "verify-semaphore",
                core,
                me.instruction(),
                "the signal of s"
                    + number
                    + " may satisfy "
                    + machine.findings().place(w.core(), w.instruction())
                    + ", which relies on another unit's signal",
                "order the signal behind that wait or use another semaphore");
      }
      case OVERFLOW ->
          machine
              .findings()
              .error(
                  "verify-semaphore",
                  core,
                  me.instruction(),
                  "s" + number + " exceeds " + Semaphore.MAX_VALUE,
                  "");
      case NONE, CONTENDED_WAIT -> {}
    }
  }

  private void touch(Instruction in, int lane, Clock clock) {
    if (in.op().operands().isEmpty()) {
      return;
    }
    uses.clear();
    if (!Uses.collect(in, sequencer.registers(), sequencer.unknown(), uses::add)) {
      machine
          .findings()
          .warning(
              "verify-unknown",
              core,
              sequencer.pc(),
              "an operand depends on a value read at run time and was not checked",
              "");
    }
    if (uses.isEmpty()) {
      return;
    }
    if (in.op() == Opcode.C_EXCHANGE) {
      requireApart();
    }
    var actor = new SystemMemory.Actor(core, lane, event, sequencer.pc(), clock);
    for (boolean writes : new boolean[] {false, true}) {
      for (Use use : uses) {
        if (use.write() == writes) {
          forTargets(in, use, target -> machine.memory().check(use, target, actor));
        }
      }
    }
  }

  /** What an exchange sends is on its way while it writes what it receives. */
  private void requireApart() {
    for (Use sent : uses) {
      for (Use received : uses) {
        if (sent.read() && received.write() && sent.footprint().overlaps(received.footprint())) {
          machine
              .findings()
              .error(
                  "verify-overlap",
                  core,
                  sequencer.pc(),
                  "dst overlaps a: bytes would be overwritten before they are sent",
                  "receive into other memory");
        }
      }
    }
  }

  private void forTargets(Instruction in, Use use, java.util.function.IntConsumer action) {
    if (use.place() != Use.Place.REMOTE) {
      action.accept(core);
      return;
    }
    Field field = in.op() == Opcode.DMA_PUT ? Field.CORES : Field.CORE;
    if (!sequencer.known(in, field)) {
      return;
    }
    long value = in.resolve(field, sequencer.registers());
    if (in.op() == Opcode.DMA_GET && (value < 0 || value >= Long.SIZE)) {
      machine
          .findings()
          .error("verify-range", core, sequencer.pc(), "core " + value + " does not exist", "");
      return;
    }
    long mask = in.op() == Opcode.DMA_PUT ? value : 1L << value;
    for (CoreRun target : machine.coresOf(core, mask, sequencer.pc())) {
      action.accept(target.core);
    }
  }

  private void control(Instruction in, int at) {
    int nesting = sequencer.loopNesting();
    if (in.op() == Opcode.ENDLOOP) {
      if (nesting == 0) {
        broken(at, "endloop outside of a loop", "");
        return;
      }
      endOfIteration(at);
      return;
    }
    switch (sequencer.execute(in)) {
      case NONE -> {}
      case LOOP_DEPTH -> broken(at, "loops nest too deep", "");
      case CALL_DEPTH -> broken(at, "more than " + Word.CALL_DEPTH + " nested calls", "");
      case RETURN_WITHOUT_CALL -> broken(at, "ret without call", "");
      case DIVISION_BY_ZERO -> broken(at, "division by zero", "");
      case END_OF_CODE -> broken(at, "execution runs past the last instruction", "");
    }
    if (sequencer.loopNesting() > nesting) {
      if (sequencer.loopNesting() > machine.limits().loopDepth()) {
        machine
            .findings()
            .error(
                "verify-range",
                core,
                at,
                "loops nest "
                    + sequencer.loopNesting()
                    + " deep, the hardware has "
                    + machine.limits().loopDepth(),
                "");
      }
      loopStarts.push(values());
    }
  }

  private void endOfIteration(int at) {
    int[] start = loopStarts.peek();
    int[] now = values();
    boolean neutral = Arrays.equals(start, now);
    if (sequencer.innermostUnknown() && !neutral) {
      machine
          .findings()
          .error(
              "verify-semaphore",
              core,
              at,
              "the loop's count is known only at run time but an iteration changes semaphores",
              "");
    }
    long done = sequencer.iteration() + 1;
    boolean more = done < sequencer.iterations();
    if (more) {
      loopStarts.pop();
      loopStarts.push(now);
      if (neutral
          && machine.shortening()
          && done == HEAD
          && sequencer.iterations() >= HEAD + TAIL + SKIP_MULTIPLE
          && machine.isLocal(core, sequencer.innermostBody(), at)) {
        skippingAt = sequencer.loopNesting();
        skipUntil = done + (sequencer.iterations() - HEAD - TAIL) / SKIP_MULTIPLE * SKIP_MULTIPLE;
      }
    } else {
      loopStarts.pop();
    }
    sequencer.execute(current());
  }

  /**
   * One instruction of a skipped iteration: scalars are executed, writes are noted, nothing is
   * checked.
   */
  private boolean skip(Instruction in) {
    if (in.op().unit() != npusim.isa.Unit.SEQ) {
      uses.clear();
      Uses.collect(in, sequencer.registers(), sequencer.unknown(), uses::add);
      for (Use use : uses) {
        if (use.write()) {
          forTargets(in, use, target -> machine.memory().mark(use, target));
        }
      }
      sequencer.next();
      return true;
    }
    boolean end = in.op() == Opcode.ENDLOOP && sequencer.loopNesting() == skippingAt;
    if (end && sequencer.iteration() + 1 == skipUntil) {
      skippingAt = -1;
    }
    if (sequencer.execute(in) != Sequencer.Fault.NONE) {
      broken(sequencer.pc() - 1, "scalar fault in a loop", "");
      return false;
    }
    return true;
  }

  private int[] values() {
    var values = new int[semaphores.length];
    for (int i = 1; i < values.length; i++) {
      values[i] = semaphores[i].value();
    }
    return values;
  }

  private void broken(int at, String message, String hint) {
    machine.findings().error("verify-structure", core, Math.max(0, at), message, hint);
    state = State.BROKEN;
  }
}
