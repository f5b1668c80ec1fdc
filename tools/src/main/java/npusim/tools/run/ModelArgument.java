package npusim.tools.run;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import npusim.compiler.ir.Model;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.program.ProgramReader;
import npusim.workloads.MicroWorkload;
import npusim.workloads.Scenario;
import npusim.workloads.Scenarios;
import npusim.workloads.Stage;
import npusim.workloads.WorkloadCatalog;
import npusim.workloads.WorkloadOptions;
import npusim.workloads.WorkloadSpec;
import npusim.yaml.YamlReader;

/** What a user means by the first argument: a file, a named workload or a single kernel. */
public final class ModelArgument {
  /** What the argument may be, for people. */
  public static final String DESCRIPTION =
      "A named workload (`npusim models`), with other dimensions if need be"
          + " (resnet18:image=32,classes=10), a workload .yaml file, an .onnx or .onnxtxt file, or"
          + " a kernel such as gemm:2048,2048,2048.";

  private static final Pattern WORKLOAD_FILE =
      Pattern.compile("(?<file>.*\\.ya?ml)(:(?<changes>.*))?", Pattern.CASE_INSENSITIVE);

  private ModelArgument() {}

  /**
   * The scenario of a command-line argument.
   *
   * @param text path of an {@code .onnx}, {@code .onnxtxt} or workload {@code .yaml} file, workload
   *     name, with changed dimensions such as {@code resnet18:image=32} if need be, or {@code
   *     gemm:M,N,K} and the like
   * @throws NpusimException (usage) when it is none of them
   */
  public static Scenario resolve(String text, WorkloadOptions options) {
    Matcher workload = WORKLOAD_FILE.matcher(text);
    if (workload.matches()) {
      return ofWorkloadFile(workload.group("file"), workload.group("changes"), options);
    }
    if (looksLikeFile(text)) {
      return ofFile(Path.of(text), options);
    }
    Optional<Scenario> micro = MicroWorkload.parse(text, options.weights());
    if (micro.isPresent()) {
      refuseLengths(text, Location.NONE, "write the shape of the kernel: " + text, options);
      return micro.get();
    }
    return WorkloadCatalog.find(text)
        .map(spec -> Scenarios.of(spec, options))
        .orElseThrow(() -> unknown(text));
  }

  private static boolean looksLikeFile(String text) {
    try {
      return ModelFiles.isNamedLikeAModel(text) || Files.isRegularFile(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /**
   * The scenario of a model file: one inference.
   *
   * @throws NpusimException (usage) when the file is no valid model
   */
  public static Scenario ofFile(Path file, WorkloadOptions options) {
    Location where = Location.ofFile(file.toString());
    if (ProgramReader.isContainer(file)) {
      throw NpusimException.usage(
          "run-program", "a compiled program, not a model", where, "use `npusim simulate`");
    }
    refuseLengths(
        file.toString(),
        where,
        "bind the model's symbolic dimensions with --dim name=value",
        options);
    Model m = ModelFiles.read(file);
    String name = String.valueOf(file.getFileName());
    var stage = new Stage("inference", Stage.Role.INFERENCE, m, new Stage.Times(1), 1);
    return new Scenario(
        name, "", Scenario.Kind.INFERENCE, 1, List.of(stage), Optional.empty(), Optional.empty());
  }

  private static Scenario ofWorkloadFile(String file, String changes, WorkloadOptions options) {
    String yaml;
    try {
      yaml = YamlReader.text(Path.of(file));
    } catch (InvalidPathException e) {
      throw NpusimException.usage("file", "no path: " + e.getReason(), Location.ofFile(file), "");
    }
    return Scenarios.of(WorkloadSpec.parse(file, yaml, changes == null ? "" : changes), options);
  }

  private static void refuseLengths(
      String model, Location where, String hint, WorkloadOptions options) {
    if (options.batch() != 1 || options.prompt().isPresent() || options.generate().isPresent()) {
      throw NpusimException.usage(
          "run-option",
          "--batch, --prompt and --generate belong to named workloads, not to " + model,
          where,
          hint);
    }
  }

  private static NpusimException unknown(String text) {
    var names = new ArrayList<>(WorkloadCatalog.names());
    return NpusimException.usage(
        "unknown-model",
        "\"" + text + "\" is neither a file nor a named workload",
        Names.suggest(text, names) + "; `npusim models` lists the names");
  }
}
