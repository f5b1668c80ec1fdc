package npusim.tools.validate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a table's values are; its label is the {@code unit:} of a table. */
public enum Measure {
  CYCLES("cycles", "core clock cycles of the whole job"),
  NANOSECONDS("ns", "time of the whole job"),
  MICROSECONDS("us", "time of the whole job"),
  MILLISECONDS("ms", "time of the whole job"),
  TTFT_MS("ms to first token", "time until the prompt's first token"),
  SAMPLES_PER_S("samples/s", "inferences per second"),
  TOKENS_PER_S("tokens/s", "generated tokens per second, all sequences together"),
  TOKENS_PER_S_PER_USER("tokens/s/user", "generated tokens per second of one sequence"),
  GIGABYTES_PER_S("GB/s", "10^9 bytes moved per second"),
  GIGAELEMENTS_PER_S("Gelements/s", "10^9 elements of the result per second"),
  TERAFLOPS("TFLOP/s", "2 × 10^12 multiply-accumulates of the model per second"),
  MATRIX_PERCENT("% of matrix peak", "multiply-accumulates of the peak rate"),
  CLOCKS("clocks", "average latency of the reads in memory clocks");

  private final String label;
  private final String meaning;

  Measure(String label, String meaning) {
    this.label = label;
    this.meaning = meaning;
  }

  /** How it is written. */
  public String label() {
    return label;
  }

  /** What it counts in tables of a kind. */
  String meaning(Job.Kind kind) {
    return this == NANOSECONDS && kind == Job.Kind.DRAM ? "average latency of the reads" : meaning;
  }

  static Optional<Measure> of(String label) {
    // The micro sign and the Greek letter mu.
    String plain = label.replace('\u00B5', 'u').replace('\u03BC', 'u');
    return Arrays.stream(values()).filter(m -> m.label.equals(plain)).findFirst();
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(Measure::label).toList();
  }
}
