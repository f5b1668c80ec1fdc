package npusim.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.ModelReader;
import npusim.compiler.onnx.TensorIo;

/** Cases in the layout of ONNX's backend tests. */
public final class TestCases {
  private TestCases() {}

  /** A model with its first data set; inputs by name, outputs in order. */
  public record Case(String name, Model model, Map<String, Tensor> inputs, List<Tensor> outputs) {}

  /** Folders of all cases below a folder of reference data, sorted. */
  public static List<Path> folders(String relative) {
    try (Stream<Path> s = Files.list(SharedData.folder(relative))) {
      return s.filter(f -> Files.exists(f.resolve("model.onnx"))).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a case. */
  public static Case read(Path folder) {
    Model m = ModelReader.read(folder.resolve("model.onnx"));
    Path data = folder.resolve("test_data_set_0");
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    List<String> names = List.copyOf(m.graph().inputs());
    for (int i = 0; i < names.size() && Files.exists(data.resolve("input_" + i + ".pb")); i++) {
      inputs.put(names.get(i), TensorIo.readProto(data.resolve("input_" + i + ".pb")).tensor());
    }
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; Files.exists(data.resolve("output_" + i + ".pb")); i++) {
      outputs.add(TensorIo.readProto(data.resolve("output_" + i + ".pb")).tensor());
    }
    return new Case(folder.getFileName().toString(), m, inputs, outputs);
  }
}
