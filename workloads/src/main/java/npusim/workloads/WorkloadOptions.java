package npusim.workloads;

import java.util.OptionalLong;

/**
 * What the caller of a workload may choose.
 *
 * @param batch sequences or images processed together, at least 1
 * @param prompt prompt tokens per sequence; empty: the workload's own
 * @param generate tokens to generate per sequence; empty: the workload's own
 * @param lang language the token counts are for
 * @param weights shapes only, or seeded values
 */
public record WorkloadOptions(
    long batch, OptionalLong prompt, OptionalLong generate, Lang lang, Weights weights) {

  /** One sequence, the workload's own lengths, English, shapes only. */
  public static WorkloadOptions defaults() {
    return new WorkloadOptions(
        1, OptionalLong.empty(), OptionalLong.empty(), Lang.EN, Weights.shapesOnly());
  }

  /** The same with other weights. */
  public WorkloadOptions withWeights(Weights other) {
    return new WorkloadOptions(batch, prompt, generate, lang, other);
  }
}
