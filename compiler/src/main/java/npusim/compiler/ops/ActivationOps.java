package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import npusim.compiler.host.Elementwise;
import npusim.compiler.host.Strides;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Activation functions, softmax and dropout. */
final class ActivationOps {
  private ActivationOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("Relu", "max(x, 0)", 6, 13, 14)
            .takes("X:T")
            .types(TypeSet.SIGNED)
            .eval(
                EvalRule.one(
                    c -> Elementwise.unary(c.in(0), x -> Math.max(x, 0), x -> Math.max(x, 0))))
            .infer(Rules.SAME));
    o.add(
        of(
            "LeakyRelu",
            "x, or alpha·x below zero",
            (c, x) -> x < 0 ? c.attr("alpha", 0.01f) * x : x,
            6,
            16));
    o.add(
        of(
            "Elu",
            "x, or alpha·(eˣ-1) below zero",
            (c, x) -> x < 0 ? c.attr("alpha", 1f) * Math.expm1(x) : x,
            6,
            22));
    o.add(
        of(
            "Selu",
            "scaled exponential linear unit",
            (c, x) -> {
              double a = c.attr("alpha", 1.67326319217681884765625f);
              return c.attr("gamma", 1.05070102214813232421875f) * (x > 0 ? x : a * Math.expm1(x));
            },
            6,
            22));
    o.add(
        of(
            "Celu",
            "continuously differentiable exponential linear unit",
            (c, x) -> {
              double a = c.attr("alpha", 1f);
              return Math.max(0, x) + Math.min(0, a * Math.expm1(x / a));
            },
            12,
            28));
    o.add(of("Sigmoid", "1/(1+e⁻ˣ)", (c, x) -> sigmoid(x), 6, 13));
    o.add(
        of(
            "HardSigmoid",
            "alpha·x+beta limited to 0..1",
            (c, x) -> hardSigmoid(x, c.attr("alpha", 0.2f), c.attr("beta", 0.5f)),
            6,
            22));
    o.add(of("HardSwish", "x·hardsigmoid(x)", (c, x) -> x * hardSigmoid(x, 1 / 6.0, 0.5), 14, 22));
    o.add(
        of(
            "Softplus",
            "ln(1+eˣ)",
            (c, x) -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
            1,
            22));
    o.add(of("Softsign", "x/(1+|x|)", (c, x) -> x / (1 + Math.abs(x)), 1, 22));
    o.add(
        of(
            "ThresholdedRelu",
            "x above alpha, else 0",
            (c, x) -> x > c.attr("alpha", 1f) ? x : 0,
            10,
            22));
    o.add(
        of(
            "Mish",
            "x·tanh(softplus(x))",
            (c, x) -> x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
            18,
            22));
    o.add(of("Swish", "x·sigmoid(alpha·x)", (c, x) -> x * sigmoid(c.attr("alpha", 1f) * x), 24));
    o.add(of("Gelu", "Gaussian error linear unit", ActivationOps::gelu, 20));
    o.add(of("Shrink", "pulls towards zero by bias beyond lambd", ActivationOps::shrink, 9));
    o.add(
        onnx("SwiGLU", "swish(a)·b", 28)
            .takes("A:T B:T | alpha:float")
            .eval(
                EvalRule.one(
                    c -> {
                      double alpha = c.attr("alpha", 1f);
                      return Elementwise.binary(
                          c.in(0),
                          c.in(1),
                          c.dtype(0),
                          c.outputShape(0),
                          (a, b) -> a * sigmoid(alpha * a) * b,
                          (a, b) -> a);
                    }))
            .infer(Rules.BROADCAST));
    o.add(
        onnx("PRelu", "x, or slope·x below zero", 7, 9, 16)
            .takes("X:T slope:T")
            .types(TypeSet.NUMERIC)
            .eval(
                EvalRule.one(
                    c ->
                        Elementwise.binary(
                            c.in(0),
                            c.in(1),
                            c.dtype(0),
                            c.outputShape(0),
                            (a, b) -> a < 0 ? a * b : a,
                            (a, b) -> a < 0 ? a * b : a)))
            .infer(
                c -> {
                  c.broadcastsTo(1, c.dims(0));
                  c.set(0, c.type(0));
                }));
    o.add(softmax("Softmax", "eˣ over their sum", 1, 11, 13));
    o.add(softmax("LogSoftmax", "logarithm of softmax", 1, 11, 13));
    o.add(
        onnx("Hardmax", "1 at the first largest element, else 0", 1, 11, 13)
            .takes("X:T[_,..] | axis:int")
            .infer(ActivationOps::checkAxis));
    o.add(
        onnx("Dropout", "the input itself (inference)", 7, 10, 12, 13, 22)
            .takes("X:T | ratio:float")
            .takes(12, "X:T ratio:float[one]? training_mode:bool[one]? | seed:int")
            .eval(
                c -> {
                  Tensor mask =
                      c.outputs() > 1
                          ? Tensor.generate(c.outputType(1).dtype(), c.in(0).dims(), i -> 1)
                          : null;
                  return mask == null ? new Tensor[] {c.in(0)} : new Tensor[] {c.in(0), mask};
                })
            .infer(ActivationOps::dropout));
    return o;
  }

  private static Operator of(
      String name, String summary, ToDoubleBiFunction<OpContext, Double> f, int... since) {
    return onnx(name, summary, since)
        .takes(
            "X:T | alpha:float beta:float gamma:float lambd:float bias:float "
                + "approximate:{none,tanh}")
        .eval(
            EvalRule.one(
                c ->
                    Elementwise.unary(
                        c.in(0),
                        x -> f.applyAsDouble(c, x),
                        x -> (long) f.applyAsDouble(c, (double) x))))
        .types(name.equals("Shrink") ? TypeSet.NUMERIC : TypeSet.FLOAT)
        .infer(Rules.SAME);
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double hardSigmoid(double x, double alpha, double beta) {
    return Math.max(0, Math.min(1, alpha * x + beta));
  }

  private static double gelu(OpContext c, double x) {
    if (c.attr("approximate", "none").equals("tanh")) {
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }
    return 0.5 * x * (1 + Elementwise.erf(x / Math.sqrt(2)));
  }

  private static double shrink(OpContext c, double x) {
    double lambd = c.attr("lambd", 0.5f);
    double bias = c.attr("bias", 0f);
    return x < -lambd ? x + bias : x > lambd ? x - bias : 0;
  }

  private static void checkAxis(InferContext c) {
    c.axis(c.attr("axis", c.opset() < 13 ? 1L : -1L), Math.max(c.rank(0), 1));
    c.set(0, c.type(0));
  }

  private static Operator softmax(String name, String summary, int... since) {
    boolean log = name.startsWith("Log");
    return onnx(name, summary, since)
        .takes("X:T[_,..] | axis:int")
        .eval(EvalRule.one(c -> softmax(c, log)))
        .infer(
            c -> {
              if (c.opset() >= 13 || c.attr("axis", 1L) != c.rank(0)) {
                checkAxis(c);
              } else {
                c.set(0, c.type(0));
              }
            });
  }

  /** Before opset 13 the input is seen as a matrix split at the axis. */
  private static Tensor softmax(EvalContext c, boolean log) {
    Tensor x = c.in(0);
    boolean matrix = c.opset() < 13;
    int axis = c.axis(c.attr("axis", matrix ? 1L : -1L), Math.max(x.rank(), 1));
    long[] d = x.dims();
    long inner = matrix ? 1 : Strides.product(d, axis + 1, d.length);
    long n = matrix ? Strides.product(d, axis, d.length) : d.length == 0 ? 1 : d[axis];
    Tensor out = Tensor.zeros(x.dtype(), d);
    for (long o = 0; n > 0 && o < x.size() / n; o++) {
      long base = o / inner * n * inner + o % inner;
      double max = Double.NEGATIVE_INFINITY;
      for (long k = 0; k < n; k++) {
        max = Math.max(max, x.at(base + k * inner));
      }
      double sum = 0;
      for (long k = 0; k < n; k++) {
        sum += Math.exp(x.at(base + k * inner) - max);
      }
      for (long k = 0; k < n; k++) {
        double v = x.at(base + k * inner) - max;
        out.setDouble(base + k * inner, log ? v - Math.log(sum) : Math.exp(v) / sum);
      }
    }
    return out;
  }

  private static void dropout(InferContext c) {
    if (c.opset() >= 12 && c.has(2)) {
      Tensor training = c.require(2);
      Tensor ratio = c.has(1) ? c.require(1) : null;
      if (training.longAt(0) != 0 && (ratio == null || ratio.at(0) != 0)) {
        throw c.refuse("Dropout in training mode draws random numbers");
      }
    }
    c.set(0, c.type(0));
    List<Dim> dims = c.dims(0);
    c.set(1, c.opset() >= 10 ? DType.BOOL : c.dtype(0), dims);
  }
}
