package npusim.sim.functional;

import java.util.ArrayList;
import java.util.List;
import npusim.isa.Instruction;
import npusim.isa.Unit;

/**
 * Executes with decoupled units: the sequencer runs ahead into finite queues and a policy decides
 * which of the parts that could go on does so next.
 */
final class QueuedRunner {
  /** Decides which of several possible steps is taken. */
  interface Policy {
    /**
     * @param possible at least one step
     * @return index into the list
     */
    int choose(List<Step> possible);
  }

  /**
   * A part of the machine that could go on.
   *
   * @param core core number
   * @param part 0 for the sequencer, else 1 + queue number
   * @param unit unit it belongs to
   */
  record Step(int core, int part, Unit unit) {}

  private final Machine machine;
  private final String schedule;
  private final Policy policy;
  private final UnitQueue[][] queues;
  private final Step[][] steps;

  QueuedRunner(Machine machine, String schedule, Policy policy) {
    this.machine = machine;
    this.schedule = schedule;
    this.policy = policy;
    int n = machine.size();
    queues = new UnitQueue[n][];
    steps = new Step[n][];
    Limits l = machine.limits();
    for (int c = 0; c < n; c++) {
      var list = new ArrayList<UnitQueue>();
      for (int q = 0; q < l.loadQueues(); q++) {
        list.add(new UnitQueue(Unit.LD, "LD" + q, l.loadDepth()));
      }
      list.add(new UnitQueue(Unit.ST, "ST", l.storeDepth()));
      list.add(new UnitQueue(Unit.MAT, "MAT", l.matrixDepth()));
      list.add(new UnitQueue(Unit.VEC, "VEC", l.vectorDepth()));
      list.add(new UnitQueue(Unit.COM, "COM", l.commDepth()));
      queues[c] = list.toArray(new UnitQueue[0]);
      steps[c] = new Step[list.size() + 1];
      steps[c][0] = new Step(c, 0, Unit.SEQ);
      for (int q = 0; q < list.size(); q++) {
        steps[c][q + 1] = new Step(c, q + 1, list.get(q).unit());
      }
    }
  }

  void run() {
    var possible = new ArrayList<Step>();
    while (true) {
      possible.clear();
      boolean done = true;
      for (int c = 0; c < machine.size(); c++) {
        done &= collect(c, possible);
      }
      if (done) {
        break;
      }
      if (possible.isEmpty()) {
        throw deadlock();
      }
      take(possible.get(policy.choose(possible)));
    }
    machine.finish();
  }

  private UnitQueue queueFor(int core, Instruction i) {
    Unit unit = i.unit();
    if (unit == Unit.LD) {
      int q = i.queue();
      if (q >= machine.limits().loadQueues()) {
        throw Fault.program(
            "exec-queue",
            "load queue " + q + " does not exist; there are " + machine.limits().loadQueues());
      }
      return queues[core][q];
    }
    return queues[core][machine.limits().loadQueues() + unit.ordinal() - Unit.ST.ordinal()];
  }

  /** Adds what a core could do next; true when it is done. */
  private boolean collect(int c, List<Step> possible) {
    Sequencer seq = machine.sequencer(c);
    Core core = machine.core(c);
    boolean done = seq.isHalted();
    if (!done && canSequence(c)) {
      possible.add(steps[c][0]);
    }
    for (int q = 0; q < queues[c].length; q++) {
      UnitQueue queue = queues[c][q];
      if (!queue.isEmpty()) {
        done = false;
        boolean can =
            queue.isStarted()
                ? machine.fabric().isComplete(core)
                : core.ready(queue.head().args().instruction());
        if (can) {
          possible.add(steps[c][q + 1]);
        }
      }
    }
    return done;
  }

  private boolean canSequence(int c) {
    Sequencer seq = machine.sequencer(c);
    try {
      Instruction i = seq.next();
      return Sequencer.executes(i) ? machine.core(c).ready(i) : !queueFor(c, i).isFull();
    } catch (Fault f) {
      throw machine.fault(c, seq.pc(), f);
    }
  }

  private void take(Step step) {
    int c = step.core();
    Core core = machine.core(c);
    int at =
        step.part() == 0 ? machine.sequencer(c).pc() : queues[c][step.part() - 1].head().index();
    try {
      if (step.part() == 0) {
        sequence(c, core);
      } else {
        execute(core, queues[c][step.part() - 1]);
      }
    } catch (Fault f) {
      throw machine.fault(c, at, f);
    }
  }

  private void sequence(int c, Core core) {
    Sequencer seq = machine.sequencer(c);
    Instruction i = seq.next();
    machine.count();
    if (Sequencer.executes(i)) {
      core.takeWaits(i);
      seq.execute(new Args().set(i, core.registers));
      core.giveSignals(i);
    } else {
      // Operands are resolved at dispatch: later changes of registers do not reach the queue.
      queueFor(c, i).add(new UnitQueue.Entry(seq.pc(), new Args().set(i, core.registers.clone())));
      seq.skip();
    }
  }

  private void execute(Core core, UnitQueue queue) {
    Args args = queue.head().args();
    Instruction i = args.instruction();
    if (!queue.isStarted()) {
      core.takeWaits(i);
      if (Fabric.handles(i.op())) {
        machine.fabric().start(core, args);
        queue.start();
        return;
      }
      Executors.of(i.op()).execute(core, args);
      core.handedOn.executed(core, args);
    }
    queue.complete();
    core.giveSignals(i);
  }

  private RuntimeException deadlock() {
    var waiting = new ArrayList<String>();
    for (int c = 0; c < machine.size(); c++) {
      Core core = machine.core(c);
      Sequencer seq = machine.sequencer(c);
      for (UnitQueue queue : queues[c]) {
        if (!queue.isEmpty()) {
          UnitQueue.Entry head = queue.head();
          String what =
              queue.isStarted()
                  ? machine.fabric().waitingFor(core, head.args())
                  : Machine.missingSemaphores(core, head.args().instruction());
          waiting.add(
              queue.label() + " of " + machine.place(c, head.index()) + " waits for " + what);
        }
      }
      if (!seq.isHalted()) {
        Instruction i = seq.next();
        String what =
            Sequencer.executes(i)
                ? Machine.missingSemaphores(core, i)
                : "a place in the full queue of " + queueFor(c, i).label();
        waiting.add("SEQ of " + machine.place(c, seq.pc()) + " waits for " + what);
      }
    }
    return machine.deadlock(schedule, waiting);
  }
}
