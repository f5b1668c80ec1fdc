package npusim.tools.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.quant.Pruning;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.program.NodeInfo;
import npusim.program.Program;
import npusim.tools.exec.Accuracy;
import npusim.tools.exec.ModelExecution;
import npusim.workloads.Scenario;
import npusim.workloads.Stage;

/** Compiles and simulates the stages of a scenario. */
public final class ScenarioRunner {
  /**
   * Launches of a sweep that are simulated unless every one is asked for. The sweep is cut into so
   * many stretches and the middle of each stands for it: exact where cost is linear in the
   * parameter, and sums stay sums of whole runs.
   */
  private static final int SAMPLES = 3;

  /** A sweep over which the parameter grows by less than this part of it has one sample. */
  private static final int SHORT = 8;

  /** Models of more multiply-accumulates are not executed to measure accuracy. */
  private static final long EXECUTED_MACS = 500_000_000;

  private final Hardware hw;
  private final RunOptions options;
  private final int threads;

  /** A runner for a chip, on all processors. */
  public ScenarioRunner(Hardware hw, RunOptions options) {
    this(hw, options, Runtime.getRuntime().availableProcessors());
  }

  /** A runner for a chip, on so many threads. */
  ScenarioRunner(Hardware hw, RunOptions options, int threads) {
    this.hw = hw;
    this.options = options;
    this.threads = threads;
  }

  /** Type the scenario is computed in. */
  public DType dtype() {
    return options.dtype().orElse(hw.nativeType());
  }

  /**
   * Runs every stage.
   *
   * @throws npusim.diag.NpusimException when a model is invalid or can't run on the chip
   */
  public ScenarioResult run(Scenario scenario) {
    return run(scenario, what -> {});
  }

  /**
   * As {@link #run(Scenario)}, telling what is being done.
   *
   * @param progress told at every step
   */
  public ScenarioResult run(Scenario scenario, Consumer<String> progress) {
    List<StageTotals> stages = stages(scenario, progress);
    return new ScenarioResult(
        scenario,
        hw,
        dtype(),
        stages,
        gain(scenario, stages, progress),
        accuracy(scenario, progress),
        List.of());
  }

  /** Runs every stage without asking what pruning and precision have changed. */
  ScenarioResult runAlone(Scenario scenario) {
    return new ScenarioResult(scenario, hw, dtype(), stages(scenario, what -> {}));
  }

  private List<StageTotals> stages(Scenario scenario, Consumer<String> progress) {
    var results = new ArrayList<StageTotals>();
    try (var workers = new Workers(threads)) {
      var launched = new ArrayList<Launched>();
      for (Stage s : scenario.stages()) {
        progress.accept("compiling " + s.name());
        launched.add(launch(s, workers));
      }
      for (Launched l : launched) {
        results.add(collect(l, progress));
      }
    }
    return results;
  }

  /** What pruning brought: the job again with all weights. */
  private Optional<PruningGain> gain(
      Scenario scenario, List<StageTotals> pruned, Consumer<String> progress) {
    Optional<Pruning> pruning = options.compile().pruning();
    if (pruning.isEmpty()) {
      return Optional.empty();
    }
    var all =
        new RunOptions(
            options.compile().withPruning(Optional.empty()), options.dtype(), options.exact());
    List<StageTotals> dense =
        new ScenarioRunner(hw, all, threads)
            .stages(scenario, what -> progress.accept(what + " with all weights"));
    return Optional.of(PruningGain.of(pruning.get().name(), hw, pruned, dense));
  }

  /**
   * What a change of numbers that was asked for costs, for one model with weights that is small
   * enough to execute.
   */
  private Optional<Accuracy> accuracy(Scenario scenario, Consumer<String> progress) {
    CompileOptions o = options.dtype().isPresent() ? compileOptions() : options.compile();
    if (!o.changesNumbers() || scenario.stages().size() != 1) {
      return Optional.empty();
    }
    Stage stage = scenario.stages().getFirst();
    Graph g = stage.model().graph();
    boolean complete = g.initializers().values().stream().allMatch(Tensor::hasData);
    Map<String, Tensor> inputs =
        complete && !g.initializers().isEmpty() ? Accuracy.seededInputs(g) : Map.of();
    if (inputs.isEmpty() || stage.runs() instanceof Stage.Sweep) {
      return Optional.empty();
    }
    long macs = compile(stage).nodes().stream().mapToLong(NodeInfo::macs).sum();
    if (macs > EXECUTED_MACS) {
      return Optional.empty();
    }
    progress.accept("executing " + stage.name() + " for its accuracy");
    var got = ModelExecution.run(stage.model().copy(), inputs, hw, compileOptions()).outputs();
    return Optional.of(Accuracy.measure(stage.model(), inputs, hw, got));
  }

