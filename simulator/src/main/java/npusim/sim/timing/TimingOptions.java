package npusim.sim.timing;

import java.util.Optional;

/**
 * How to run the timing engine.
 *
 * @param exact simulate every iteration and call instead of skipping repeated ones
 * @param trace observer, if any; without {@code exact} it sees the instructions that are simulated
 *     and not those that repeat them
 * @param maxCycles a run that passes this many cycles is stopped with an error; {@link
 *     Long#MAX_VALUE} for none
 */
public record TimingOptions(boolean exact, Optional<TraceSink> trace, long maxCycles) {

  /** Skips repeated work; no observer. */
  public static TimingOptions defaults() {
    return new TimingOptions(false, Optional.empty(), Long.MAX_VALUE);
  }

  /** Simulates every instruction. */
  public static TimingOptions exactly() {
    return new TimingOptions(true, Optional.empty(), Long.MAX_VALUE);
  }

  /** Skips repeated work and reports what is simulated to a sink. */
  public static TimingOptions sampled(TraceSink sink) {
    return new TimingOptions(false, Optional.of(sink), Long.MAX_VALUE);
  }

  /** Simulates every instruction and reports each to a sink. */
  public static TimingOptions traced(TraceSink sink) {
    return new TimingOptions(true, Optional.of(sink), Long.MAX_VALUE);
  }
}
