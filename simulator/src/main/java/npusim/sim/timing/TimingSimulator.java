package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.Dram;
import npusim.hardware.Hardware;
import npusim.program.CoreCode;
import npusim.program.Param;
import npusim.program.Program;
import npusim.sim.dram.DramModel;

/**
 * Runs a program without data and counts cycles. Results depend on nothing but program, parameters,
 * hardware and options. An instance may be used for any number of runs, by one thread at a time.
 */
public final class TimingSimulator {
  private final Hardware hw;
  private final TimingOptions options;

  public TimingSimulator(Hardware hw, TimingOptions options) {
    this.hw = hw;
    this.options = options;
  }

  /**
   * Runs a program to its end.
   *
   * @param program a verified program for this hardware
   * @param params values of the program's launch parameters by name; those left out take their
   *     defaults
   * @throws NpusimException if a parameter is unknown or out of range, the program has more cores
   *     than the hardware, or it deadlocks
   */
  public TimingResult run(Program program, Map<String, Long> params) {
    checkCores(program);
    var counterparts = Counterparts.of(program);
    var every = new Chips(counterparts, false);
    Optional<Mirror> mirror =
        options.exact() ? Optional.empty() : counterparts.flatMap(c -> Mirror.of(program, c, hw));
    if (mirror.isEmpty()) {
      return run(program, params, every, options);
    }
    return mirrored(program, params, mirror.get(), every);
  }

  /** Runs the first of several chips for all, if its result may be theirs, else all. */
  private TimingResult mirrored(
      Program program, Map<String, Long> params, Mirror mirror, Chips every) {
    var one = new Chips(every.counterparts(), true);
    double peak = DramModel.of(hw).peakBytesPerCycle();
    var trace = options.trace();
    boolean once = mirror.exact() || trace.filter(TraceSink::withoutGaps).isEmpty();
    if (!once) {
      // Such a trace doesn't forget what it has been shown.
      var untraced = new TimingOptions(false, Optional.empty(), options.maxCycles());
      if (!mirror.certain(run(mirror.first(), params, one, untraced), peak)) {
        return run(program, params, every, options);
      }
    }
    trace.ifPresent(t -> t.alike(mirror.chips()));
    TimingResult first = run(mirror.first(), params, one, options);
    if (once && !mirror.certain(first, peak)) {
      trace.ifPresent(t -> t.alike(1));
      trace.ifPresent(TraceSink::again);
      return run(program, params, every, options);
    }
    return mirror.all(first);
  }

  private TimingResult run(
      Program program, Map<String, Long> params, Chips chips, TimingOptions with) {
    if (with.exact() || hw.dram().model() != Dram.Model.DDR) {
      return simulate(program, params, chips, with);
    }
    var loops = new LayerLoops(program);
    if (loops.count() == 0) {
      return simulate(program, params, chips, with);
    }
    var run = run(program, params, () -> DramModel.of(hw), Optional.of(loops), with, chips);
    return run.engine.shortened().isEmpty()
        ? run.result()
        : new Extrapolation(run.result(), run.engine.shortened(), counts(loops, params, chips))
            .result();
  }

  /**
   * What one more iteration of each loop counts, besides time: the difference of two short runs
   * with a memory that answers at once.
   */
  private List<Extrapolation.Difference> counts(
      LayerLoops loops, Map<String, Long> params, Chips chips) {
    long[] once = new long[loops.count()];
    Arrays.fill(once, 1);
    TimingResult one = counted(loops.with(once), params, chips);
    List<Extrapolation.Difference> list = new ArrayList<>();
    for (int i = 0; i < once.length; i++) {
      long[] twice = once.clone();
      twice[i]++;
      list.add(new Extrapolation.Difference(one, counted(loops.with(twice), params, chips)));
    }
    return list;
  }

  private TimingResult counted(Program program, Map<String, Long> params, Chips chips) {
    return run(
            program,
            params,
            () -> DramModel.ideal(hw),
            Optional.empty(),
            TimingOptions.defaults(),
            chips)
        .result();
  }

