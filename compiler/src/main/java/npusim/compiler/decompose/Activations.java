package npusim.compiler.decompose;

import java.util.Locale;
import npusim.compiler.ir.Node;

/**
 * Activation functions that other operators name by a string attribute (recurrent layers, fused
 * operators).
 */
final class Activations {
  private Activations() {}

  /**
   * The function of a name applied to a value.
   *
   * @param name ONNX's name, any case; empty for none
   * @param p parameters in the order of ONNX's RNN operators (alpha, beta); null or short for the
   *     defaults
   */
  static Value apply(Node n, Emit e, Value x, String name, float... p) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "", "identity" -> x;
      case "relu" -> e.unary("Relu", x);
      case "tanh" -> e.unary("Tanh", x);
      case "sigmoid" -> e.unary("Sigmoid", x);
      case "softplus" -> e.unary("Softplus", x);
      case "softsign" -> e.div(x, e.add(e.unary("Abs", x), 1));
      case "leakyrelu" -> e.binary("PRelu", x, e.scalar(x.dtype(), at(p, 0, 0.01f)));
      case "thresholdedrelu" -> {
        Value above = e.compare("Greater", x, e.scalar(x.dtype(), at(p, 0, 1)));
        yield e.where(above, x, e.scalar(x.dtype(), 0));
      }
      case "elu" -> ActivationRules.elu(e, x, at(p, 0, 1), 1);
      case "hardsigmoid" -> ActivationRules.hardSigmoid(e, x, at(p, 0, 0.2f), at(p, 1, 0.5f));
      case "hardswish" -> e.mul(x, ActivationRules.hardSigmoid(e, x, 1f / 6, 0.5f));
      case "affine" -> e.add(e.mul(x, at(p, 0, 1)), at(p, 1, 0));
      case "scaledtanh" -> e.mul(e.unary("Tanh", e.mul(x, at(p, 1, 1))), at(p, 0, 1));
      case "clip" ->
          e.clip(x, (double) at(p, 0, -Float.MAX_VALUE), (double) at(p, 1, Float.MAX_VALUE));
      default -> throw Refusal.of(n, "unknown activation '" + name + "'");
    };
  }

  /** How many parameters the function takes from the lists of a recurrent operator. */
  static int alphas(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "leakyrelu", "thresholdedrelu", "elu", "hardsigmoid", "affine", "scaledtanh" -> 1;
      default -> 0;
    };
  }

  /** How many second parameters the function takes from the lists of a recurrent operator. */
  static int betas(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "hardsigmoid", "affine", "scaledtanh" -> 1;
      default -> 0;
    };
  }

  private static float at(float[] p, int i, float fallback) {
    return p != null && i < p.length ? p[i] : fallback;
  }
}
