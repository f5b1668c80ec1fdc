package npusim.verify;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.diag.Diagnostic;
import npusim.diag.NpusimException;
import npusim.diag.Severity;
import npusim.program.Param;
import npusim.program.Program;

/**
 * Proves properties of a program before it runs: every field and operand is within the hardware,
 * loops and calls nest, semaphores are balanced (no deadlock, no token left at halt, no overflow),
 * no two units touch overlapping memory without an order between them, and every byte read was
 * written.
 *
 * <p>The program is executed without values, in program order, with a vector clock per unit. What a
 * semaphore, barrier or transfer guarantees whatever the relative speed of the units is joined into
 * the clocks, so a conflict is found even if it does not show in this one order. Launch parameters
 * take their default and their largest value.
 *
 * <p>Bounds: beyond {@value #FULL_INSTRUCTIONS} executed instructions, loops whose iterations leave
 * the semaphores as they were are checked in their first {@value CoreRun#HEAD} and last {@value
 * CoreRun#TAIL} iterations only; the writes of the others are taken as done. Beyond {@value
 * #MAX_INSTRUCTIONS} the rest is not checked, with a warning. Operands that depend on values read
 * from memory are left out, with a warning; loops of such a count are executed once. An operand of
 * more than {@value Footprint#MAX_RUNS} separate runs counts as its hull.
 */
public final class ProgramVerifier {
  /** Executed instructions up to which every loop iteration is checked. */
  public static final long FULL_INSTRUCTIONS = 1_000_000;

  /** Executed instructions after which checking ends. */
  public static final long MAX_INSTRUCTIONS = 10_000_000;

  private ProgramVerifier() {}

  /** Everything found, at most 50 messages; the program is proved when none is an error. */
  public static List<Diagnostic> verify(Program program, Limits limits) {
    return verify(program, limits, FULL_INSTRUCTIONS);
  }

  /**
   * As {@link #verify(Program, Limits)}, with loops shortened beyond a given number of
   * instructions.
   */
  static List<Diagnostic> verify(Program program, Limits limits, long fullInstructions) {
    var findings = new Findings(program);
    new StructureChecks(program, limits, findings).run();
    boolean sound = findings.diagnostics().stream().noneMatch(d -> d.severity() == Severity.ERROR);
    if (sound) {
      for (List<Long> values : parameterValues(program.params())) {
        execute(program, limits, findings, values, fullInstructions);
      }
    }
    return List.copyOf(findings.diagnostics());
  }

  /** As {@link #verify}, with given launch parameters; unnamed ones take their default. */
  public static List<Diagnostic> verify(
      Program program, Limits limits, Map<String, Long> parameters) {
    var findings = new Findings(program);
    new StructureChecks(program, limits, findings).run();
    if (findings.diagnostics().stream().noneMatch(d -> d.severity() == Severity.ERROR)) {
      var values = new ArrayList<Long>();
      program
          .params()
          .forEach(p -> values.add(parameters.getOrDefault(p.name(), p.defaultValue())));
      execute(program, limits, findings, values, FULL_INSTRUCTIONS);
    }
    return List.copyOf(findings.diagnostics());
  }

  /** Throws the errors found, if any, as a failed check (exit code 1). */
  public static void require(Program program, Limits limits) {
    List<Diagnostic> errors =
        verify(program, limits).stream().filter(d -> d.severity() == Severity.ERROR).toList();
    if (!errors.isEmpty()) {
      throw NpusimException.checkFailed(errors);
    }
  }

  private static Set<List<Long>> parameterValues(List<Param> params) {
    var values = new LinkedHashSet<List<Long>>();
    values.add(params.stream().map(Param::defaultValue).toList());
    values.add(params.stream().map(Param::max).toList());
    return values;
  }

  private static void execute(
      Program program, Limits limits, Findings findings, List<Long> parameters, long full) {
    var registers = new ArrayList<long[]>();
    for (Program.Launch core : program.cores()) {
      long[] r = core.initialRegisters().clone();
      for (int i = 0; i < parameters.size(); i++) {
        r[program.params().get(i).register()] = parameters.get(i);
      }
      registers.add(r);
    }
    boolean shorten = InstructionCount.of(program, limits, registers, full) > full;
    new Machine(program, limits, findings, registers, shorten, MAX_INSTRUCTIONS).run();
  }
}
