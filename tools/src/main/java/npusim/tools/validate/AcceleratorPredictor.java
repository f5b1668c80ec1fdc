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
   * Cycles of a job.
   *
   * @throws npusim.diag.NpusimException (usage) when an option the mode needs is absent or wrong
   */
  long cycles(Job.OnAccelerator job);
}
