package npusim.tools.run;

import java.nio.file.Path;
import java.util.Locale;
import npusim.compiler.ir.Model;
import npusim.compiler.onnx.ModelReader;
import npusim.compiler.text.OnnxText;

/** Models from files: ONNX's binary format, or its textual syntax in {@code .onnxtxt} files. */
public final class ModelFiles {
  private static final String TEXT_SUFFIX = ".onnxtxt";

  private ModelFiles() {}

  /**
   * Reads a model.
   *
   * @throws npusim.diag.NpusimException (usage) when the file can't be read or isn't a valid model
   */
  public static Model read(Path file) {
    return isText(file.toString()) ? OnnxText.parse(file) : ModelReader.read(file);
  }

  /** True for a name that can only mean a model file. */
  static boolean isNamedLikeAModel(String name) {
    return isText(name) || name.toLowerCase(Locale.ROOT).endsWith(".onnx");
  }

  private static boolean isText(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(TEXT_SUFFIX);
  }
}
