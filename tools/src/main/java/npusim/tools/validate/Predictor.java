package npusim.tools.validate;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.compiler.CompileOptions;
import npusim.compiler.ModelNotes;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.TensorType;
import npusim.compiler.quant.Precision;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.HostLink;
import npusim.hardware.MatrixUnit;
import npusim.isa.DType;
import npusim.sim.dram.DramStreams;
import npusim.sim.timing.ArrayCycles;
import npusim.tools.report.Metric;
import npusim.tools.report.Metrics;
import npusim.tools.run.ModelArgument;
import npusim.tools.run.RunOptions;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.ScenarioRunner;
import npusim.workloads.Lang;
import npusim.workloads.Scenario;
import npusim.workloads.Stage;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadOptions;

/** Runs a job and states the result in a table's unit. */
final class Predictor {
  private Predictor() {}

  /** The measures that jobs of a kind have. */
  static boolean has(Job.Kind kind, Measure m) {
    return switch (kind) {
      case ARRAY, ACCELERATOR -> m == Measure.CYCLES;
      case DRAM -> m == Measure.GIGABYTES_PER_S || m == Measure.CLOCKS || m == Measure.NANOSECONDS;
      case KERNEL, MODEL -> m != Measure.CLOCKS;
    };
  }

  static double predict(Job job, Measure measure) {
    return switch (job) {
      case Job.OnArray a -> array(a);
      case Job.OnAccelerator a -> AcceleratorPredictors.cycles(a);
      case Job.OnMemory m -> memory(m, measure);
      case Job.OnChip c -> chip(c, measure);
    };
  }

  private static double array(Job.OnArray a) {
    MatrixUnit u = a.hw().core().matrix();
    var preload =
        a.mode() == Job.ArrayMode.WS_NOOVL
            ? MatrixUnit.Preload.EXPOSED
            : MatrixUnit.Preload.OVERLAPPED;
    var dataflow =
        switch (a.mode()) {
          case WS, WS_NOOVL -> MatrixUnit.Dataflow.WS;
          case OS, OS_TR -> MatrixUnit.Dataflow.OS;
          case IS -> MatrixUnit.Dataflow.IS;
        };
    var p = a.product();
    return ArrayCycles.of(u, dataflow, preload, p.m(), p.n(), p.k());
  }

  private static double memory(Job.OnMemory m, Measure measure) {
    var driver = new DramStreams(m.dram());
    var r =
        driver.run(
            m.stream(),
            m.requests().orElse(m.stream().defaultRequests()),
            m.window().orElse(driver.defaultWindow()));
    return switch (measure) {
      case GIGABYTES_PER_S -> r.gigabytesPerSecond();
      case CLOCKS -> r.averageLatencyClocks();
      default -> r.averageLatencyNs();
    };
  }

  private static double chip(Job.OnChip c, Measure measure) {
    CompileOptions compile = CompileOptions.DEFAULT.withDims(c.dims());
    if (c.dtype().isPresent()) {
      compile = compile.withPrecision(Precision.parse(c.dtype().get()));
    }
    if (c.tile().isPresent()) {
      compile = compile.withTile(c.tile().get());
    }
    var runner = new ScenarioRunner(c.hw(), new RunOptions(compile, Optional.empty(), false));
    return value(runner.run(scenario(c, measure)), c, measure);
  }

  /**
   * What a job runs, only the stages that a measure counts.
   *
   * @throws NpusimException (usage) when there is no such workload or nothing of it counts
   */
  static Scenario scenario(Job.OnChip c, Measure measure) {
    var options =
        new WorkloadOptions(c.batch(), c.prompt(), c.generate(), Lang.EN, Weights.shapesOnly())
            .on(c.hw().system().chips());
    return only(ModelArgument.resolve(c.workload(), options), measure);
  }

