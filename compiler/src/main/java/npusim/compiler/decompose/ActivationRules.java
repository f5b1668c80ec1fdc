package npusim.compiler.decompose;

import java.util.List;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.isa.DType;

/**
 * Elementwise activation functions and elementwise forms that are short expressions of core
 * operators.
 */
final class ActivationRules {
  private static final double SELU_ALPHA = 1.67326319217681884765625;
  private static final double SELU_GAMMA = 1.05070102214813232421875;

  private ActivationRules() {}

  static List<Rule> rules() {
    return List.of(
        Rule.of(
            "LeakyRelu",
            "PRelu(x, alpha)",
            (n, e) -> {
              Value x = e.in(0);
              e.result(0, e.binary("PRelu", x, e.scalar(x.dtype(), n.floatAttr("alpha", 0.01f))));
            }),
        Rule.of(
            "Elu",
            "x < 0 ? alpha·(exp(x)-1) : x",
            (n, e) -> e.result(0, elu(e, e.in(0), n.floatAttr("alpha", 1), 1))),
        Rule.of(
            "Selu",
            "gamma·(x < 0 ? alpha·(exp(x)-1) : x)",
            (n, e) ->
                e.result(
                    0,
                    elu(
                        e,
                        e.in(0),
                        n.floatAttr("alpha", (float) SELU_ALPHA),
                        n.floatAttr("gamma", (float) SELU_GAMMA)))),
        Rule.of("Celu", "max(0, x) + min(0, alpha·(exp(x/alpha)-1))", ActivationRules::celu),
        Rule.of(
            "HardSigmoid",
            "clip(alpha·x + beta, 0, 1)",
            (n, e) ->
                e.result(
                    0,
                    hardSigmoid(
                        e, e.in(0), n.floatAttr("alpha", 0.2f), n.floatAttr("beta", 0.5f)))),
        Rule.of(
            "HardSwish",
            "x·clip(x/6 + 0.5, 0, 1)",
            (n, e) -> e.result(0, e.mul(e.in(0), hardSigmoid(e, e.in(0), 1f / 6, 0.5f)))),
        Rule.of(
            "Mish",
            "x·tanh(softplus(x))",
            (n, e) -> e.result(0, e.mul(e.in(0), e.unary("Tanh", e.unary("Softplus", e.in(0)))))),
        Rule.of(
            "Softsign",
            "x / (1 + |x|)",
            (n, e) -> e.result(0, e.div(e.in(0), e.add(e.unary("Abs", e.in(0)), 1)))),
        Rule.of(
            "ThresholdedRelu",
            "x > alpha ? x : 0",
            (n, e) -> {
              Value x = e.in(0);
              Value above = e.compare("Greater", x, e.scalar(x.dtype(), n.floatAttr("alpha", 1)));
              e.result(0, e.where(above, x, e.scalar(x.dtype(), 0)));
            }),
        Rule.of(
            "Shrink", "x < -lambd ? x + bias : x > lambd ? x - bias : 0", ActivationRules::shrink),
        Rule.of(
            "Swish",
            "x·sigmoid(alpha·x)",
            (n, e) -> e.result(0, swish(e, e.in(0), n.floatAttr("alpha", 1)))),
        Rule.of(
            "SwiGLU",
            "a·sigmoid(alpha·a)·b",
            (n, e) -> e.result(0, e.mul(swish(e, e.in(0), n.floatAttr("alpha", 1)), e.in(1)))),
        Rule.microsoft(
            "QuickGelu",
            "x·sigmoid(alpha·x)",
            (n, e) -> e.result(0, swish(e, e.in(0), n.floatAttr("alpha", 1.702f)))),
        Rule.microsoft("Gelu", "Gelu", (n, e) -> e.result(0, gelu(e, e.in(0), "none"))),
        Rule.microsoft(
            "BiasGelu",
            "Gelu(x + bias)",
            (n, e) -> e.result(0, gelu(e, e.add(e.in(0), e.in(1)), "none"))),
        Rule.microsoft(
            "FastGelu",
            "Gelu(x + bias), tanh form",
            (n, e) ->
                e.result(
                    0, gelu(e, e.optional(1) == null ? e.in(0) : e.add(e.in(0), e.in(1)), "tanh"))),
        Rule.of(
            "CastLike",
            "Cast",
            (n, e) -> {
              Value v = e.cast(e.in(0), e.in(1).dtype());
              boolean cast = e.in(0).dtype() != e.in(1).dtype();
              if (cast && e.lastIs("Cast") && n.has("saturate")) {
                e.last().set("saturate", n.intAttr("saturate", 1));
              }
              e.result(0, v);
            }),
        Rule.of("Dropout", "the input; a mask of true", ActivationRules::dropout),
        Rule.form(
            "BitShift",
            "shift with counts outside 0 … width-1 replaced by the fill",
            (n, g) -> !n.has("in_range"),
            ActivationRules::bitShift),
        Rule.form(
            "Mod",
            "remainder of the truncated quotient, moved to the divisor's sign",
            ActivationRules::isFlooredFloat,
            ActivationRules::flooredMod));
  }

