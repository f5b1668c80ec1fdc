package npusim.compiler.onnx;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/** Decodes TensorProto and SparseTensorProto messages; external data is mapped when first used. */
final class TensorDecoder {
  /** A tensor with the name it had in the file, maybe empty. */
  record Named(String name, Tensor tensor) {}

  private final Path folder;
  private final List<Diagnostic> warnings;

  /**
   * @param folder where external data lies; null when there is none
   * @param warnings takes notes about external files that are not there
   */
  TensorDecoder(Path folder, List<Diagnostic> warnings) {
    this.folder = folder;
    this.warnings = warnings;
  }

  Named tensor(ProtoReader in) {
    LongStream.Builder dims = LongStream.builder();
    LongStream.Builder values = LongStream.builder();
    int valuesField = 0;
    MemorySegment raw = null;
    String name = "";
    int code = 0;
    boolean external = false;
    Map<String, String> externalKeys = new LinkedHashMap<>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> in.varints(dims::add);
        case 2 -> code = (int) in.varint();
        case 4 -> {
          valuesField = 4;
          in.fixed32s(values::add);
        }
        case 5, 7, 11 -> {
          valuesField = in.field();
          in.varints(values::add);
        }
        case 6 -> {
          valuesField = 6;
          in.skip();
        }
        case 8 -> name = in.string();
        case 9 -> raw = in.bytes();
        case 10 -> {
          valuesField = 10;
          in.fixed64s(values::add);
        }
        case 13 -> ModelReader.entry(in, externalKeys);
        case 14 -> external = in.varint() == 1;
        default -> in.skip();
      }
    }
    String label = name.isEmpty() ? "tensor" : "tensor '" + name + "'";
    DType type = dtype(in, code, label);
    long[] shape = dims.build().toArray();
    long elements = elements(in, shape, label);
    long bytes = checkedBytes(in, type, elements, label);
    if (type == DType.STRING) {
      return new Named(name, Tensor.absent(type, shape));
    }
    if (external) {
      if (folder == null) {
        throw in.error(label + " is external, which is possible in a model only");
      }
      return new Named(
          name, ExternalData.open(folder, in.file(), label, type, shape, externalKeys, warnings));
    }
    if (raw != null) {
      if (raw.byteSize() != bytes) {
        throw in.error(
            label
                + " holds "
                + raw.byteSize()
                + " bytes but "
                + TensorType.of(type, shape)
                + " takes "
                + bytes);
      }
      return new Named(name, Tensor.of(type, shape, raw));
    }
    if (valuesField == 0 && bytes > 0) {
      return new Named(name, Tensor.absent(type, shape));
    }
    if (valuesField != 0 && valuesField != fieldFor(type)) {
      throw in.error(
          label
              + " keeps its "
              + type.onnxName()
              + " values in field "
              + valuesField
              + ", expected "
              + fieldFor(type));
    }
    return new Named(name, typed(in, type, shape, values.build().toArray(), label));
  }

  private static int fieldFor(DType t) {
    return switch (t) {
      case F32, C64 -> 4;
      case F64, C128 -> 10;
      case I64 -> 7;
      case U32, U64 -> 11;
      case STRING -> 6;
      default -> 5;
    };
  }

  private static Tensor typed(
      ProtoReader in, DType type, long[] shape, long[] values, String label) {
    Tensor t = Tensor.zeros(type, shape);
    if (type.bits() > 64 || type == DType.C64) {
      return Tensor.absent(type, shape);
    }
    // Packed types keep one byte, so several elements, in each int32.
    long expected = type.isPacked() ? t.byteSize() : t.size();
    if (values.length != expected) {
      throw in.error(
          label + " holds " + values.length + " values but " + t.type() + " takes " + expected);
    }
    Tensor sink = type.isPacked() ? Tensor.of(DType.U8, new long[] {expected}, t.data()) : t;
    for (int i = 0; i < values.length; i++) {
      sink.setBits(i, values[i]);
    }
    return t;
  }

  static DType dtype(ProtoReader in, int code, String label) {
    if (code == 0) {
      throw in.error(label + " has no element type");
    }
    return DType.ofOnnx(code)
        .orElseThrow(
            () ->
                NpusimException.infeasible(
                    "onnx-type",
                    label + " has element type code " + code + ", which npusim doesn't know",
                    Location.ofFile(in.file()),
                    "the newest known code is 26 (int2)"));
  }

  private static long elements(ProtoReader in, long[] shape, String label) {
    long n = 1;
    for (long d : shape) {
      if (d < 0) {
        throw in.error(label + " has a negative dimension " + d);
      }
      try {
        n = Math.multiplyExact(n, d);
      } catch (ArithmeticException e) {
        throw in.error(label + " has more than 2^63 elements");
      }
    }
    return n;
  }

  private static long checkedBytes(ProtoReader in, DType type, long elements, String label) {
    try {
      return type.bytesFor(elements);
    } catch (ArithmeticException e) {
      throw in.error(label + " has more than 2^63 bytes");
    }
  }

  /** Makes a SparseTensorProto dense. */
  Named sparse(ProtoReader in) {
    Named values = null;
    Named indices = null;
    LongStream.Builder dims = LongStream.builder();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> values = tensor(in.message("SparseTensorProto.values"));
        case 2 -> indices = tensor(in.message("SparseTensorProto.indices"));
        case 3 -> in.varints(dims::add);
        default -> in.skip();
      }
    }
    if (values == null || indices == null) {
      throw in.error("sparse tensor without values or indices");
    }
    long[] shape = dims.build().toArray();
    long size = elements(in, shape, "sparse tensor '" + values.name + "'");
    DType type = values.tensor.dtype();
    if (size > Integer.MAX_VALUE / 8) {
      throw in.error(
          "sparse tensor '" + values.name + "' has " + size + " elements, too many to make dense");
    }
    Tensor dense = Tensor.zeros(type, shape);
    Tensor at = indices.tensor;
    long n = values.tensor.size();
    boolean coordinates = at.rank() == 2;
    if (at.dtype() != DType.I64 || at.size() != n * (coordinates ? shape.length : 1)) {
      throw in.error(
          "sparse tensor '" + values.name + "' has indices " + at.type() + " for " + n + " values");
    }
    for (long i = 0; i < n; i++) {
      long index = coordinates ? 0 : at.longAt(i);
      boolean inside = index >= 0 && index < size;
      for (int k = 0; coordinates && k < shape.length; k++) {
        long c = at.longAt(i * shape.length + k);
        inside &= c >= 0 && c < shape[k];
        index = index * shape[k] + c;
      }
      if (!inside) {
        throw in.error("sparse tensor '" + values.name + "' has an index outside its shape");
      }
      dense.setBits(index, values.tensor.bits(i));
    }
    return new Named(values.name, dense);
  }
}
