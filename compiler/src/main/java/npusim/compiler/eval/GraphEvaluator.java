package npusim.compiler.eval;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Computes whole graphs of core operators on the host: for calibration, and as a reference that
 * shares no code with the simulated chip. Products run over primitive arrays, everything else by
 * the operators' own evaluation.
 */
public final class GraphEvaluator {
  /** Multiply-accumulates of all products of a graph that is still computed. */
  private static final long MAX_WORK = 1L << 33;

  private static final Set<String> HERE =
      Set.of(
          "Conv",
          "ConvInteger",
          "MatMul",
          "MatMulInteger",
          "MaxPool",
          "AveragePool",
          "LayerNormalization",
          "RMSNormalization");

  private GraphEvaluator() {}

  /** True when every node can be computed here in acceptable time. */
  public static boolean supports(Graph g) {
    long work = 0;
    for (Node n : g.nodes()) {
      boolean here = n.domain().isEmpty() && HERE.contains(n.opType());
      if (!here && !Evaluator.supports(n)) {
        return false;
      }
      if (n.is("Conv") || n.is("ConvInteger")) {
        TensorType w = g.tensorType(n.input(1));
        work += g.tensorType(n.output(0)).elements() * (w.elements() / Math.max(1, w.shape()[0]));
      } else if (n.is("MatMul") || n.is("MatMulInteger") || n.is("Gemm")) {
        TensorType a = g.tensorType(n.input(0));
        boolean turned = n.intAttr("transA", 0) != 0;
        work += g.tensorType(n.output(0)).elements() * a.shape()[turned ? 0 : a.rank() - 1];
      }
    }
    return work <= MAX_WORK;
  }

  /**
   * Computes a graph.
   *
   * @param inputs value of every graph input
   * @param observer sees every value as it is computed, inputs included; values nobody reads any
   *     more are dropped
   * @return the graph's outputs by name
   */
  public static Map<String, Tensor> run(
      Graph g, Map<String, Tensor> inputs, BiConsumer<String, Tensor> observer) {
    Map<String, Tensor> env = new HashMap<>(inputs);
    inputs.forEach(observer);
    Map<String, Integer> readers = new HashMap<>();
    g.nodes().forEach(n -> n.uses().forEach(v -> readers.merge(v, 1, Integer::sum)));
    for (Node n : g.nodes()) {
      Tensor[] args = new Tensor[n.inputs().size()];
      for (int i = 0; i < args.length; i++) {
        String name = n.input(i);
        args[i] =
            name.isEmpty() ? null : env.containsKey(name) ? env.get(name) : g.initializer(name);
        if (!name.isEmpty() && args[i] == null) {
          throw new IllegalStateException("no value for '" + name + "' of " + n);
        }
      }
      Tensor[] out = evaluate(n, g.tensorType(n.output(0)), args);
      for (int i = 0; i < n.outputs().size() && i < out.length; i++) {
        if (n.hasOutput(i)) {
          env.put(n.output(i), out[i]);
          observer.accept(n.output(i), out[i]);
        }
      }
      for (String v : n.uses()) {
        if (readers.merge(v, -1, Integer::sum) == 0 && !g.outputs().contains(v)) {
          env.remove(v);
        }
      }
    }
    Map<String, Tensor> result = new LinkedHashMap<>();
    for (String o : g.outputs()) {
      result.put(o, env.containsKey(o) ? env.get(o) : g.initializer(o));
    }
    return result;
  }

  private static Tensor[] evaluate(Node n, TensorType type, Tensor... in) {
    if (!n.domain().isEmpty() || !HERE.contains(n.opType())) {
      return Evaluator.evaluate(n, in);
    }
    Tensor out =
        switch (n.opType()) {
          case "MatMul" ->
              in[0].dtype() == DType.F64
                      || !in[0].dtype().isFloat()
                      || in[0].rank() < 2
                      || in[1].rank() < 2
                  ? Evaluator.evaluate(n, in)[0]
                  : HostProducts.matmul(in[0], in[1], type);
          case "MatMulInteger" -> HostProducts.matmul(in[0], in[1], type);
          case "Conv", "ConvInteger" ->
              HostProducts.conv(n, type, in[0], in[1], in.length > 2 ? in[2] : null);
          case "MaxPool", "AveragePool" -> HostWindows.pool(n, type, in[0]);
          default -> rows(n, in);
        };
    return new Tensor[] {out};
  }

  private static Tensor rows(Node n, Tensor... in) {
    Tensor x = in[0];
    boolean centred = n.is("LayerNormalization");
    int row = Math.toIntExact(x.dim(-1));
    double epsilon = n.floatAttr("epsilon", 1e-5f);
    Tensor y = Tensor.zeros(x.dtype(), x.dims());
    for (long r = 0; r < x.size() / Math.max(1, row); r++) {
      double mean = 0;
      for (int i = 0; centred && i < row; i++) {
        mean += x.at(r * row + i) / row;
      }
      double variance = 0;
      for (int i = 0; i < row; i++) {
        double d = x.at(r * row + i) - mean;
        variance += d * d / row;
      }
      double scale = 1 / Math.sqrt(variance + epsilon);
      for (int i = 0; i < row; i++) {
        double v = (x.at(r * row + i) - mean) * scale * in[1].at(i);
        y.setDouble(r * row + i, in.length > 2 && in[2] != null ? v + in[2].at(i) : v);
      }
    }
    return y;
  }
}
