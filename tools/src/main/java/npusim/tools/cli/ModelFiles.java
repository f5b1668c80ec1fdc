package npusim.tools.cli;

import java.nio.file.Path;
import npusim.compiler.ir.Model;
import npusim.compiler.onnx.ModelReader;

/** Models from files, by the file's kind. */
final class ModelFiles {
  private ModelFiles() {}

  static Model read(Path file) {
    return ModelReader.read(file);
  }
}
