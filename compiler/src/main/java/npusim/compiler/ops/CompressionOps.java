package npusim.compiler.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.host.Linear;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** npusim's own operators on compressed weights. */
final class CompressionOps {
  private CompressionOps() {}

  static List<Operator> all() {
    return List.of(
        new Operator.Builder(
                "npusim", "ExpandWeights", "weights stored compressed, expanded when loaded", 1)
            .internal()
            .infer(
                c ->
                    c.set(
                        0,
                        DType.ofOnnx((int) c.attr("to", 0L)).orElseThrow(),
                        Arrays.stream(c.node().intsAttr("shape")).mapToObj(Dim::of).toList())),
        new Operator.Builder(
                "npusim", "ScaledMatMul", "product with weights of few bits, scales per group", 1)
            .internal()
            .eval(EvalRule.one(CompressionOps::scaled))
            .infer(c -> c.set(0, c.dtype(0), product(c))));
  }

  private static List<Dim> product(InferContext c) {
    List<Dim> dims = new ArrayList<>(c.type(0).dims());
    dims.set(dims.size() - 1, c.dim(1, 0));
    return dims;
  }

  private static Tensor scaled(EvalContext c) {
    Tensor q = c.in(1);
    Tensor s = c.in(2);
    Tensor z = c.has(3) ? c.in(3) : null;
    long block = c.attr("block", 1L);
    long k = q.dim(1);
    long n = q.dim(0);
    Tensor w =
        Tensor.generate(
            c.dtype(0),
            new long[] {k, n},
            i -> {
              long at = i % n * k + i / n;
              long group = i / n / block * n + i % n;
              double zero = z == null ? 0 : z.at(group);
              return (q.at(at) - zero) * s.at(group);
            });
    return Linear.matmul(c.in(0), w, c.outputShape(0), c.dtype(0));
  }
}
