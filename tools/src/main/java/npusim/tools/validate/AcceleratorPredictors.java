package npusim.tools.validate;

import java.util.List;
import java.util.TreeSet;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.tools.accelerator.GemminiPredictor;
import npusim.tools.accelerator.TensixPredictor;
import npusim.tools.accelerator.VtaPredictor;

/** The known {@link AcceleratorPredictor}s. */
final class AcceleratorPredictors {
  private static final List<AcceleratorPredictor> ALL =
      List.of(new GemminiPredictor(), new VtaPredictor(), new TensixPredictor());

  private AcceleratorPredictors() {}

  /** Markdown table of chips and modes. */
  static String markdown() {
    var out = new StringBuilder("| `mode` | chips | what runs |\n| --- | --- | --- |\n");
    for (AcceleratorPredictor p : ALL) {
      String chips = String.join(", ", new TreeSet<>(p.chips()));
      p.modes()
          .forEach(
              (mode, what) ->
                  out.append("| `")
                      .append(mode)
                      .append("` | ")
                      .append(chips)
                      .append(" | ")
                      .append(what)
                      .append(" |\n"));
    }
    return out.toString();
  }

  /**
   * Refuses a job that no driver takes.
   *
   * @throws NpusimException (usage)
   */
  static void check(Job.OnAccelerator job) {
    of(job).check(job);
  }

  static long cycles(Job.OnAccelerator job) {
    return of(job).cycles(job);
  }

  private static AcceleratorPredictor of(Job.OnAccelerator job) {
    var chips = new TreeSet<String>();
    for (AcceleratorPredictor p : ALL) {
      chips.addAll(p.chips());
      if (p.chips().contains(job.machine())) {
        if (p.modes().containsKey(job.mode())) {
          return p;
        }
        throw NpusimException.usage(
            "validate-accelerator",
            job.machine() + " can't be driven in mode " + job.mode(),
            Names.suggest(job.mode(), p.modes().keySet()));
      }
    }
    throw NpusimException.usage(
        "validate-accelerator",
        "nothing drives " + job.machine() + " as its own software does",
        "chips with a driver: " + String.join(", ", chips) + "; others take kind: kernel");
  }
}
