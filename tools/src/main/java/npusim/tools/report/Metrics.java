package npusim.tools.report;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import npusim.program.Coverage;
import npusim.sim.energy.EnergyResult;
import npusim.tools.run.AreaProxy;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.StageTotals;
import npusim.workloads.Lang;
import npusim.workloads.Scenario;
import npusim.workloads.Stage;

/** Computes the metrics of a result; one that makes no sense for it is absent. */
public final class Metrics {
  private Metrics() {}

  /** All metrics of a scenario, in catalogue order. */
  public static Map<Metric, Number> of(ScenarioResult r) {
    var m = new EnumMap<Metric, Number>(Metric.class);
    long cycles = r.cycles();
    double seconds = r.seconds(cycles);
    m.put(Metric.LATENCY_CYCLES, cycles);
    m.put(Metric.LATENCY_MS, seconds * 1e3);
    long results = results(r);
    m.put(Metric.THROUGHPUT, seconds == 0 ? 0 : results / seconds);
    language(r, m);
    r.scenario()
        .deadline()
        .ifPresent(
            d -> {
              m.put(Metric.DEADLINE_SECONDS, d.seconds());
              m.put(Metric.DEADLINE_MET, seconds <= d.seconds() ? 1 : 0);
            });
    coverage(r, m);
    memory(r, m, seconds);
    numbers(r, m);
    simulated(r, m);
    EnergyResult e = energy(r);
    m.put(Metric.ENERGY_J, e.joules());
    m.put(Metric.DYNAMIC_ENERGY_J, e.totalDynamicPj() * 1e-12);
    m.put(Metric.STATIC_ENERGY_J, e.totalStaticPj() * 1e-12);
    m.put(Metric.ENERGY_PER_RESULT_J, e.joules() / results);
    m.put(Metric.AVERAGE_POWER_W, e.averagePowerW());
    m.put(
        Metric.PEAK_POWER_W,
        r.stages().stream().mapToDouble(StageTotals::peakPowerW).max().orElse(0));
    m.put(Metric.CHIPS, r.chips());
    m.put(Metric.AREA_PROXY_MM2, AreaProxy.squareMillimetres(r.hw()) * r.chips());
    m.put(Metric.TDP_W, r.hw().chip().tdpW() * r.chips());
    return Collections.unmodifiableMap(m);
  }

  /** What throughput counts: tokens for language models, images for captioners, else inferences. */
  public static String resultName(Scenario.Kind kind) {
    return switch (kind) {
      case INFERENCE -> "inference";
      case LANGUAGE_MODEL -> "token";
      case CAPTIONER -> "image";
    };
  }

  /** Results of the whole job. */
  public static long results(ScenarioResult r) {
    return switch (r.scenario().kind()) {
      case LANGUAGE_MODEL ->
          r.stages().stream().mapToLong(s -> s.launches() * s.stage().outputsPerRun()).sum();
      case INFERENCE ->
          r.stages().stream().mapToLong(s -> s.launches() * s.stage().outputsPerRun()).sum();
      case CAPTIONER -> r.scenario().batch();
    };
  }

  /** Energy of all stages. */
  public static EnergyResult energy(ScenarioResult r) {
    return r.stages().stream()
        .map(StageTotals::energy)
        .reduce(EnergyResult::plus)
        .orElseThrow(() -> new IllegalArgumentException("a scenario has stages"));
  }

  /** Multiply-accumulates the graphs ask for, over all launches. */
  public static long graphMacs(List<StageTotals> stages) {
    return stages.stream().mapToLong(s -> s.launches() * s.program().coverage().macs()).sum();
  }

  private static void language(ScenarioResult r, Map<Metric, Number> m) {
    if (r.scenario().kind() == Scenario.Kind.INFERENCE) {
      return;
    }
    long encodes =
        r.scenario().kind() == Scenario.Kind.CAPTIONER ? r.launches(Stage.Role.PREFILL) : 1;
    m.put(
        Metric.TTFT_MS,
        r.seconds(r.cycles(Stage.Role.PREFILL) / (double) Math.max(1, encodes)) * 1e3);
    long steps = r.launches(Stage.Role.DECODE);
    if (steps > 0) {
      double tpot = r.seconds(r.cycles(Stage.Role.DECODE) / (double) steps);
      m.put(Metric.TPOT_MS, tpot * 1e3);
      r.scenario()
          .sentence()
          .ifPresent(
              s ->
                  m.put(
                      Metric.SENTENCE_SECONDS,
                      tpot * (s.lang() == Lang.KO ? s.korean() : s.english())));
    }
  }

