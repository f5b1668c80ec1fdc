package npusim.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import npusim.compiler.CompileOptions;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.TensorIo;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.tools.exec.Accuracy;
import npusim.tools.exec.InputFiles;
import npusim.tools.exec.ModelExecution;
import npusim.tools.report.AccuracyText;
import npusim.tools.report.OutputFiles;
import npusim.tools.run.ModelFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim exec}. */
@Command(
    name = "exec",
    mixinStandardHelpOptions = true,
    description = "Compiles a model and executes the program on values.",
    footer = {
      "",
      "With --dtype or --prune it also executes the model as it is and states the accuracy lost."
    })
public final class ExecCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "An .onnx or .onnxtxt file.")
  private Path model;

  @Option(
      names = "--inputs",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder of input_N.pb or input_N.npy, or of NAME.pb or NAME.npy by an input's name.")
  private Path inputs;

  @Option(
      names = "--outputs",
      required = true,
      paramLabel = "DIR",
      description = "Folder for output_N.pb; made if missing.")
  private Path outputs;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the accuracy of a recast or pruned model as JSON.")
  private Path json;

  @Mixin private HardwareOptions hardware;
  @Mixin private CompileArgs compile;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var hw = hardware.load(Defaults.EXEC_CHIP);
    CompileOptions options =
        compile.recast(spec.commandLine().getOut(), spec.commandLine().getErr());
    checkOutputs(options);
    Model m = ModelFiles.read(model);
    Map<String, Tensor> given = InputFiles.readAll(m.graph(), inputs);
    ModelExecution.Result result;
    Optional<Accuracy> accuracy = Optional.empty();
    try (var progress = Progress.on(spec.commandLine().getErr())) {
      progress.say("executing");
      result = ModelExecution.run(m.copy(), given, hw, options);
      if (options.changesNumbers()) {
        progress.say("executing the model's own types");
        accuracy = Optional.of(Accuracy.measure(m, given, hw, result.outputs()));
      }
    }
    write(result.outputs(), accuracy);
    return 0;
  }

  /** Refuses what can't be written before anything is executed. */
  private void checkOutputs(CompileOptions options) {
    if (Files.exists(outputs) && !Files.isDirectory(outputs)) {
      throw NpusimException.usage("exec-outputs", outputs + " is not a folder", "");
    }
    if (json != null && !options.changesNumbers()) {
      throw NpusimException.usage(
          "exec-json",
          "--json writes the accuracy of a recast or pruned model, and this one is neither",
          "add --dtype or --prune");
    }
    try {
      Files.createDirectories(outputs);
    } catch (IOException e) {
      throw NpusimException.usage(
          "exec-outputs",
          "the folder can't be made",
          Location.ofFile(outputs.toString()),
          "the folder that it lies in must be writable");
    }
    OutputFiles.check(json, outputs.resolve("output_0.pb"));
  }

  private void write(Map<String, Tensor> values, Optional<Accuracy> accuracy) {
    var out = spec.commandLine().getOut();
    int i = 0;
    for (var e : values.entrySet()) {
      Path file = outputs.resolve("output_" + i++ + ".pb");
      OutputFiles.write(file, TensorIo.toBytes(e.getValue(), e.getKey()));
      out.println(
          file
              + "  "
              + e.getKey()
              + "  "
              + e.getValue().dtype().shortName()
              + Arrays.toString(e.getValue().dims()));
    }
    accuracy.ifPresent(
        a -> {
          out.println("accuracy against the model's own types");
          for (Accuracy.Output o : a.outputs()) {
            out.println(
                "  " + o.name() + "  " + AccuracyText.line(o.cosine(), o.snrDb(), o.top1()));
          }
          if (json != null) {
            OutputFiles.write(json, AccuracyText.json(a));
          }
        });
    out.flush();
  }
}
