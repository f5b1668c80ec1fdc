package npusim.workloads;

import npusim.compiler.ir.Model;

/**
 * One compiled program of a scenario and how often it runs.
 *
 * @param name short name in reports: {@code prefill}, {@code decode}, {@code encoder}
 * @param role what its time means
 * @param model the graph
 * @param runs the launches
 * @param outputsPerRun results one launch yields (tokens or items over the whole batch)
 */
public record Stage(String name, Role role, Model model, Runs runs, long outputsPerRun) {

  /** What a stage's time means to a user. */
  public enum Role {
    /** The whole job: one inference. */
    INFERENCE,
    /** Work before the first token: prompt processing or an encoder. */
    PREFILL,
    /** One token for every sequence of the batch. */
    DECODE
  }

  /** How often a stage runs and with which launch parameters. */
  public sealed interface Runs {
    /** Launches in all. */
    long count();
  }

  /** The same launch some times. */
  public record Times(long count) implements Runs {}

  /**
   * One launch for every value of a launch parameter.
   *
   * @param param graph input set at launch
   * @param from first value
   * @param to last value, included
   * @param repeats how often the whole sweep happens
   */
  public record Sweep(String param, long from, long to, long repeats) implements Runs {
    @Override
    public long count() {
      return Math.max(0, to - from + 1) * repeats;
    }
  }
}
