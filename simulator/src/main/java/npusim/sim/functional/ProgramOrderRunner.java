package npusim.sim.functional;

import java.util.ArrayList;
import npusim.isa.Instruction;

/**
 * Executes every instruction at its place in the program. A core runs until it has halted or meets
 * a semaphore or another core it has to wait for; then the next core does.
 */
final class ProgramOrderRunner {
  private final Machine machine;
  private final Args args = new Args();
  private final boolean[] communicating;

  ProgramOrderRunner(Machine machine) {
    this.machine = machine;
    this.communicating = new boolean[machine.size()];
  }

  void run() {
    boolean progress = true;
    boolean all = false;
    while (progress && !all) {
      progress = false;
      all = true;
      for (int c = 0; c < machine.size(); c++) {
        progress |= advance(c);
        all &= machine.sequencer(c).isHalted();
      }
    }
    if (!all) {
      throw deadlock();
    }
    machine.finish();
  }

  /** Runs a core as far as it goes; true when it executed anything. */
  private boolean advance(int c) {
    Core core = machine.core(c);
    Sequencer seq = machine.sequencer(c);
    Fabric fabric = machine.fabric();
    Ordering ordering = machine.ordering();
    boolean progress = false;
    int at = seq.pc();
    try {
      while (!seq.isHalted()) {
        at = seq.pc();
        Instruction i = seq.next();
        if (communicating[c]) {
          if (!fabric.isComplete(core)) {
            return progress;
          }
          communicating[c] = false;
          seq.skip();
        } else {
          if (!core.ready(i)) {
            return progress;
          }
          core.takeWaits(i);
          args.set(i, core.registers);
          machine.count();
          ordering.begin(c, RaceChecker.unitNumber(i), at, i);
          progress = true;
          if (Fabric.handles(i.op())) {
            fabric.start(core, args);
            communicating[c] = true;
            continue;
          }
          if (Sequencer.executes(i)) {
            seq.execute(args);
          } else {
            Executors.of(i.op()).execute(core, args);
            core.handedOn.executed(core, args);
            seq.skip();
          }
        }
        core.giveSignals(i);
        ordering.end(c, RaceChecker.unitNumber(i), i);
        progress = true;
      }
    } catch (Fault f) {
      throw machine.fault(c, at, f);
    }
    return progress;
  }

  private RuntimeException deadlock() {
    var waiting = new ArrayList<String>();
    for (int c = 0; c < machine.size(); c++) {
      Sequencer seq = machine.sequencer(c);
      if (!seq.isHalted()) {
        Core core = machine.core(c);
        Instruction i = seq.next();
        String what =
            communicating[c]
                ? machine.fabric().waitingFor(core, args.set(i, core.registers))
                : Machine.missingSemaphores(core, i);
        waiting.add(machine.place(c, seq.pc()) + " waits for " + what);
      }
    }
    return machine.deadlock(Schedule.PROGRAM_ORDER.label(), waiting);
  }
}
