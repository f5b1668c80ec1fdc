package npusim.sim.functional;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.isa.Instruction;
import npusim.isa.Word;
import npusim.program.CoreCode;
import npusim.program.NodeInfo;
import npusim.program.Program;

/** All cores of a system with a program loaded, ready to run once. */
final class Machine {
  private final Program program;
  private final Limits limits;
  private final Core[] cores;
  private final Sequencer[] sequencers;
  private final Fabric fabric;
  private final Ordering ordering;
  private long instructions;

  Machine(Program program, Limits limits, Dram[] drams, Map<String, Long> params, Checks checks) {
    this.program = program;
    this.limits = limits;
    int n = program.cores().size();
    cores = new Core[n];
    sequencers = new Sequencer[n];
    int perChip = program.coresPerChip();
    var loopEnds = new IdentityHashMap<CoreCode, int[]>();
    Core[] peers = new Core[0];
    for (int i = 0; i < n; i++) {
      if (i % perChip == 0) {
        peers = new Core[Math.min(perChip, n - i)];
      }
      Program.Launch launch = program.cores().get(i);
      long[] registers = launch.initialRegisters().clone();
      program.params().forEach(p -> registers[p.register()] = params.get(p.name()));
      int chip = i / perChip;
      cores[i] =
          new Core(
              i, chip, i % perChip, limits, launch.code(), registers, drams[chip], peers, checks);
      peers[i % perChip] = cores[i];
      int[] ends = loopEnds.computeIfAbsent(launch.code(), c -> Sequencer.matchLoops(c.code()));
      sequencers[i] = new Sequencer(cores[i], ends, limits.loopDepth());
    }
    fabric = new Fabric(cores, perChip, checks.ordering());
    ordering = checks.ordering();
    for (int i = 0; i < drams.length; i++) {
      String name = "DRAM of chip " + i;
      drams[i].observe(checks.races().map(r -> r.observer(name, 0)).orElse(null));
    }
  }

  Limits limits() {
    return limits;
  }

  int size() {
    return cores.length;
  }

  Core core(int i) {
    return cores[i];
  }

  Sequencer sequencer(int i) {
    return sequencers[i];
  }

  Fabric fabric() {
    return fabric;
  }

  /** Who is told about the order of instructions. */
  Ordering ordering() {
    return ordering;
  }

  /** Counts an executed instruction. */
  void count() {
    instructions++;
  }

  /** Instructions executed so far. */
  long instructions() {
    return instructions;
  }

  /** The DRAMs outlive the run; nobody watches them any more. */
  void finishObserving() {
    for (Core c : cores) {
      c.dram().observe(null);
    }
  }

  /** Checks what must hold when every core has halted. */
  void finish() {
    for (Core c : cores) {
      for (int s = 1; s <= Word.MAX_SEMAPHORE; s++) {
        if (c.semaphores[s] != 0) {
          throw fault(
              c.index(),
              c.code().code().length - 1,
              Fault.program(
                  "exec-semaphore",
                  "semaphore " + s + " is " + c.semaphores[s] + " at the end, not 0"));
        }
      }
    }
  }

  /** Where an instruction is, for messages: core, index, label, mnemonic and graph node. */
  String place(int core, int index) {
    CoreCode code = cores[core].code();
    var text = new StringBuilder("core ").append(core).append(", instruction ").append(index);
    code.place(index).ifPresent(p -> text.append(" (").append(p).append(')'));
    if (index < code.code().length) {
      Instruction i = code.code()[index];
      text.append(": ").append(i.op().mnemonic());
      node(code.nodeOf()[index])
          .ifPresent(
              n ->
                  text.append(" of node '")
                      .append(n.name())
                      .append("' (")
                      .append(n.opType())
                      .append(')'));
    }
    return text.toString();
  }

  private java.util.Optional<NodeInfo> node(int id) {
    return program.nodes().stream().filter(n -> n.id() == id).findFirst();
  }

  /** A fault with its place, as the exception a user sees. */
  NpusimException fault(int core, int index, Fault f) {
    String message =
        "program '" + program.name() + "', " + place(core, index) + ": " + f.getMessage();
    ExitCode exit = f.kind() == Fault.Cause.DATA ? ExitCode.USAGE : ExitCode.INTERNAL;
    return new NpusimException(
        exit, List.of(Diagnostic.error(f.code(), message, Location.NONE, "")), f);
  }

  /** The error when nothing can go on. */
  NpusimException deadlock(String schedule, List<String> waiting) {
    String message =
        "program '"
            + program.name()
            + "' is in a deadlock (schedule "
            + schedule
            + "): "
            + String.join("; ", waiting);
    return new NpusimException(
        ExitCode.INTERNAL, List.of(Diagnostic.error("exec-deadlock", message, Location.NONE, "")));
  }

  /** What an instruction waits for among its semaphores, for messages. */
  static String missingSemaphores(Core core, Instruction i) {
    var text = new StringBuilder();
    for (int slot = 0; slot < Word.WAIT_SLOTS; slot++) {
      int s = i.waitSem(slot);
      if (i.isFirstWait(slot) && core.semaphores[s] < i.waitTotal(slot)) {
        text.append(text.isEmpty() ? "" : " and ")
            .append("semaphore ")
            .append(s)
            .append(" to reach ")
            .append(i.waitTotal(slot))
            .append(" (is ")
            .append(core.semaphores[s])
            .append(')');
      }
    }
    return text.toString();
  }
}
