package npusim.compiler.quant;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import npusim.compiler.eval.GraphEvaluator;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.passes.PassContext;
import npusim.isa.DType;

/**
 * Ranges of a graph's values for quantisation: measured by computing the graph on the inputs given,
 * or on seeded ones. Where weights have no values, or computing would take too long, a fixed range
 * is assumed.
 */
final class Ranges {
  /** Assumed largest magnitude of an activation that isn't measured. */
  private static final double ASSUMED = 8;

  private static final long SEED = 20240229;

  private final Graph g;
  private final Map<String, Double> measured;

  private Ranges(Graph g, Map<String, Double> measured) {
    this.g = g;
    this.measured = measured;
  }

  /** Ranges of a graph; measured when that is possible within the evaluator's limits. */
  static Ranges of(Graph g, PassContext c) {
    boolean complete = g.initializers().values().stream().allMatch(Tensor::hasData);
    if (!complete || !GraphEvaluator.supports(g)) {
      return new Ranges(g, Map.of());
    }
    Map<String, Double> measured = new HashMap<>();
    GraphEvaluator.run(g, inputs(g, c.inputs()), (value, t) -> measured.put(value, magnitude(t)));
    return new Ranges(g, measured);
  }

  private static Map<String, Tensor> inputs(Graph g, Map<String, Tensor> given) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    Random random = new Random(SEED);
    for (String in : g.inputs()) {
      TensorType t = g.tensorType(in);
      Tensor value = given.get(in);
      if (value == null || !value.type().equals(t)) {
        value =
            t.dtype().isFloat()
                ? Tensor.generate(t.dtype(), t.shape(), i -> random.nextGaussian())
                : Tensor.generateLongs(
                    t.dtype(), t.shape(), i -> t.dtype() == DType.BOOL ? 1 : i % 2);
      }
      out.put(in, value);
    }
    return out;
  }

  private static double magnitude(Tensor t) {
    double max = 0;
    for (long i = 0; t.dtype().isFloat() && i < t.size(); i++) {
      double v = Math.abs(t.at(i));
      max = v > max && !Double.isInfinite(v) ? v : max;
    }
    return max;
  }

  /** Largest finite magnitude of a value; above 0. */
  double absMax(String value) {
    Double m = measured.get(value);
    if (m != null) {
      return m > 0 ? m : 1;
    }
    Node p = g.producer(value);
    Tensor most = p != null && p.is("Clip") && p.hasInput(2) ? g.initializer(p.input(2)) : null;
    if (most != null && most.hasData() && most.at(0) > 0) {
      return most.at(0);
    }
    return p != null && (p.is("Softmax") || p.is("Sigmoid") || p.is("Tanh")) ? 1 : ASSUMED;
  }
}
