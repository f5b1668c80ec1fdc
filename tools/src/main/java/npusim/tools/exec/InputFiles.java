package npusim.tools.exec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.onnx.TensorIo;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/**
 * Finds the tensors of a model's inputs in a folder: {@code input_N.pb} or {@code input_N.npy} for
 * the N-th input, or a file named after the input.
 */
public final class InputFiles {
  private static final List<String> SUFFIXES = List.of(".pb", ".npy");

  private InputFiles() {}

  /** Inputs that a caller has to give: those without a default. */
  public static List<String> required(Graph g) {
    return g.inputs().stream().filter(s -> g.initializer(s) == null).toList();
  }

  /**
   * Reads every input there is a file for.
   *
   * @throws NpusimException (usage) when the folder is missing or a file is not a tensor
   */
  public static Map<String, Tensor> read(Graph g, Path folder) {
    if (!Files.isDirectory(folder)) {
      throw NpusimException.usage(
          "exec-inputs", "there is no folder " + folder, Location.ofFile(folder.toString()), "");
    }
    var out = new LinkedHashMap<String, Tensor>();
    List<String> names = g.inputs();
    for (int i = 0; i < names.size(); i++) {
      List<Path> files = files(folder, i, names.get(i));
      if (files.size() > 1) {
        throw NpusimException.usage(
            "exec-inputs",
            "input " + names.get(i) + " has several files: " + names(files),
            Location.ofFile(folder.toString()),
            "leave one of them");
      }
      if (!files.isEmpty()) {
        out.put(names.get(i), read(g, names.get(i), files.getFirst()));
      }
    }
    return out;
  }

  /**
   * The same, with every input required.
   *
   * @throws NpusimException (usage) naming the inputs that have no file
   */
  public static Map<String, Tensor> readAll(Graph g, Path folder) {
    Map<String, Tensor> found = read(g, folder);
    List<String> missing = required(g).stream().filter(s -> !found.containsKey(s)).toList();
    if (!missing.isEmpty()) {
      throw NpusimException.usage(
          "exec-inputs",
          "no file for input " + String.join(", ", missing) + " in " + folder,
          Location.ofFile(folder.toString()),
          "name the files input_0.pb, input_1.pb, … in the order of the model's inputs, or .npy; or"
              + " "
              + missing.getFirst().replaceAll("[^A-Za-z0-9_.-]", "_")
              + ".npy by the input's name");
    }
    return found;
  }

  private static Tensor read(Graph g, String input, Path file) {
    Tensor t = TensorIo.read(file).tensor();
    TensorType declared = g.tensorType(input);
    if (declared != null && declared.dtype() != t.dtype()) {
      throw NpusimException.usage(
          "input-type",
          "it holds "
              + t.dtype().onnxName()
              + Arrays.toString(t.dims())
              + ", input '"
              + input
              + "' is "
              + declared,
          Location.ofFile(file.toString()),
          "write it as " + declared.dtype().onnxName());
    }
    return t;
  }

  private static List<Path> files(Path folder, int number, String input) {
    String own = input.replaceAll("[^A-Za-z0-9_.-]", "_");
    // An input that is itself called input_1 may be another one than that of the file's number.
    return Stream.of("input_" + number, own)
        .limit(own.matches("input_[0-9]+") ? 1 : 2)
        .flatMap(stem -> SUFFIXES.stream().map(s -> folder.resolve(stem + s)))
        .filter(Files::isRegularFile)
        .toList();
  }

  private static String names(List<Path> files) {
    return String.join(", ", files.stream().map(f -> f.getFileName().toString()).toList());
  }
}
