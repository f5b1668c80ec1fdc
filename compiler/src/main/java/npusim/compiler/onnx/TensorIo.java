package npusim.compiler.onnx;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Locale;
import npusim.compiler.ir.Tensor;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/** Tensors in files: ONNX TensorProto ({@code .pb}) and NumPy ({@code .npy}). */
public final class TensorIo {
  private TensorIo() {}

  /** A tensor with the name stored in its file, empty when there is none. */
  public record Named(String name, Tensor tensor) {}

  /**
   * Reads a tensor; the file's ending tells the format.
   *
   * @throws NpusimException when the file is no valid tensor
   */
  public static Named read(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".npy")) {
      return new Named("", NpyIo.read(file));
    }
    if (!name.endsWith(".pb")) {
      throw NpusimException.usage(
          "tensor-file",
          "unknown kind of tensor file",
          Location.ofFile(file.toString()),
          "expected .pb or .npy");
    }
    return readProto(file);
  }

  /** Reads a serialised TensorProto. */
  public static Named readProto(Path file) {
    TensorDecoder.Named t =
        new TensorDecoder(null, new ArrayList<>()).tensor(OnnxFiles.open(file, "TensorProto"));
    return new Named(t.name(), t.tensor());
  }

  /** Writes a tensor; the file's ending tells the format, {@code .npy} or protobuf. */
  public static void write(Path file, String name, Tensor t) {
    boolean npy = file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".npy");
    OnnxFiles.write(file, npy ? NpyIo.toBytes(t) : toBytes(t, name));
  }

  /** The serialised TensorProto, values in raw_data. */
  public static byte[] toBytes(Tensor t, String name) {
    ProtoWriter w = new ProtoWriter();
    for (long d : t.dims()) {
      w.varint(1, d);
    }
    w.varint(2, t.dtype().onnxCode()).text(8, name);
    if (t.hasData()) {
      w.bytes(9, t.toBytes());
    }
    return w.toBytes();
  }
}
