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
 * @param shard the chips that share a language model, and which of them the graphs are for
 */
public record WorkloadOptions(
    long batch,
    OptionalLong prompt,
    OptionalLong generate,
    Lang lang,
    Weights weights,
    Shard shard) {

  /** For one chip. */
  public WorkloadOptions(
      long batch, OptionalLong prompt, OptionalLong generate, Lang lang, Weights weights) {
    this(batch, prompt, generate, lang, weights, Shard.WHOLE);
  }

  /** One sequence, the workload's own lengths, English, shapes only. */
  public static WorkloadOptions defaults() {
    return new WorkloadOptions(
        1, OptionalLong.empty(), OptionalLong.empty(), Lang.EN, Weights.shapesOnly());
  }

  /** The same with other weights. */
  public WorkloadOptions withWeights(Weights other) {
    return new WorkloadOptions(batch, prompt, generate, lang, other, shard);
  }

  /** The same for the chips of a system, all of them where a model can be divided so. */
  public WorkloadOptions on(int chips) {
    boolean divides = Integer.bitCount(chips) == 1 && chips <= Shard.MOST;
    return withShard(divides ? new Shard(chips, 0) : Shard.WHOLE);
  }

  /** The same for one of several chips. */
  public WorkloadOptions withShard(Shard s) {
    return new WorkloadOptions(batch, prompt, generate, lang, weights, s);
  }
}
