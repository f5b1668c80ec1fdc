package npusim.compiler.ops;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/** Shape rules that many operators share. */
final class Rules {
  /** Attributes of convolutions, as signatures write them. */
  static final String CONV =
      "auto_pad:{NOTSET,SAME_UPPER,SAME_LOWER,VALID} dilations:ints(1..1048576)"
          + " group:int(1..1048576) kernel_shape:ints(1..1048576) pads:ints(0..1048576)"
          + " strides:ints(1..1048576)";

  /** Attributes of poolings, as signatures write them. */
  static final String POOL =
      "auto_pad:{NOTSET,SAME_UPPER,SAME_LOWER,VALID} ceil_mode:int(0..1) "
          + "count_include_pad:int(0..1) dilations:ints(1..1048576) kernel_shape:ints(1..1048576)! "
          + "pads:ints(0..1048576) storage_order:int(0..1) strides:ints(1..1048576) p:int(1..)";

  /** Output 0 has the type of input 0. */
  static final InferRule SAME = c -> c.set(0, c.type(0));

  /** Output 0: type of input 0, all inputs broadcast together. */
  static final InferRule BROADCAST =
      c -> {
        List<Dim> dims = c.dims(0);
        for (int i = 1; i < c.inputs(); i++) {
          dims = c.broadcast(dims, c.dims(i));
        }
        c.set(0, c.dtype(0), dims);
      };

  /** Output 0: truth values, inputs broadcast together. */
  static final InferRule COMPARE = c -> c.set(0, DType.BOOL, c.broadcast(0, 1));

  private Rules() {}

  /** The type an attribute names by its ONNX code. */
  static DType dtypeAttr(OpContext c, String key, DType fallback) {
    if (!c.node().has(key)) {
      return fallback;
    }
    int code = (int) c.attr(key, 0L);
    DType t =
        DType.ofOnnx(code)
            .orElseThrow(() -> c.fail("attribute '" + key + "' is " + code + ", no element type"));
    if (!t.supported()) {
      throw c.refuse("element type " + t.onnxName() + " is not supported");
    }
    return t;
  }

  /** Dimensions without the reduced axes, or with them as 1. */
  static List<Dim> reduced(List<Dim> dims, int[] axes, boolean keep) {
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < dims.size(); i++) {
      boolean gone = java.util.Arrays.binarySearch(axes, i) >= 0;
      if (!gone) {
        out.add(dims.get(i));
      } else if (keep) {
        out.add(Dim.of(1));
      }
    }
    return out;
  }

  /** Known dimensions as a list. */
  static List<Dim> dims(long... extents) {
    return TensorType.of(DType.F32, extents).dims();
  }
}
