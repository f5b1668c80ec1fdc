package npusim.verify;

import java.util.ArrayList;
import java.util.List;
import npusim.isa.Word;
import npusim.program.Buffer;
import npusim.program.Program;

/** All memories of the system, and the checks of one use of them. */
final class SystemMemory {
  private static final long ACC_BASE_BIT = Word.ACC_BASE * 8;

  private final Program program;
  private final Findings findings;
  private final List<MemorySpace> scratchpads = new ArrayList<>();
  private final List<MemorySpace> accumulators = new ArrayList<>();
  private final List<MemorySpace> drams = new ArrayList<>();

  SystemMemory(Machine machine) {
    this.program = machine.program();
    this.findings = machine.findings();
    Limits limits = machine.limits();
    for (int c = 0; c < program.cores().size(); c++) {
      int core = c;
      AccessIndex.Floor floor = () -> machine.localFloor(core);
      scratchpads.add(
          new MemorySpace(
              "scratchpad of core " + core,
              limits.scratchpadBytes(),
              0,
              limits.scratchpadBytes(),
              floor));
      accumulators.add(
          new MemorySpace(
              "accumulator memory of core " + core,
              limits.accumulatorBytes(),
              0,
              limits.accumulatorBytes(),
              floor));
    }
    for (int chip = 0; chip < program.chips(); chip++) {
      drams.add(dram(chip, limits, machine));
    }
  }

  private MemorySpace dram(int chip, Limits limits, Machine machine) {
    long from = Long.MAX_VALUE;
    long to = 0;
    for (Buffer b : program.buffers()) {
      boolean written = b.kind() != Buffer.Kind.WEIGHT && b.kind() != Buffer.Kind.CONST;
      if (b.chip() == chip && written) {
        from = Math.min(from, b.address());
        to = Math.max(to, b.end());
      }
    }
    var dram =
        new MemorySpace(
            "DRAM of chip " + chip,
            limits.dramBytes(),
            Math.min(from, to),
            to,
            () -> machine.dramFloor(chip));
    for (Buffer b : program.buffers()) {
      if (b.chip() == chip && b.end() <= limits.dramBytes()) {
        switch (b.kind()) {
          case WEIGHT, CONST -> dram.initialise(b.address(), b.end(), true);
          case INPUT, STATE -> dram.initialise(b.address(), b.end(), false);
          case OUTPUT, ACTIVATION -> {}
        }
      }
    }
    dram.seal();
    return dram;
  }

  /** Checks a use by an instruction of a core. */
  void check(Use use, int target, Actor actor) {
    MemorySpace space = space(use, target);
    Footprint f = inSpace(use);
    if (f.from() < 0 || f.to() > space.bytes() * 8) {
      findings.error(
          "verify-bounds",
          actor.core(),
          actor.instruction(),
          use.operand().name()
              + " touches bytes "
              + hex(f.from() >> 3)
              + ".."
              + hex((f.to() + 7 >> 3) - 1)
              + " of the "
              + space.name()
              + ", which has "
              + space.bytes()
              + " bytes",
          "");
      return;
    }
    if (use.read() && use.exact()) {
      long missing = space.firstUnwritten(f);
      if (missing >= 0) {
        findings.error(
            "verify-uninitialised",
            actor.core(),
            actor.instruction(),
            use.operand().name()
                + " reads byte "
                + hex(missing)
                + " of the "
                + space.name()
                + ", which nothing has written",
            "");
      }
    }
    boolean constant = space.isConstant(f);
    if (use.write() && (constant || space.touchesConstant(f))) {
      findings.error(
          "verify-constant",
          actor.core(),
          actor.instruction(),
          use.operand().name() + " writes weights or constants in the " + space.name(),
          "");
      return;
    }
    if (!constant) {
      var access =
          new Access(
              actor.core(), actor.lane(), actor.event(), actor.instruction(), use.write(), f);
      space.accesses().add(access, actor.clock(), (earlier, later) -> race(earlier, later, space));
    }
    if (use.write() && use.exact()) {
      space.markWritten(f);
    }
  }

  /** Marks what a use writes, without any check. */
  void mark(Use use, int target) {
    MemorySpace space = space(use, target);
    Footprint f = inSpace(use);
    if (use.write() && use.exact() && f.from() >= 0 && f.to() <= space.bytes() * 8) {
      space.markWritten(f);
    }
  }

  /**
   * Who uses memory.
   *
   * @param core core that executes the instruction
   * @param lane lane within the core
   * @param event number of the lane's event
   * @param instruction index in the core's stream
   * @param clock what the lane is ordered behind
   */
  record Actor(int core, int lane, long event, int instruction, Clock clock) {}

  private MemorySpace space(Use use, int target) {
    return switch (use.place()) {
      case DRAM -> drams.get(target / program.coresPerChip());
      case LOCAL, REMOTE ->
          use.footprint().from() >= ACC_BASE_BIT
              ? accumulators.get(target)
              : scratchpads.get(target);
    };
  }

  private static Footprint inSpace(Use use) {
    boolean acc = use.place() != Use.Place.DRAM && use.footprint().from() >= ACC_BASE_BIT;
    return acc ? use.footprint().shift(-ACC_BASE_BIT) : use.footprint();
  }

  private void race(Access earlier, Access later, MemorySpace space) {
    long from = Math.max(earlier.footprint.from(), later.footprint.from()) >> 3;
    findings.error(
        "verify-race",
        later.core,
        later.instruction,
        Lanes.name(later.lane)
            + (later.write ? " writes" : " reads")
            + " bytes of the "
            + space.name()
            + " near "
            + hex(from)
            + " that "
            + Lanes.name(earlier.lane)
            + (earlier.write ? " writes" : " reads")
            + " in "
            + findings.place(earlier.core, earlier.instruction)
            + ", with no order between the two",
        "let the later one wait for a semaphore that the earlier one signals");
  }

  private static String hex(long value) {
    return value < 0 ? Long.toString(value) : "0x" + Long.toHexString(value);
  }
}
