package npusim.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import npusim.diag.Severity;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Unit;
import npusim.isa.Word;
import npusim.program.CoreCode;
import npusim.program.Program;

/**
 * All cores of the system, executed abstractly in program order and interleaved where they meet.
 */
final class Machine {
  private final Program program;
  private final Limits limits;
  private final Findings findings;
  private final SystemMemory memory;
  private final boolean shortening;
  private final long instructionLimit;
  private final List<CoreRun> cores = new ArrayList<>();
  private final Map<CoreCode, int[]> communication = new IdentityHashMap<>();
  private long executed;

  /**
   * @param registers launch registers of every core
   * @param shortening whether only the first and last iterations of long loops are checked
   */
  Machine(
      Program program,
      Limits limits,
      Findings findings,
      List<long[]> registers,
      boolean shortening,
      long instructionLimit) {
    this.program = program;
    this.limits = limits;
    this.findings = findings;
    this.shortening = shortening;
    this.instructionLimit = instructionLimit;
    this.memory = new SystemMemory(this);
    for (int core = 0; core < program.cores().size(); core++) {
      cores.add(new CoreRun(core, this, registers.get(core)));
    }
  }

  Program program() {
    return program;
  }

  Limits limits() {
    return limits;
  }

  Findings findings() {
    return findings;
  }

  SystemMemory memory() {
    return memory;
  }

  boolean shortening() {
    return shortening;
  }

  long executed() {
    return executed;
  }

  void count() {
    executed++;
  }

  /** What every lane that may use the local memory of a core is ordered behind. */
  long[] localFloor(int core) {
    return floor(run -> run == cores.get(core) ? CoreRun.Reach.LOCAL : CoreRun.Reach.REMOTE);
  }

  /** What every lane that may use the DRAM of a chip is ordered behind. */
  long[] dramFloor(int chip) {
    int first = chip * program.coresPerChip();
    return floor(
        run ->
            run.core() >= first && run.core() < first + program.coresPerChip()
                ? CoreRun.Reach.DRAM
                : CoreRun.Reach.NONE);
  }

  private long[] floor(Function<CoreRun, CoreRun.Reach> reach) {
    var floor = new long[cores.size() * Lanes.COUNT];
    Arrays.fill(floor, Long.MAX_VALUE);
    for (CoreRun core : cores) {
      core.lower(floor, reach.apply(core));
    }
    return floor;
  }

  /** Executes everything; reports deadlocks and semaphores that are not 0 at the end. */
  void run() {
    boolean moved = true;
    while (moved && executed < instructionLimit && !findings.isFull()) {
      moved = false;
      for (CoreRun core : cores) {
        moved |= core.run();
      }
      moved |= barriers();
      moved |= links();
    }
    if (executed >= instructionLimit) {
      findings.general(
          Severity.WARNING,
          "verify-limit",
          "checked the first " + executed + " instructions only",
          "");
    } else if (!findings.isFull()) {
      atEnd();
    }
  }

  /** Cores of a mask on the chip of a core. */
  List<CoreRun> coresOf(int core, long mask, int instruction) {
    int first = core / program.coresPerChip() * program.coresPerChip();
    var list = new ArrayList<CoreRun>();
    for (int bit = 0; bit < Long.SIZE; bit++) {
      if ((mask >>> bit & 1) != 0) {
        if (bit >= program.coresPerChip() || first + bit >= cores.size()) {
          findings.error(
              "verify-range", core, instruction, "core " + bit + " of the mask does not exist", "");
        } else {
          list.add(cores.get(first + bit));
        }
      }
    }
    return list;
  }

  /** True when the instructions of a loop, called functions aside, do not involve other cores. */
  boolean isLocal(int core, int from, int to) {
    CoreCode code = program.cores().get(core).code();
    int[] before = communication.computeIfAbsent(code, Machine::communicationBefore);
    return before[to] == before[from];
  }

  /**
   * For every index, how many instructions before it involve other cores or leave the loop's range.
   */
  private static int[] communicationBefore(CoreCode code) {
    var before = new int[code.code().length + 1];
    for (int i = 0; i < code.code().length; i++) {
      Instruction in = code.code()[i];
      boolean leaves =
          in.op().unit() == Unit.COM || in.op() == Opcode.CALL || in.op() == Opcode.RET;
      before[i + 1] = before[i] + (leaves ? 1 : 0);
    }
    return before;
  }

