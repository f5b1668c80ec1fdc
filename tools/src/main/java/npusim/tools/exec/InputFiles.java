package npusim.tools.exec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Tensor;
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
      Path file = find(folder, "input_" + i);
      if (file == null) {
        file = find(folder, names.get(i).replaceAll("[^A-Za-z0-9_.-]", "_"));
      }
      if (file != null) {
        out.put(names.get(i), TensorIo.read(file).tensor());
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
          "name the files input_0.pb, input_1.pb, … in the order of the model's inputs, or .npy");
    }
    return found;
  }

  private static Path find(Path folder, String stem) {
    for (String s : SUFFIXES) {
      Path p = folder.resolve(stem + s);
      if (Files.isRegularFile(p)) {
        return p;
      }
    }
    return null;
  }
}
