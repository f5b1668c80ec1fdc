package npusim.tools.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Every figure of a report: its name in files, its unit and what it means. */
public enum Metric {
  LATENCY_CYCLES("cycles", "latency of the whole job in core clock cycles"),
  LATENCY_MS("ms", "latency of the whole job"),
  THROUGHPUT("1/s", "inferences, tokens or images per second over all sequences of the batch"),
  TTFT_MS("ms", "time to first token: prompt processing or image encoding"),
  TPOT_MS("ms", "time per output token of one sequence, mean over the decode steps"),
  SENTENCE_SECONDS("s", "time to write an average sentence in the run's language"),
  DEADLINE_SECONDS("s", "time the job is allowed"),
  DEADLINE_MET("", "true when the job's latency is within the deadline"),
  GRAPH_NODES("", "nodes of the models as read"),
  MAPPED_NODES("", "nodes with instructions of their own"),
  FUSED_NODES("", "nodes done by the instructions of another one"),
  FOLDED_NODES("", "nodes computed at compile time or of no effect"),
  ALIAS_NODES("", "nodes that only rename memory; mapped, fused, folded and alias make all"),
  OPERATIONS("", "operations with instructions that the nodes became, layers that repeat counted"),
  GRAPH_MACS("MAC", "multiply-accumulates the graphs ask for, over all launches"),
  VECTOR_MACS(
      "MAC", "those of nodes that the vector units compute alone, as types that no array takes"),
  EXECUTED_MACS(
      "MAC", "multiply-accumulates executed by the arrays; pruned weights they skip are not in it"),
  PADDED_MACS("MAC", "array slots passed without a useful operand"),
  WEIGHT_BYTES("B", "weights in DRAM, the largest stage's"),
  DRAM_READ_BYTES("B", "bytes read from DRAM"),
  DRAM_WRITTEN_BYTES("B", "bytes written to DRAM"),
  SHARED_READ_BYTES("B", "bytes read from SRAM shared by a chip's cores; absent without one"),
  SHARED_WRITTEN_BYTES("B", "bytes written to SRAM shared by a chip's cores; absent without one"),
  DRAM_GB_PER_S("GB/s", "DRAM bytes over latency, 10^9 bytes"),
  DRAM_PEAK_GB_PER_S("GB/s", "DRAM peak rate of the chip"),
  DRAM_UTILISATION("", "time of the DRAM's traffic at its peak rate over the latency, 0 to 1"),
  MATRIX_UTILISATION("", "executed over possible multiply-accumulates of the matrix units, 0 to 1"),
  BOUND_RATIO("", "latency over the larger of compute and DRAM time at peak rates, at least 1"),
  DENSE_WEIGHT_BYTES("B", "weights in DRAM before pruning and compression"),
  DENSE_DRAM_READ_BYTES("B", "bytes read from DRAM by the same job with all weights"),
  DENSE_LATENCY_MS("ms", "latency of the same job with all weights, simulated again"),
  PRUNING_SPEEDUP("", "latency with all weights over latency with pruned ones"),
  ACCURACY_COSINE(
      "", "least cosine similarity of an output with the model in its own types, all weights"),
  ACCURACY_SNR_DB("dB", "least signal to noise of an output against that; absent when equal"),
  ACCURACY_TOP1("", "share of rows of an output with the same largest element, 0 to 1"),
  SCRATCHPAD_PEAK_BYTES("B", "most scratchpad of one core in use by a layer and what it keeps"),
  SCRATCHPAD_BYTES("B", "scratchpad of one core"),
  KV_CACHE_BYTES("B", "DRAM that keeps its contents between launches, the largest stage's"),
  INSTRUCTIONS("", "instructions executed"),
  SIMULATED_INSTRUCTIONS(
      "", "instructions simulated one by one; the others repeat them or lie in other launches"),
  LAUNCHES("", "program launches"),
  SIMULATED_LAUNCHES("", "launches simulated; the others are interpolated between them"),
  ENERGY_J("J", "energy of the job"),
  DYNAMIC_ENERGY_J("J", "switching energy"),
  STATIC_ENERGY_J("J", "energy spent whether or not anything happens"),
  ENERGY_PER_RESULT_J("J", "energy per inference, token or image"),
  AVERAGE_POWER_W("W", "energy over latency"),
  PEAK_POWER_W("W", "highest power over 10 µs of the launches simulated"),
  CHIPS("", "chips of the system that the job runs on; peak rates, power, TDP and area are theirs"),
  AREA_PROXY_MM2(
      "mm²",
      "multipliers and adders of the arrays and SRAM cells of the chips that the job runs on, at"
          + " 45 nm, for comparing them"),
  TDP_W("W", "thermal design power of the chips that the job runs on");

  private final String unit;
  private final String meaning;

  Metric(String unit, String meaning) {
    this.unit = unit;
    this.meaning = meaning;
  }

  /** Name in JSON, CSV and expectation files. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The metric of a name in files. */
  public static Optional<Metric> ofId(String id) {
    return Arrays.stream(values()).filter(m -> m.id().equals(id)).findFirst();
  }

  /** Unit, empty for counts and ratios. */
  public String unit() {
    return unit;
  }

  /** What it means, one line. */
  public String meaning() {
    return meaning;
  }
}