  /** The scenario with only the stages that a measure counts. */
  private static Scenario only(Scenario s, Measure measure) {
    Optional<Stage.Role> role =
        switch (measure) {
          case TTFT_MS -> Optional.of(Stage.Role.PREFILL);
          case TOKENS_PER_S, TOKENS_PER_S_PER_USER -> Optional.of(Stage.Role.DECODE);
          default -> Optional.empty();
        };
    List<Stage> stages =
        s.stages().stream().filter(t -> role.isEmpty() || t.role() == role.get()).toList();
    if (stages.isEmpty()) {
      throw NpusimException.usage(
          "validate-measure",
          s.name() + " has nothing to measure in " + measure.label(),
          "tokens need a language model and generate: 2 or more");
    }
    return new Scenario(
        s.name(), s.title(), s.kind(), s.batch(), stages, s.sentence(), s.deadline());
  }

  private static double value(ScenarioResult r, Job.OnChip c, Measure measure) {
    double host = c.host() ? c.hw().host().map(h -> transfers(r, c, h)).orElse(0.0) : 0;
    double seconds = r.seconds(r.cycles()) + host;
    Map<Metric, Number> m = Metrics.of(r);
    long steps = Math.max(1, r.launches(Stage.Role.DECODE));
    double step = r.seconds(r.cycles(Stage.Role.DECODE) / (double) steps) + host;
    return switch (measure) {
      case CYCLES -> r.cycles();
      case NANOSECONDS -> seconds * 1e9;
      case MICROSECONDS -> seconds * 1e6;
      case MILLISECONDS -> seconds * 1e3;
      case TTFT_MS -> (r.seconds(r.cycles(Stage.Role.PREFILL)) + host) * 1e3;
      case SAMPLES_PER_S -> c.batch() * c.copies() / seconds;
      case TOKENS_PER_S -> c.batch() * c.copies() / step;
      case TOKENS_PER_S_PER_USER -> 1 / step;
      case GIGABYTES_PER_S -> m.get(Metric.DRAM_GB_PER_S).doubleValue() * c.copies();
      case GIGAELEMENTS_PER_S -> outputs(r) / seconds * 1e-9;
      case TERAFLOPS -> 2 * Metrics.graphMacs(r.stages()) * c.copies() / seconds * 1e-12;
      case MATRIX_PERCENT -> 100 * matrixShare(r, c.hw());
      case CLOCKS -> throw new IllegalArgumentException("a chip has no memory clocks");
    };
  }

  /**
   * Seconds of the transfers from the host and back of one launch; numbers in the type that
   * products compute in. What stays on the chip from launch to launch, such as a KV cache, is not
   * among them.
   */
  private static double transfers(ScenarioResult r, Job.OnChip c, HostLink link) {
    Model model = r.stages().getFirst().stage().model();
    Map<String, String> kept = ModelNotes.of(model).states();
    Graph g = model.graph();
    DType floats =
        c.dtype()
            .map(Precision::parse)
            .map(p -> p.products().orElse(p.compute()))
            .orElse(r.dtype());
    double in = bytes(floats, g, g.inputs(), kept.values());
    double out = bytes(floats, g, g.outputs(), kept.keySet());
    return 2 * link.latencyUs() * 1e-6
        + in / (link.gigabytesPerSecond() * 1e9)
        + out / (link.readGigabytesPerSecond() * 1e9);
  }

  private static double bytes(DType floats, Graph g, List<String> values, Collection<String> kept) {
    double bytes = 0;
    for (String value : values) {
      if (!kept.contains(value) && g.type(value) instanceof TensorType t && t.isStatic()) {
        DType type = t.dtype().isFloat() ? floats : t.dtype();
        bytes += type.bytesFor(t.elements());
      }
    }
    return bytes;
  }

  private static double outputs(ScenarioResult r) {
    return r.stages().stream()
        .map(s -> s.stage().model().graph())
        .mapToDouble(
            g ->
                g.outputs().stream()
                    .map(g::type)
                    .mapToDouble(t -> t instanceof TensorType v ? v.elements() : 0)
                    .sum())
        .sum();
  }

  private static double matrixShare(ScenarioResult r, Hardware hw) {
    double peak = hw.chipMacsPerCycle(r.stages().getFirst().mainType(r.dtype(), hw));
    return Metrics.graphMacs(r.stages()) / (peak * r.chips() * r.cycles());
  }
}