  private boolean barriers() {
    boolean moved = false;
    for (int c = 0; c < cores.size(); c++) {
      CoreRun core = cores.get(c);
      if (core.state() != CoreRun.State.BARRIER) {
        continue;
      }
      long mask = core.resolve(Field.CORES);
      List<CoreRun> members = coresOf(c, mask, core.pc());
      if (!members.contains(core)) {
        findings.error(
            "verify-range", c, core.pc(), "the barrier's mask leaves out the core itself", "");
      }
      if (members.stream()
          .allMatch(m -> m.state() == CoreRun.State.BARRIER && m.resolve(Field.CORES) == mask)) {
        Clock all = core.com().copy();
        members.forEach(m -> all.join(m.com()));
        members.forEach(m -> m.com().join(all));
        members.forEach(CoreRun::release);
        if (!members.contains(core)) {
          core.release();
        }
        moved = true;
      }
    }
    return moved;
  }

  private boolean links() {
    boolean moved = false;
    for (int c = 0; c < cores.size(); c++) {
      CoreRun core = cores.get(c);
      if (core.state() != CoreRun.State.LINK || core.current().op() == Opcode.C_RECV) {
        continue;
      }
      long number = core.resolve(Field.PEER);
      if (number < 0 || number >= cores.size()) {
        findings.error("verify-range", c, core.pc(), "core " + number + " does not exist", "");
        continue;
      }
      CoreRun peer = cores.get((int) number);
      if (peer != core
          && peer.state() == CoreRun.State.LINK
          && peer.current().op() == partner(core.current().op())
          && peer.resolve(Field.PEER) == c
          && peer.resolve(Field.TAG) == core.resolve(Field.TAG)) {
        requireSameLength(core, peer);
        if (core.current().op() == Opcode.C_EXCHANGE) {
          requireSameLength(peer, core);
        }
        Clock both = core.com().copy();
        both.join(peer.com());
        core.com().join(both);
        peer.com().join(both);
        core.release();
        peer.release();
        moved = true;
      }
    }
    return moved;
  }

  /** What a transfer between chips meets. */
  private static Opcode partner(Opcode op) {
    return switch (op) {
      case C_SEND -> Opcode.C_RECV;
      case C_RECV -> Opcode.C_SEND;
      default -> op;
    };
  }

  private void requireSameLength(CoreRun sender, CoreRun receiver) {
    long sent = bits(sender, Field.A_T);
    long received = bits(receiver, Field.DST_T);
    if (sent != received) {
      findings.error(
          "verify-range",
          sender.core(),
          sender.pc(),
          "sends "
              + sent / 8
              + " bytes, "
              + findings.place(receiver.core(), receiver.pc())
              + " receives "
              + received / 8,
          "");
    }
  }

  private static long bits(CoreRun core, Field type) {
    long elements = 1;
    for (Field d : new Field[] {Field.D0, Field.D1, Field.D2, Field.D3}) {
      elements *= Math.max(0, core.resolve(d));
    }
    return elements * core.current().dtype(type).bits();
  }

  private void atEnd() {
    for (int c = 0; c < cores.size(); c++) {
      CoreRun core = cores.get(c);
      switch (core.state()) {
        case SEMAPHORE -> deadlock(c, core);
        case BARRIER ->
            findings.error(
                "verify-deadlock",
                c,
                core.pc(),
                "not all cores of the mask arrive at this barrier",
                "");
        case LINK ->
            findings.error(
                "verify-deadlock",
                c,
                core.pc(),
                "no matching " + partner(core.current().op()).mnemonic() + " on the peer",
                "");
        case HALTED -> leaks(c, core);
        case RUNNING, BROKEN -> {}
      }
    }
  }

  private void deadlock(int c, CoreRun core) {
    Instruction in = core.current();
    for (int i = 0; i < Word.WAIT_SLOTS; i++) {
      int s = in.waitSem(i);
      if (in.isFirstWait(i) && core.semaphore(s).value() < in.waitTotal(i)) {
        findings.error(
            "verify-deadlock",
            c,
            core.pc(),
            "waits for s"
                + s
                + " ≥ "
                + in.waitTotal(i)
                + " but nothing before it in program order brings it above "
                + core.semaphore(s).value(),
            "signal the semaphore earlier in the program, or check the counts");
      }
    }
  }

  private void leaks(int c, CoreRun core) {
    for (int s = 1; s <= Word.MAX_SEMAPHORE; s++) {
      Semaphore semaphore = core.semaphore(s);
      if (semaphore.value() != 0) {
        Semaphore.Event last = semaphore.lastSignal();
        findings.error(
            "verify-leak",
            last.core(),
            last.instruction(),
            "s"
                + s
                + " of core "
                + c
                + " is "
                + semaphore.value()
                + " at halt, must be 0; this is its last signal",
            "wait for every token that is signalled");
      }
    }
  }
}