  /** A precision that the options state themselves goes before the type of the run. */
  private CompileOptions compileOptions() {
    CompileOptions o = options.compile();
    return o.precision().isPresent() ? o : o.withDtype(dtype());
  }

  /** Compiles a stage; the stage's model stays as it is. */
  public Program compile(Stage stage) {
    try {
      return Compiler.compile(stage.model().copy(), hw, compileOptions());
    } catch (NpusimException e) {
      throw inFile(stage.model().source(), e);
    }
  }

  /** The same with the model's file where a message names no place. */
  private static NpusimException inFile(String source, NpusimException e) {
    Location file = Location.ofFile(source);
    List<Diagnostic> placed =
        e.diagnostics().stream()
            .map(
                d ->
                    d.location().isNone()
                        ? new Diagnostic(d.severity(), d.code(), d.message(), file, d.hint())
                        : d)
            .toList();
    return new NpusimException(e.exitCode(), placed, e);
  }

  /**
   * Simulates one launch of a compiled program as a scenario of one stage.
   *
   * @param params launch parameters by name; the others take their defaults
   * @param exact simulate every call and iteration
   * @throws npusim.diag.NpusimException when a parameter is unknown or out of range, or the program
   *     can't run on the chip
   */
  public static ScenarioResult simulate(
      Program program, Hardware hw, Map<String, Long> params, boolean exact) {
    var stage =
        new Stage(
            "program",
            Stage.Role.INFERENCE,
            new Model(new Graph(program.name())),
            new Stage.Times(1),
            1);
    var totals = new StageTotals(stage, program);
    totals.add(0, 1, Simulated.of(program, hw, params, exact), hw);
    String title =
        params.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(" · "));
    var scenario =
        new Scenario(
            program.name(),
            title,
            Scenario.Kind.INFERENCE,
            1,
            List.of(stage),
            Optional.empty(),
            Optional.empty());
    return new ScenarioResult(scenario, hw, totals.mainType(hw.nativeType(), hw), List.of(totals));
  }

  /** A compiled stage whose simulations may still be running, one per point. */
  private record Launched(
      Stage stage, Program program, List<Point> points, List<Supplier<Simulated>> answers) {}

  /** Compiles a stage; its simulations go on while the next is compiled. */
  private Launched launch(Stage stage, Workers workers) {
    Program program = compile(stage);
    List<Point> points = points(stage.runs());
    List<Supplier<Simulated>> answers = new ArrayList<>();
    for (Point p : points) {
      answers.add(workers.start(() -> Simulated.of(program, hw, p.params, options.exact())));
    }
    return new Launched(stage, program, points, answers);
  }

  private StageTotals collect(Launched l, Consumer<String> progress) {
    var totals = new StageTotals(l.stage, l.program);
    for (int i = 0; i < l.points.size(); i++) {
      Point p = l.points.get(i);
      progress.accept("simulating " + l.stage.name() + " " + (i + 1) + " of " + l.points.size());
      totals.add(p.value, p.times, l.answers.get(i).get(), hw);
    }
    return totals;
  }

  /** A launch to simulate and how many it stands for. */
  private record Point(long value, long times, Map<String, Long> params) {}

  private List<Point> points(Stage.Runs runs) {
    return switch (runs) {
      case Stage.Times(long count) -> List.of(new Point(0, count, Map.of()));
      case Stage.Sweep s -> sweep(s);
    };
  }

  private List<Point> sweep(Stage.Sweep s) {
    long n = s.to() - s.from() + 1;
    int samples = s.to() - s.from() < s.from() / SHORT ? 1 : SAMPLES;
    long parts = options.exact() ? n : Math.min(n, samples);
    var out = new ArrayList<Point>();
    for (long i = 0; i < parts; i++) {
      long from = s.from() + n * i / parts;
      long to = s.from() + n * (i + 1) / parts - 1;
      long middle = (from + to) / 2;
      out.add(new Point(middle, (to - from + 1) * s.repeats(), Map.of(s.param(), middle)));
    }
    return out;
  }
}
