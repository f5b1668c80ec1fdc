package npusim.compiler.ops;

import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Dim;
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
                        Arrays.stream(c.node().intsAttr("shape")).mapToObj(Dim::of).toList())));
  }
}