  static Value gelu(Emit e, Value x, String approximate) {
    Value v = e.unary("Gelu", x);
    e.last().set("approximate", approximate);
    return v;
  }

  static Value swish(Emit e, Value x, double alpha) {
    return e.mul(x, e.unary("Sigmoid", e.mul(x, alpha)));
  }

  static Value hardSigmoid(Emit e, Value x, double alpha, double beta) {
    return e.clip(e.add(e.mul(x, alpha), beta), 0.0, 1.0);
  }

  static Value elu(Emit e, Value x, double alpha, double gamma) {
    Value zero = e.scalar(x.dtype(), 0);
    Value negative = e.mul(e.add(e.exp(x), -1), alpha);
    return e.mul(e.where(e.compare("Less", x, zero), negative, x), gamma);
  }

  private static void celu(Node n, Emit e) {
    Value x = e.in(0);
    double alpha = n.floatAttr("alpha", 1);
    Value zero = e.scalar(x.dtype(), 0);
    Value scaled = alpha == 1 ? x : e.div(x, e.scalar(x.dtype(), alpha));
    Value negative = e.min(e.mul(e.add(e.exp(scaled), -1), alpha), zero);
    e.result(0, e.add(e.max(x, zero), negative));
  }

  private static void shrink(Node n, Emit e) {
    Value x = e.in(0);
    // Thresholds of integers are compared as floats, as the specification's formula does.
    Value f = x.dtype().isFloat() ? x : e.cast(x, DType.F32);
    double lambda = n.floatAttr("lambd", 0.5f);
    double bias = n.floatAttr("bias", 0);
    Value zero = e.scalar(f.dtype(), 0);
    Value upper =
        e.where(e.compare("Greater", f, e.scalar(f.dtype(), lambda)), e.add(f, -bias), zero);
    Value y = e.where(e.compare("Less", f, e.scalar(f.dtype(), -lambda)), e.add(f, bias), upper);
    e.result(0, e.cast(y, x.dtype()));
  }

  private static void dropout(Node n, Emit e) {
    if (e.optional(2) != null && n.opset() >= 12) {
      boolean training = e.longs(2, "training_mode")[0] != 0;
      boolean drops = training && (e.optional(1) == null || e.doubles(1, "ratio")[0] != 0);
      if (drops) {
        throw Refusal.of(n, "training mode draws random numbers");
      }
    }
    e.result(0, e.in(0));
    if (n.hasOutput(1)) {
      e.result(1, e.fill(e.outType(1).dtype(), 1, e.in(0).shape()));
    }
  }

  private static boolean isFlooredFloat(Node n, Graph g) {
    return n.intAttr("fmod", 0) == 0 && g.tensorType(n.input(0)).dtype().isFloat();
  }

  private static void flooredMod(Node n, Emit e) {
    Value divisor = e.in(1);
    Value r = e.binary("Mod", e.in(0), divisor);
    e.last().set("fmod", 1);
    Value zero = e.scalar(r.dtype(), 0);
    Value differ = e.compare("Xor", e.compare("Less", r, zero), e.compare("Less", divisor, zero));
    Value some = e.unary("Not", e.compare("Equal", r, zero));
    // With an infinite divisor of the other sign the sum is that infinity, as specified.
    e.result(0, e.where(e.compare("And", differ, some), e.add(r, divisor), r));
  }

  private static void bitShift(Node n, Emit e) {
    Value x = e.in(0);
    Value y = e.in(1);
    boolean right = n.stringAttr("direction", "").equals("RIGHT");
    int width = x.dtype().bits();
    Value limit = e.scalar(y.dtype(), width - 1);
    Value zero = e.scalar(y.dtype(), 0);
    Value outside = e.compare("Greater", y, limit);
    if (y.dtype().isSigned()) {
      outside = e.compare("Or", outside, e.compare("Less", y, zero));
    }
    if (right && x.dtype().isSigned()) {
      // An arithmetic shift by width-1 leaves the sign alone: the fill itself.
      e.result(0, shift(e, n, x, e.where(outside, limit, y)));
    } else {
      Value shifted = shift(e, n, x, e.where(outside, zero, y));
      e.result(0, e.where(outside, e.scalar(x.dtype(), 0), shifted));
    }
  }

  private static Value shift(Emit e, Node n, Value x, Value y) {
    Value v = e.binary("BitShift", x, y);
    e.last().set("direction", n.stringAttr("direction", ""));
    // The form below has counts in range only, which every version of the operator agrees on.
    e.last().set("in_range", 1);
    return v;
  }
}
