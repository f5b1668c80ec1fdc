package npusim.compiler.onnx;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/** Constants whose bytes lie in a file beside the model; mapped when first used. */
public final class ExternalData {
  private ExternalData() {}

  /**
   * A constant of a text model.
   *
   * @param file the model's file
   * @param keys location, offset and length
   */
  public static Tensor open(
      String file, String name, DType type, long[] shape, Map<String, String> keys) {
    Path parent = Path.of(file).getParent();
    return open(
        parent == null ? Path.of("") : parent,
        file,
        "tensor '" + name + "'",
        type,
        shape,
        keys,
        new ArrayList<>());
  }

  /**
   * A constant described by location, offset and length.
   *
   * @param folder folder of the model, which the data may not leave
   * @param warnings takes a note when the data file isn't there; the constant then has a shape only
   * @throws NpusimException exit code 2 when the description is wrong or the file too short
   */
  static Tensor open(
      Path folder,
      String file,
      String label,
      DType type,
      long[] shape,
      Map<String, String> keys,
      List<Diagnostic> warnings) {
    long bytes = type.bytesFor(TensorType.count(shape));
    String location = keys.get("location");
    if (location == null) {
      throw wrong(file, label + " is external but names no location");
    }
    Path relative = Path.of(location);
    Path base = folder.toAbsolutePath().normalize();
    Path target = base.resolve(relative).normalize();
    if (relative.isAbsolute() || !target.startsWith(base)) {
      throw NpusimException.usage(
          "onnx-external",
          label + " names external data '" + location + "' outside the model's folder",
          Location.ofFile(file),
          "external data must lie in the folder of the model or below");
    }
    long offset = number(file, keys.getOrDefault("offset", "0"), "offset", label);
    long length = number(file, keys.getOrDefault("length", Long.toString(bytes)), "length", label);
    if (length != bytes) {
      throw wrong(
          file,
          label
              + " has "
              + length
              + " external bytes but "
              + TensorType.of(type, shape)
              + " takes "
              + bytes);
    }
    if (!Files.isRegularFile(target)) {
      warnings.add(
          Diagnostic.warning(
              "onnx-external",
              label + ": external data '" + location + "' is not there; its values count as absent",
              Location.ofFile(file),
              "put the file beside the model to compute values; timing needs shapes only"));
      return Tensor.absent(type, shape);
    }
    long available = size(target);
    if (offset > available - length) {
      throw NpusimException.usage(
          "onnx-external",
          label
              + " wants bytes "
              + offset
              + " to "
              + (offset + length)
              + " of '"
              + location
              + "', which has "
              + available,
          Location.ofFile(file),
          "the data file is truncated or belongs to another model");
    }
    return Tensor.lazy(type, shape, () -> map(target, offset, length));
  }

  private static NpusimException wrong(String file, String message) {
    return NpusimException.usage(
        "onnx-external", message, Location.ofFile(file), "export the model again");
  }

  private static long number(String file, String text, String key, String label) {
    try {
      long v = Long.parseLong(text);
      if (v >= 0) {
        return v;
      }
    } catch (NumberFormatException e) {
      throw wrong(file, label + " has external " + key + " '" + text + "', which is not a number");
    }
    throw wrong(file, label + " has a negative external " + key + " " + text);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw OnnxFiles.unreadable(file, e);
    }
  }

  private static MemorySegment map(Path file, long offset, long length) {
    try (FileChannel c = FileChannel.open(file, StandardOpenOption.READ)) {
      return c.map(FileChannel.MapMode.READ_ONLY, offset, length, Arena.ofAuto());
    } catch (IOException e) {
      throw OnnxFiles.unreadable(file, e);
    }
  }
}
