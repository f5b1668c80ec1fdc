// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.Optional;

/** Functions of one operand of v.un. */
public enum UnFn implements Fn {
  NEG("neg", OpClass.SIMPLE, "-a"),
  ABS("abs", OpClass.SIMPLE, "|a|"),
  SIGN("sign", OpClass.SIMPLE, "-1, 0 or 1 by the sign of a; NaN stays NaN"),
  EXP("exp", OpClass.EXP, "e^a"),
  LOG("log", OpClass.TRANS, "natural logarithm of a"),
  SQRT("sqrt", OpClass.SQRT, "square root of a"),
  RSQRT("rsqrt", OpClass.SQRT, "1 / sqrt(a)"),
  RECIP("recip", OpClass.DIV, "1 / a"),
  ERF("erf", OpClass.TRANS, "error function of a"),
  TANH("tanh", OpClass.TRANS, "hyperbolic tangent of a"),
  SIGMOID("sigmoid", OpClass.EXP, "1 / (1 + e^-a)"),
  SIN("sin", OpClass.TRANS, "sine of a"),
  COS("cos", OpClass.TRANS, "cosine of a"),
  TAN("tan", OpClass.TRANS, "tangent of a"),
  ASIN("asin", OpClass.TRANS, "arc sine of a"),
  ACOS("acos", OpClass.TRANS, "arc cosine of a"),
  ATAN("atan", OpClass.TRANS, "arc tangent of a"),
  SINH("sinh", OpClass.TRANS, "hyperbolic sine of a"),
  COSH("cosh", OpClass.TRANS, "hyperbolic cosine of a"),
  ASINH("asinh", OpClass.TRANS, "inverse hyperbolic sine of a"),
  ACOSH("acosh", OpClass.TRANS, "inverse hyperbolic cosine of a"),
  ATANH("atanh", OpClass.TRANS, "inverse hyperbolic tangent of a"),
  FLOOR("floor", OpClass.SIMPLE, "largest integer ≤ a"),
  CEIL("ceil", OpClass.SIMPLE, "smallest integer ≥ a"),
  ROUND("round", OpClass.SIMPLE, "nearest integer, ties to even"),
  TRUNC("trunc", OpClass.SIMPLE, "a without its fraction"),
  NOT("not", OpClass.SIMPLE, "1 if a = 0 else 0"),
  BITNOT("bitnot", OpClass.SIMPLE, "~a"),
  ISNAN("isnan", OpClass.SIMPLE, "1 if a is NaN else 0"),
  ISINF("isinf", OpClass.SIMPLE, "1 if a is ±infinity else 0"),
  ISINF_POS("isinf_pos", OpClass.SIMPLE, "1 if a is +infinity else 0"),
  ISINF_NEG("isinf_neg", OpClass.SIMPLE, "1 if a is -infinity else 0"),
  RELU("relu", OpClass.SIMPLE, "max(a, 0); NaN stays NaN"),
  GELU("gelu", OpClass.TRANS, "a * (1 + erf(a / sqrt(2))) / 2"),
  GELU_TANH("gelu_tanh", OpClass.TRANS, "a * (1 + tanh(sqrt(2/π) * (a + 0.044715 a³))) / 2"),
  SILU("silu", OpClass.EXP, "a / (1 + e^-a)"),
  SOFTPLUS("softplus", OpClass.TRANS, "log(1 + e^a), without overflow"),
  EXP2("exp2", OpClass.EXP, "2^a"),
  LOG2("log2", OpClass.TRANS, "binary logarithm of a"),
  LOG1P("log1p", OpClass.TRANS, "log(1 + a)"),
  EXPM1("expm1", OpClass.EXP, "e^a - 1");

  private final String mnemonic;
  private final Optional<OpClass> opClass;
  private final String meaning;

  UnFn(String mnemonic, OpClass opClass, String meaning) {
    this.mnemonic = mnemonic;
    this.opClass = Optional.of(opClass);
    this.meaning = meaning;
  }

  @Override
  public String mnemonic() {
    return mnemonic;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public Optional<OpClass> opClass() {
    return opClass;
  }
}