  private static void coverage(ScenarioResult r, Map<Metric, Number> m) {
    int graph = 0;
    int mapped = 0;
    int fused = 0;
    int folded = 0;
    int alias = 0;
    int operations = 0;
    long weights = 0;
    for (StageTotals s : r.stages()) {
      Coverage c = s.program().coverage();
      graph += c.graphNodes();
      mapped += c.mapped();
      fused += c.fused();
      operations += c.operations();
      folded += c.folded();
      alias += c.alias();
      weights = Math.max(weights, c.weightBytes());
    }
    m.put(Metric.GRAPH_NODES, graph);
    m.put(Metric.MAPPED_NODES, mapped);
    m.put(Metric.FUSED_NODES, fused);
    m.put(Metric.FOLDED_NODES, folded);
    m.put(Metric.ALIAS_NODES, alias);
    m.put(Metric.OPERATIONS, operations);
    m.put(Metric.WEIGHT_BYTES, weights);
    m.put(Metric.GRAPH_MACS, graphMacs(r.stages()));
    m.put(Metric.VECTOR_MACS, Layers.vectorMacs(r));
    m.put(Metric.EXECUTED_MACS, r.stages().stream().mapToLong(StageTotals::macs).sum());
    m.put(Metric.PADDED_MACS, r.stages().stream().mapToLong(StageTotals::paddedMacs).sum());
  }

  private static void numbers(ScenarioResult r, Map<Metric, Number> m) {
    r.pruning()
        .ifPresent(
            p -> {
              m.put(Metric.DENSE_WEIGHT_BYTES, p.denseWeightBytes());
              m.put(Metric.DENSE_DRAM_READ_BYTES, p.denseDramReadBytes());
              m.put(Metric.DENSE_LATENCY_MS, r.seconds(p.denseCycles()) * 1e3);
              m.put(Metric.PRUNING_SPEEDUP, p.denseCycles() / (double) Math.max(1, r.cycles()));
            });
    r.accuracy()
        .ifPresent(
            a -> {
              m.put(Metric.ACCURACY_COSINE, a.cosine());
              if (Double.isFinite(a.snrDb())) {
                m.put(Metric.ACCURACY_SNR_DB, a.snrDb());
              }
              a.top1().ifPresent(t -> m.put(Metric.ACCURACY_TOP1, t));
            });
  }

  private static void memory(ScenarioResult r, Map<Metric, Number> m, double seconds) {
    long read = r.stages().stream().mapToLong(StageTotals::dramReadBytes).sum();
    long written = r.stages().stream().mapToLong(StageTotals::dramWrittenBytes).sum();
    double peak = r.hw().dramBytesPerSecond() * r.chips();
    double rate = seconds == 0 ? 0 : (read + written) / seconds;
    m.put(Metric.DRAM_READ_BYTES, read);
    m.put(Metric.DRAM_WRITTEN_BYTES, written);
    if (r.hw().sharedSram().isPresent()) {
      m.put(
          Metric.SHARED_READ_BYTES,
          r.stages().stream().mapToLong(StageTotals::sharedReadBytes).sum());
      m.put(
          Metric.SHARED_WRITTEN_BYTES,
          r.stages().stream().mapToLong(StageTotals::sharedWrittenBytes).sum());
    }
    m.put(Metric.DRAM_GB_PER_S, rate * 1e-9);
    if (Double.isFinite(peak)) {
      m.put(Metric.DRAM_PEAK_GB_PER_S, peak * 1e-9);
      double busy = r.hw().dramCycles(read, written) / r.chips();
      m.put(Metric.DRAM_UTILISATION, r.cycles() == 0 ? 0 : busy / r.cycles());
    }
    long macs = r.stages().stream().mapToLong(StageTotals::macs).sum();
    double possible =
        r.stages().stream()
            .mapToDouble(
                s ->
                    s.cycles()
                        * r.hw().chipMacsPerCycle(s.mainType(r.dtype(), r.hw()))
                        * s.program().chips())
            .sum();
    if (possible > 0) {
      m.put(Metric.MATRIX_UTILISATION, macs / possible);
    }
    double bound = r.stages().stream().mapToDouble(s -> s.bound(r.hw()).cycles()).sum();
    if (bound > 0) {
      m.put(Metric.BOUND_RATIO, r.cycles() / bound);
    }
    long scratchpad =
        r.stages().stream().mapToLong(StageTotals::scratchpadPeakBytes).max().orElse(0);
    if (scratchpad > 0) {
      m.put(Metric.SCRATCHPAD_PEAK_BYTES, scratchpad);
    }
    m.put(Metric.SCRATCHPAD_BYTES, r.hw().core().scratchpad().bytes());
    long state = r.stages().stream().mapToLong(StageTotals::stateBytes).max().orElse(0);
    if (state > 0) {
      m.put(Metric.KV_CACHE_BYTES, state);
    }
  }

  private static void simulated(ScenarioResult r, Map<Metric, Number> m) {
    m.put(Metric.INSTRUCTIONS, r.stages().stream().mapToLong(StageTotals::instructions).sum());
    m.put(
        Metric.SIMULATED_INSTRUCTIONS,
        r.stages().stream().mapToLong(StageTotals::simulatedInstructions).sum());
    m.put(Metric.LAUNCHES, r.stages().stream().mapToLong(StageTotals::launches).sum());
    m.put(
        Metric.SIMULATED_LAUNCHES,
        r.stages().stream().mapToLong(StageTotals::simulatedLaunches).sum());
  }
}