  private TimingResult simulate(
      Program program, Map<String, Long> params, Chips chips, TimingOptions with) {
    return run(program, params, () -> DramModel.of(hw), Optional.empty(), with, chips).result();
  }

  /** A program that has been run. */
  private record Run(Program program, Machine machine, Engine engine) {
    TimingResult result() {
      long[] path = engine.pathCycles(program.nodes().size());
      return Results.of(machine, engine.total(), path, engine.skipped());
    }
  }

  /**
   * Runs a program; once more in full when it doesn't come to its end, or not as it should, after
   * iterations have been left out as if they were like others: they may not have been.
   */
  private Run run(
      Program program,
      Map<String, Long> params,
      Supplier<DramModel> memory,
      Optional<LayerLoops> loops,
      TimingOptions with,
      Chips chips) {
    var machine = machine(program, memory, chips);
    launch(machine, program, params);
    int nodes = program.nodes().size();
    var engine = new Engine(machine, prepare(machine), with, loops, nodes);
    Optional<NpusimException> failure = engine.run();
    if (failure.isEmpty() && (!engine.leapt() || engine.settled())) {
      return new Run(program, machine, engine);
    }
    if (!engine.leapt()) {
      throw failure.orElseThrow();
    }
    with.trace().ifPresent(TraceSink::again);
    var exactly = new TimingOptions(true, with.trace(), with.maxCycles());
    return run(program, params, memory, Optional.empty(), exactly, chips);
  }

  private void checkCores(Program program) {
    if (program.cores().size() > hw.totalCores() || program.coresPerChip() > hw.chip().cores()) {
      throw NpusimException.infeasible(
          "too-many-cores",
          "the program runs on "
              + program.cores().size()
              + " cores, "
              + program.coresPerChip()
              + " per chip; "
              + hw.name()
              + " has "
              + hw.totalCores()
              + ", "
              + hw.chip().cores()
              + " per chip",
          "compile it for " + hw.name());
    }
  }

  private Machine machine(Program program, Supplier<DramModel> memory, Chips chips) {
    var decoded = new IdentityHashMap<CoreCode, Code>();
    var code = new Code[program.cores().size()];
    for (int i = 0; i < code.length; i++) {
      code[i] =
          decoded.computeIfAbsent(program.cores().get(i).code(), c -> new Code(c, decoded.size()));
    }
    return new Machine(
        hw, code, new Costs(), program.coresPerChip(), program.nodes().size(), memory, chips);
  }

  private CostCache prepare(Machine machine) {
    var model = new CostModel(hw, machine.costs);
    var zeros = new long[32];
    Code before = null;
    for (Code c : machine.code) {
      if (c == before) {
        continue;
      }
      before = c;
      for (Decoded op : c.ops) {
        if (op.kind == Code.DISPATCH && op.work != Code.NOP && op.cost == Decoded.NO_COST) {
          op.cost = model.cost(c, op.pc, zeros);
        }
      }
    }
    return new CostCache(model);
  }

  private static void launch(Machine machine, Program program, Map<String, Long> params) {
    var known = program.params().stream().map(Param::name).toList();
    for (var name : params.keySet()) {
      if (!known.contains(name)) {
        throw NpusimException.usage(
            "unknown-parameter",
            "the program has no launch parameter '" + name + "'",
            Location.NONE,
            Names.suggest(name, known));
      }
    }
    for (int core = 0; core < machine.cores; core++) {
      System.arraycopy(
          program.cores().get(core).initialRegisters(), 0, machine.registers, core * 32, 32);
    }
    var problems = new ArrayList<npusim.diag.Diagnostic>();
    for (var p : program.params()) {
      long value = params.getOrDefault(p.name(), p.defaultValue());
      if (value < p.min() || value > p.max()) {
        problems.add(
            npusim.diag.Diagnostic.error(
                "parameter-range",
                p.name() + " = " + value + " is outside " + p.min() + ".." + p.max()));
      }
      for (int core = 0; core < machine.cores; core++) {
        machine.registers[core * 32 + p.register()] = value;
      }
    }
    if (!problems.isEmpty()) {
      throw NpusimException.usage(problems);
    }
  }
}
