package npusim.sim.functional;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.program.Param;
import npusim.program.Program;

/**
 * Executes programs on values.
 *
 * <p>Use: {@link #load} a program, {@link Memory#write} its inputs, {@link #run}, {@link
 * Memory#read} its outputs. Same program, inputs and schedule give the same bits on every machine
 * and thread count.
 */
public final class FunctionalSimulator {
  private final Limits limits;
  private final boolean checkInitialised;
  private final boolean checkRaces;

  /** An engine for a described machine. */
  public FunctionalSimulator(Hardware hw) {
    this(Limits.of(hw));
  }

  /** An engine for the given limits. */
  public FunctionalSimulator(Limits limits) {
    this(limits, false, false);
  }

  private FunctionalSimulator(Limits limits, boolean checkInitialised, boolean checkRaces) {
    this.limits = limits;
    this.checkInitialised = checkInitialised;
    this.checkRaces = checkRaces;
  }

  /**
   * The same engine, which also refuses to read scratchpad and accumulator bytes that the run has
   * not written. Slower; for tests of generated programs.
   */
  public FunctionalSimulator checkingInitialised() {
    return new FunctionalSimulator(limits, true, checkRaces);
  }

  /**
   * The same engine, which also refuses two accesses to the same byte, one of them a write, that no
   * semaphore, barrier or message orders. Only runs in program order check this; they find what any
   * other schedule could expose. Much slower.
   */
  public FunctionalSimulator checkingRaces() {
    return new FunctionalSimulator(limits, checkInitialised, true);
  }

  /**
   * Memory for a program: constants in place, everything else zero.
   *
   * @throws NpusimException when the machine has too few chips or cores
   */
  public Memory load(Program program) {
    if (program.chips() > limits.chips() || program.coresPerChip() > limits.coresPerChip()) {
      throw NpusimException.infeasible(
          "exec-cores",
          "program '"
              + program.name()
              + "' needs "
              + program.chips()
              + " chips of "
              + program.coresPerChip()
              + " cores, the machine has "
              + limits.chips()
              + " of "
              + limits.coresPerChip(),
          "it was compiled for " + program.hardwareName());
    }
    return new Memory(program, program.chips());
  }

  /**
   * Runs a program to its end.
   *
   * @param memory made by {@link #load} for this program
   * @param params launch parameters by name; those not given have their default value
   * @param schedule in which order the units work
   * @return instructions executed by all cores
   * @throws NpusimException for a parameter out of range, an index out of range in the data, and
   *     for whatever a correct program does not do: deadlock, address out of range, semaphores left
   *     over
   */
  @SuppressWarnings("ReferenceEquality") // the memory belongs to that very program
  public long run(Program program, Memory memory, Map<String, Long> params, Schedule schedule) {
    if (memory.program() != program) {
      throw new IllegalArgumentException("memory was loaded for another program");
    }
    Optional<RaceChecker> races =
        checkRaces && schedule instanceof Schedule.ProgramOrder
            ? Optional.of(new RaceChecker(program.cores().size(), limits.loadQueues()))
            : Optional.empty();
    Checks checks = new Checks(checkInitialised, races);
    Machine machine =
        new Machine(program, limits, memory.drams(), resolve(program, params), checks);
    try {
      execute(machine, schedule);
    } finally {
      machine.finishObserving();
    }
    return machine.instructions();
  }

  private static void execute(Machine machine, Schedule schedule) {
    switch (schedule) {
      case Schedule.ProgramOrder order -> new ProgramOrderRunner(machine).run();
      case Schedule.Priority priority ->
          new QueuedRunner(machine, priority.label(), Policies.priority(priority)).run();
      case Schedule.Random random ->
          new QueuedRunner(machine, random.label(), Policies.random(random.seed())).run();
    }
  }

  private static Map<String, Long> resolve(Program program, Map<String, Long> given) {
    var values = new LinkedHashMap<String, Long>();
    for (Param p : program.params()) {
      long v = given.getOrDefault(p.name(), p.defaultValue());
      if (v < p.min() || v > p.max()) {
        throw NpusimException.usage(
            "exec-param",
            "parameter " + p.name() + " = " + v + " is outside " + p.min() + ".." + p.max(),
            "");
      }
      values.put(p.name(), v);
    }
    for (String name : given.keySet()) {
      if (!values.containsKey(name)) {
        throw NpusimException.usage(
            "exec-param",
            "program '" + program.name() + "' has no parameter '" + name + "'",
            Names.suggest(name, values.keySet()));
      }
    }
    return values;
  }
}
