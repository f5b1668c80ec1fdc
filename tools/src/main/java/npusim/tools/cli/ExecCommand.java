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
import npusim.tools.exec.InputFiles;
import npusim.tools.exec.ModelExecution;
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
    description = "Compiles a model and executes the program on values.")
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

  @Mixin private HardwareOptions hardware;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    var hw = hardware.load(Defaults.EXEC_CHIP);
    Model m = ModelFiles.read(model);
    Map<String, Tensor> given = InputFiles.readAll(m.graph(), inputs);
    var result = ModelExecution.run(m, given, hw, CompileOptions.DEFAULT);
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
    out.flush();
    return 0;
  }
}
