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
    var mirror =
        options.exact() || !Mirror.possible(hw.system())
            ? Optional.<Mirror>empty()
            : Mirror.of(program);
    if (mirror.isEmpty()) {
      return run(program, params, null);
    }
    options.trace().ifPresent(t -> t.alike(mirror.get().chips()));
    return mirror.get().all(run(mirror.get().first(), params, mirror.get()));
  }

  /**
   * Runs a program.
   *
   * @param mirror the chips that its one chip stands for; null when it stands for itself
   */
  private TimingResult run(Program program, Map<String, Long> params, Mirror mirror) {
    if (options.exact() || hw.dram().model() != Dram.Model.DDR) {
      return simulate(program, params, mirror);
    }
    var loops = new LayerLoops(program);
    if (loops.count() == 0) {
      return simulate(program, params, mirror);
    }
    var run = run(program, params, () -> DramModel.of(hw), Optional.of(loops), options, mirror);
    return run.engine.shortened().isEmpty()
        ? run.result()
        : new Extrapolation(run.result(), run.engine.shortened(), counts(loops, params, mirror))
            .result();
  }

  /**
   * What one more iteration of each loop counts, besides time: the difference of two short runs
   * with a memory that answers at once.
   */
  private List<Extrapolation.Difference> counts(
      LayerLoops loops, Map<String, Long> params, Mirror mirror) {
    long[] once = new long[loops.count()];
    Arrays.fill(once, 1);
    TimingResult one = counted(loops.with(once), params, mirror);
    List<Extrapolation.Difference> list = new ArrayList<>();
    for (int i = 0; i < once.length; i++) {
      long[] twice = once.clone();
      twice[i]++;
      list.add(new Extrapolation.Difference(one, counted(loops.with(twice), params, mirror)));
    }
    return list;
  }

  private TimingResult counted(Program program, Map<String, Long> params, Mirror mirror) {
    return run(
            program,
            params,
            () -> DramModel.ideal(hw),
            Optional.empty(),
            TimingOptions.defaults(),
            mirror)
        .result();
  }

  private TimingResult simulate(Program program, Map<String, Long> params, Mirror mirror) {
    return run(program, params, () -> DramModel.of(hw), Optional.empty(), options, mirror).result();
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
      Mirror mirror) {
    var machine = machine(program, memory, mirror);
    launch(machine, program, params);
    int nodes = program.nodes().size();
    var engine = new Engine(machine, prepare(machine), codeIds(program), with, loops, nodes);
    Optional<NpusimException> failure = engine.run();
    if (failure.isEmpty() && (!engine.leapt() || engine.settled())) {
      return new Run(program, machine, engine);
    }
    if (!engine.leapt()) {
      throw failure.orElseThrow();
    }
    with.trace().ifPresent(TraceSink::again);
    var exactly = new TimingOptions(true, with.trace(), with.maxCycles());
    return run(program, params, memory, Optional.empty(), exactly, mirror);
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

  private Machine machine(Program program, Supplier<DramModel> memory, Mirror mirror) {
    var decoded = new IdentityHashMap<CoreCode, Code>();
    var code = new Code[program.cores().size()];
    for (int i = 0; i < code.length; i++) {
      code[i] = decoded.computeIfAbsent(program.cores().get(i).code(), Code::new);
    }
    return new Machine(
        hw, code, new Costs(), program.coresPerChip(), program.nodes().size(), memory, mirror);
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
      for (int pc = 0; pc < c.length(); pc++) {
        if (c.kind[pc] == Code.DISPATCH
            && c.work[pc] != Code.NOP
            && c.counts[pc].length == 0
            && c.cost[pc] < 0) {
          c.cost[pc] = model.cost(c, pc, zeros);
        }
      }
    }
    return new CostCache(model);
  }

  private static int[] codeIds(Program program) {
    var ids = new IdentityHashMap<CoreCode, Integer>();
    return program.cores().stream()
        .mapToInt(l -> ids.computeIfAbsent(l.code(), c -> ids.size()))
        .toArray();
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
