package npusim.compiler.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/**
 * NumPy's {@code .npy} format, versions 1 to 3: one array of a numeric type, either byte and index
 * order.
 */
public final class NpyIo {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DESCR =
      Pattern.compile("'descr'\\s*:\\s*'([<>|=])([a-zA-Z])(\\d+)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  private NpyIo() {}

  /**
   * Reads an array.
   *
   * @throws NpusimException when the file is damaged (exit code 2) or of a type that ONNX lacks
   *     (exit code 3)
   */
  public static Tensor read(Path file) {
    try {
      return parse(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw OnnxFiles.unreadable(file, e);
    }
  }

  /** Reads an array from memory; {@code name} is for messages. */
  public static Tensor parse(byte[] b, String name) {
    if (b.length < 12 || !Arrays.equals(b, 0, 6, MAGIC, 0, 6)) {
      throw broken(name, 0, "doesn't begin as a .npy file");
    }
    boolean longHeader = b[6] >= 2;
    int start = longHeader ? 12 : 10;
    int length = (b[8] & 0xff) | (b[9] & 0xff) << 8;
    if (longHeader) {
      length |= (b[10] & 0xff) << 16 | (b[11] & 0xff) << 24;
    }
    if (length < 0 || length > b.length - start) {
      throw broken(name, 8, "header of " + length + " bytes is longer than the file");
    }
    String header = new String(b, start, length, StandardCharsets.UTF_8);
    Matcher descr = DESCR.matcher(header);
    Matcher order = ORDER.matcher(header);
    Matcher shape = SHAPE.matcher(header);
    if (!order.find() || !shape.find()) {
      throw broken(name, start, "header without 'fortran_order' or 'shape'");
    }
    DType type = descr.find() ? dtype(descr.group(2) + descr.group(3)) : null;
    if (type == null) {
      throw NpusimException.infeasible(
          "tensor-file",
          "array type is not supported: " + header.trim(),
          Location.ofFile(name),
          "use a numeric or bool array; for bfloat16 and 8-bit floats use TensorProto (.pb)");
    }
    long[] dims = dims(shape.group(1), name, start);
    long bytes = type.bytesFor(TensorType.count(dims));
    int at = start + length;
    if (b.length - at != bytes) {
      throw broken(name, at, (b.length - at) + " bytes of data, the header says " + bytes);
    }
    byte[] data = Arrays.copyOfRange(b, at, b.length);
    if (descr.group(1).equals(">")) {
      swap(data, type.bits() / 8);
    }
    Tensor t = Tensor.of(type, dims, data);
    return order.group(1).equals("True") ? fromColumnMajor(t) : t;
  }

  private static long[] dims(String text, String name, int offset) {
    String[] parts = text.split(",", -1);
    long[] dims = new long[parts.length];
    int n = 0;
    for (String p : parts) {
      if (!p.isBlank()) {
        try {
          dims[n++] = Long.parseUnsignedLong(p.trim());
        } catch (NumberFormatException e) {
          throw broken(name, offset, "shape (" + text + ") is not a list of numbers");
        }
      }
    }
    return Arrays.copyOf(dims, n);
  }

  private static DType dtype(String code) {
    return switch (code) {
      case "f2" -> DType.F16;
      case "f4" -> DType.F32;
      case "f8" -> DType.F64;
      case "i1" -> DType.I8;
      case "i2" -> DType.I16;
      case "i4" -> DType.I32;
      case "i8" -> DType.I64;
      case "u1" -> DType.U8;
      case "u2" -> DType.U16;
      case "u4" -> DType.U32;
      case "u8" -> DType.U64;
      case "b1" -> DType.BOOL;
      default -> null;
    };
  }

  private static void swap(byte[] data, int width) {
    for (int i = 0; i < data.length; i += width) {
      for (int k = 0; k < width / 2; k++) {
        byte x = data[i + k];
        data[i + k] = data[i + width - 1 - k];
        data[i + width - 1 - k] = x;
      }
    }
  }

  private static Tensor fromColumnMajor(Tensor t) {
    long[] dims = t.dims();
    Tensor out = Tensor.zeros(t.dtype(), dims);
    long[] index = new long[dims.length];
    for (long i = 0; i < t.size(); i++) {
      long from = 0;
      for (int k = dims.length - 1; k >= 0; k--) {
        from = from * dims[k] + index[k];
      }
      out.setBits(i, t.bits(from));
      for (int k = dims.length - 1; k >= 0 && ++index[k] == dims[k]; k--) {
        index[k] = 0;
      }
    }
    return out;
  }

  /**
   * The array as a version 1 file; types that NumPy lacks are widened to binary32 or 8-bit
   * integers.
   */
  public static byte[] toBytes(Tensor t) {
    String code =
        switch (t.dtype()) {
          case F16 -> "<f2";
          case F32, BF16, F8E4M3FN, F8E5M2 -> "<f4";
          case F64 -> "<f8";
          case I4, I8 -> "|i1";
          case I16 -> "<i2";
          case I32 -> "<i4";
          case I64 -> "<i8";
          case U4, U8 -> "|u1";
          case U16 -> "<u2";
          case U32 -> "<u4";
          case U64 -> "<u8";
          case BOOL -> "|b1";
          default ->
              throw NpusimException.infeasible(
                  "tensor-file",
                  "type " + t.dtype().onnxName() + " can't be written as .npy",
                  "write .pb instead");
        };
    DType stored = dtype(code.substring(1));
    Tensor data = t;
    if (stored != t.dtype()) {
      data =
          stored.isFloat()
              ? Tensor.generate(stored, t.dims(), t::at)
              : Tensor.generateLongs(stored, t.dims(), t::longAt);
    }
    StringBuilder h =
        new StringBuilder("{'descr': '" + code + "', 'fortran_order': False, 'shape': (");
    for (long d : t.dims()) {
      h.append(d).append(',');
    }
    h.append("), }");
    while ((10 + h.length() + 1) % 64 != 0) {
      h.append(' ');
    }
    byte[] header = h.append('\n').toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] values = data.toBytes();
    byte[] out = new byte[10 + header.length + values.length];
    System.arraycopy(MAGIC, 0, out, 0, 6);
    out[6] = 1;
    out[8] = (byte) header.length;
    out[9] = (byte) (header.length >> 8);
    System.arraycopy(header, 0, out, 10, header.length);
    System.arraycopy(values, 0, out, 10 + header.length, values.length);
    return out;
  }

  private static NpusimException broken(String name, int offset, String what) {
    return NpusimException.usage(
        "tensor-file",
        "byte offset " + offset + ": " + what,
        Location.ofFile(name),
        "write the file again");
  }
}
