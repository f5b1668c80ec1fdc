package npusim.workloads;

import java.util.List;
import java.util.Optional;

/**
 * A job as a user sees it: the programs it takes, in order.
 *
 * @param name workload name
 * @param title one line for the head of the report: model, batch, lengths, language
 * @param kind what figures the report shows
 * @param batch sequences or images processed together
 * @param stages programs in the order they run
 * @param sentence words about language, for models that write text
 * @param deadline a time the job has to keep
 */
public record Scenario(
    String name,
    String title,
    Kind kind,
    long batch,
    List<Stage> stages,
    Optional<SentenceLength> sentence,
    Optional<Deadline> deadline) {

  /** Copies the list. */
  public Scenario {
    stages = List.copyOf(stages);
  }

  /** What a scenario is. */
  public enum Kind {
    /** One graph, run once per inference. */
    INFERENCE,
    /** Prompt, then tokens one by one: TTFT and TPOT are shown. */
    LANGUAGE_MODEL,
    /** An image encoder, then several texts. */
    CAPTIONER
  }

  /**
   * Tokens of an average sentence.
   *
   * @param lang language of the run
   * @param korean tokens of a Korean sentence
   * @param english tokens of an English sentence
   */
  public record SentenceLength(Lang lang, double korean, double english) {}

  /**
   * A promise to keep.
   *
   * @param what the job in words
   * @param seconds time allowed
   * @param source where the promise was made
   */
  public record Deadline(String what, double seconds, String source) {}
}
