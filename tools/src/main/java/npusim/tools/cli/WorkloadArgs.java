package npusim.tools.cli;

import java.util.OptionalLong;
import npusim.hardware.Hardware;
import npusim.workloads.Lang;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadOptions;
import picocli.CommandLine.Option;

/** Options of named workloads. */
final class WorkloadArgs {
  static final String BATCH = "--batch";
  static final String PROMPT = "--prompt";
  static final String GENERATE = "--generate";

  @Option(
      names = BATCH,
      paramLabel = "N",
      description = "Sequences or images together (default 1).")
  private long batch = 1;

  @Option(names = PROMPT, paramLabel = "TOKENS", description = "Prompt tokens per sequence.")
  private Long prompt;

  @Option(names = GENERATE, paramLabel = "TOKENS", description = "Tokens to generate per sequence.")
  private Long generate;

  @Option(
      names = "--lang",
      paramLabel = "ko|en",
      description = "Language that token counts and sentence times are for (default en).")
  private Lang lang = Lang.EN;

  /** Sets an option of one whole number in plain digits; false when it is none of these. */
  boolean take(String option, long value) {
    switch (option) {
      case BATCH -> batch = value;
      case PROMPT -> prompt = value;
      case GENERATE -> generate = value;
      default -> {
        return false;
      }
    }
    return true;
  }

  /** The choices for a workload of shapes only on a system. */
  WorkloadOptions options(Hardware hw) {
    return new WorkloadOptions(
            batch, optional(prompt), optional(generate), lang, Weights.shapesOnly())
        .on(hw.system().chips());
  }

  private static OptionalLong optional(Long v) {
    return v == null ? OptionalLong.empty() : OptionalLong.of(v);
  }
}
