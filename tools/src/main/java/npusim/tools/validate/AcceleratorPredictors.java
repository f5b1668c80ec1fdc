package npusim.tools.validate;

import java.util.List;
import java.util.TreeSet;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.tools.accelerator.GemminiPredictor;
import npusim.tools.accelerator.VtaPredictor;

/** The known {@link AcceleratorPredictor}s. */
final class AcceleratorPredictors {
  private static final List<AcceleratorPredictor> ALL =
      List.of(new GemminiPredictor(), new VtaPredictor());

  private AcceleratorPredictors() {}

  static long cycles(Job.OnAccelerator job) {
    var modes = new TreeSet<String>();
    for (AcceleratorPredictor p : ALL) {
      if (p.chips().contains(job.machine())) {
        if (p.modes().contains(job.mode())) {
          return p.cycles(job);
        }
        modes.addAll(p.modes());
      }
    }
    throw NpusimException.infeasible(
        "validate-accelerator",
        job.machine() + " can't be driven in mode " + job.mode(),
        modes.isEmpty() ? "" : Names.suggest(job.mode(), modes));
  }
}
