package npusim.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import npusim.compiler.CompileOptions;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.TensorIo;
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
      description = "Folder of input_N.pb or input_N.npy.")
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
  public Integer call() throws IOException {
    var hw = hardware.load(Defaults.EXEC_CHIP);
    Model m = ModelFiles.read(model);
    Map<String, Tensor> given = InputFiles.readAll(m.graph(), inputs);
    CompileOptions options = compile.recast(spec.commandLine().getOut());
    var result = ModelExecution.run(m.copy(), given, hw, options);
    if (Files.exists(outputs) && !Files.isDirectory(outputs)) {
      throw NpusimException.usage("exec-outputs", outputs + " is not a folder", "");
    }
    Files.createDirectories(outputs);
    var out = spec.commandLine().getOut();
    int i = 0;
    for (var e : result.outputs().entrySet()) {
      Path file = outputs.resolve("output_" + i++ + ".pb");
      TensorIo.write(file, e.getKey(), e.getValue());
      out.println(
          file
              + "  "
              + e.getKey()
              + "  "
              + e.getValue().dtype().shortName()
              + Arrays.toString(e.getValue().dims()));
    }
    if (options.changesNumbers()) {
      Accuracy a = Accuracy.measure(m, given, hw, result.outputs());
      out.println("accuracy against the model's own types");
      for (Accuracy.Output o : a.outputs()) {
        out.println("  " + o.name() + "  " + AccuracyText.line(o.cosine(), o.snrDb(), o.top1()));
      }
      if (json != null) {
        OutputFiles.write(json, AccuracyText.json(a));
      }
    } else if (json != null) {
      throw NpusimException.usage(
          "exec-json",
          "--json writes the accuracy of a recast or pruned model, and this one is neither",
          "add --dtype or --prune");
    }
    out.flush();
    return 0;
  }
}
