package npusim.tools.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.tools.report.OutputFiles;
import npusim.tools.report.SweepReport;
import npusim.tools.run.Axis;
import npusim.tools.run.ModelArgument;
import npusim.tools.run.RunOptions;
import npusim.tools.run.Sweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim sweep}. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    description = "Compiles and simulates a model on every combination of chip parameters.",
    footer = {
      "",
      "Example: npusim sweep resnet50 --hw warboy --vary core.matrix.rows=32..128*2"
          + " --vary core.scratchpad.bytes=4MiB,8MiB"
    })
public final class SweepCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = ModelArgument.DESCRIPTION)
  private String model;

  @Option(
      names = "--vary",
      required = true,
      paramLabel = "PARAM=VALUES",
      description =
          "Values of a chip parameter: a list (64,128), a range (1..4), a range with a step"
              + " (100..200+25) or a factor (4MiB..64MiB*2). May be repeated.")
  private List<String> vary = List.of();

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "Points simulated beside each other (default: processors).")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Mixin private HardwareOptions hardware;
  @Mixin private WorkloadArgs workload;
  @Mixin private CompileArgs compile;

  @Option(
      names = "--exact",
      description = "Simulate every launch, call and iteration instead of recognising repeats.")
  private boolean exact;

  @Option(names = "--csv", paramLabel = "FILE", description = "Write a row per point as CSV.")
  private Path csv;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write all metrics of every point as JSON.")
  private Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (jobs < 1) {
      throw NpusimException.usage("sweep-option", "--jobs " + jobs + " must be 1 or more", "");
    }
    OutputFiles.check(csv, json);
    List<Axis> axes = vary.stream().map(Axis::parse).toList();
    var parameters = new HashSet<String>();
    for (Axis a : axes) {
      if (!parameters.add(a.parameter())) {
        throw NpusimException.usage(
            "sweep-axis",
            "--vary " + a.parameter() + " is given twice",
            "list its values with commas: --vary " + a.parameter() + "=64,128");
      }
    }
    Hardware base = hardware.load(Defaults.RUN_CHIP);
    var out = spec.commandLine().getOut();
    var options =
        new RunOptions(compile.options(out, spec.commandLine().getErr()), compile.dtype(), exact);
    String name = ModelArgument.resolve(model, workload.options(base)).name();
    List<Sweep.Point> points;
    try (var progress = Progress.on(spec.commandLine().getErr())) {
      points =
          OptionPlaces.of(
              set ->
                  parameters.contains(set.substring(0, set.indexOf('=')))
                      ? Optional.of("--vary " + set)
                      : Optional.empty(),
              () ->
                  Sweep.run(
                      axes,
                      sets -> base.with(new ArrayList<>(sets)),
                      options,
                      hw -> ModelArgument.resolve(model, workload.options(hw)),
                      jobs,
                      progress::say));
    }
    var report = new SweepReport(name + " on " + base.name(), axes, points);
    if (csv != null) {
      OutputFiles.write(csv, report.csv());
    }
    if (json != null) {
      OutputFiles.write(json, report.json());
    }
    out.print(report.text());
    out.flush();
    return 0;
  }
}
