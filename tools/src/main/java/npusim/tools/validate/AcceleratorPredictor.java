package npusim.tools.validate;

import java.util.Map;
import java.util.Set;

/** Drives accelerators as their own software does: forced tiles, fixed instruction streams. */
public interface AcceleratorPredictor {
  /** Chips it drives, by preset name. */
  Set<String> chips();

  /** Modes it knows: what each runs and which keys it needs, in the order of the documentation. */
  Map<String, String> modes();

  /**
   * Refuses a job before anything runs.
   *
   * @throws npusim.diag.NpusimException (usage) when an option the mode needs is absent or wrong
   */
  void check(Job.OnAccelerator job);

  /**
   * Cycles of a job that {@link #check} lets pass.
   *
   * @throws npusim.diag.NpusimException (infeasible) when a tile does not fit
   */
  long cycles(Job.OnAccelerator job);
}
