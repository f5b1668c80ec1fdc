package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.host.Elementwise;
import npusim.compiler.host.Linear;
import npusim.compiler.host.Movement;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Matrix products. */
final class LinearOps {
  private LinearOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("MatMul", "matrix product, batched by broadcasting", 1, 9, 13)
            .takes("A:T[_,..] B:T[_,..]")
            .types(TypeSet.NUMERIC)
            .eval(
                EvalRule.one(
                    c ->
                        Linear.matmul(c.in(0), c.in(1), c.outputShape(0), c.outputType(0).dtype())))
            .infer(c -> c.set(0, c.productType(), matmul(c, 0, 1))));
    o.add(
        onnx("MatMulInteger", "product of 8-bit matrices in int32", 10)
            .takes("A:T1[_,..] B:byte[_,..] a_zero_point:T1? b_zero_point:byte?")
            .types(TypeSet.BYTE)
            .infer(
                c -> {
                  rowPoint(c, 2, 0);
                  columnPoint(c, 3, 1);
                  c.set(0, DType.I32, matmul(c, 0, 1));
                }));
    o.add(
        onnx("QLinearMatMul", "product of quantised matrices, quantised again", 10, 21)
            .takes(
                "a:T1[_,..] a_scale:float a_zero_point:T1 b:T2[_,..] b_scale:float "
                    + "b_zero_point:T2 y_scale:float y_zero_point:T3")
            .types(TypeSet.QUANTIZED)
            .infer(
                c -> {
                  single(c, 1, 6, 7);
                  rowPoint(c, 2, 0);
                  columnScale(c, 4, 3);
                  columnPoint(c, 5, 3);
                  c.set(0, c.dtype(7), matmul(c, 0, 3));
                }));
    o.add(
        onnx("Gemm", "alpha·A·B + beta·C, A and B transposed at will", 7, 9, 11, 13)
            .takes("A:T[_,_] B:T[_,_] C:T? | alpha:float beta:float transA:int transB:int")
            .types(TypeSet.NUMERIC)
            .eval(EvalRule.one(LinearOps::gemm))
            .infer(c -> c.set(0, c.dtype(0), gemm(c, 1, 2))));
    o.add(
        onnx("Einsum", "sums of products by index letters", 12, 28)
            .takes("X:T+ | equation:str!")
            .types(TypeSet.NUMERIC)
            .infer(
                c -> {
                  List<List<Dim>> shapes = new ArrayList<>();
                  for (int i = 0; i < c.inputs(); i++) {
                    shapes.add(c.dims(i));
                  }
                  c.set(0, c.dtype(0), EinsumSpec.parse(c, shapes).outputDims());
                }));
    o.add(
        onnx("Det", "determinants of square matrices", 11, 22)
            .takes("X:T[..,N,N]")
            .infer(
                c -> {
                  c.checkRank(0, 2, Integer.MAX_VALUE);
                  c.set(0, c.dtype(0), c.dims(0).subList(0, c.rank(0) - 2));
                }));
    return o;
  }

  /**
   * Shape of a Gemm of input 0 and another.
   *
   * @param ib index of B
   * @param ic index of C, which broadcasts to the result where given
   */
  static List<Dim> gemm(InferContext c, int ib, int ic) {
    boolean ta = c.attr("transA", 0L) != 0;
    boolean tb = c.attr("transB", 0L) != 0;
    Dim ka = c.dim(0, ta ? 0 : 1);
    Dim kb = c.dim(ib, tb ? 1 : 0);
    if (ka.known() && kb.known() && ka.value() != kb.value()) {
      throw c.fail(
          "inner dimensions are " + ka + " and " + kb + ": " + c.type(0) + " by " + c.type(ib));
    }
    List<Dim> out = List.of(c.dim(0, ta ? 1 : 0), c.dim(ib, tb ? 0 : 1));
    c.broadcastsTo(ic, out);
    return out;
  }

  /** Checks a zero point of the left operand: one, or one per row. */
  static void rowPoint(InferContext c, int i, int matrix) {
    if (!c.has(i) || isOne(c, i)) {
      return;
    }
    c.checkRank(matrix, 2, Integer.MAX_VALUE);
    if (c.rank(i) == 1) {
      c.expectExtent(i, 0, c.known(matrix, -2), "rows");
    } else {
      c.expectExtent(i, -1, 1, "one per row");
      c.broadcastsTo(i, c.dims(matrix));
    }
  }

  /** Checks a zero point of the right operand: one, or one per column. */
  static void columnPoint(InferContext c, int i, int matrix) {
    if (!c.has(i) || isOne(c, i)) {
      return;
    }
    c.checkRank(matrix, 2, Integer.MAX_VALUE);
    if (c.rank(i) == 1) {
      c.expectExtent(i, 0, c.known(matrix, -1), "columns");
    } else {
      c.expectExtent(i, -2, 1, "one per column");
      c.broadcastsTo(i, c.dims(matrix));
    }
  }

  /** Checks a scale of columns: one, or one per column; what else ONNX allows is refused. */
  static void columnScale(InferContext c, int i, int matrix) {
    if (c.has(i) && !isOne(c, i)) {
      if (c.rank(i) != 1) {
        throw c.refuse("a scale of shape " + c.dims(i) + "; one or one per column is supported");
      }
      columnPoint(c, i, matrix);
    }
  }

  /** Refuses parameters of more than one element. */
  static void single(InferContext c, int... inputs) {
    for (int i : inputs) {
      if (c.has(i) && !isOne(c, i)) {
        throw c.refuse(
            "input '"
                + c.node().input(i)
                + "' of shape "
                + c.dims(i)
                + "; one element is supported");
      }
    }
  }

  private static boolean isOne(InferContext c, int i) {
    return c.dims(i).stream().allMatch(d -> d.known() && d.value() == 1);
  }

  /** Shape of NumPy's matmul of two inputs. */
  static List<Dim> matmul(InferContext c, int ia, int ib) {
    List<Dim> a = c.dims(ia);
    List<Dim> b = c.dims(ib);
    if (a.isEmpty() || b.isEmpty()) {
      throw c.fail("multiplies a scalar");
    }
    Dim ka = a.getLast();
    Dim kb = b.size() == 1 ? b.getFirst() : b.get(b.size() - 2);
    if (ka.known() && kb.known() && ka.value() != kb.value()) {
      throw c.fail(
          "inner dimensions are " + ka + " and " + kb + ": " + c.type(ia) + " by " + c.type(ib));
    }
    List<Dim> out =
        new ArrayList<>(
            c.broadcast(
                a.subList(0, Math.max(0, a.size() - 2)), b.subList(0, Math.max(0, b.size() - 2))));
    if (a.size() > 1) {
      out.add(a.get(a.size() - 2));
    }
    if (b.size() > 1) {
      out.add(b.getLast());
    }
    return out;
  }

  private static Tensor gemm(EvalContext c) {
    Tensor a = c.attr("transA", 0L) != 0 ? Movement.transpose(c.in(0), new int[] {1, 0}) : c.in(0);
    Tensor b = c.attr("transB", 0L) != 0 ? Movement.transpose(c.in(1), new int[] {1, 0}) : c.in(1);
    DType wide = c.dtype(0).isFloat() ? DType.F64 : c.dtype(0);
    double alpha = c.attr("alpha", 1f);
    double beta = c.attr("beta", 1f);
    long[] shape = c.outputShape(0);
    Tensor y = Linear.matmul(a, b, shape, wide);
    y = Elementwise.unary(y, v -> v * alpha, v -> (long) (v * alpha));
    if (c.has(2)) {
      y =
          Elementwise.binary(
              y, c.in(2), wide, shape, (p, q) -> p + beta * q, (p, q) -> p + (long) (beta * q));
    }
    return Elementwise.cast(y, c.dtype(0), true);
  }
}
