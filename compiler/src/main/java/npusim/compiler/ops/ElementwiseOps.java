package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import npusim.compiler.host.Elementwise;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;
import npusim.isa.Numeric;

/** Elementwise arithmetic, comparison, logic and conversion. */
final class ElementwiseOps {
  private ElementwiseOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    unaries(o);
    binaries(o);
    comparisons(o);
    others(o);
    return o;
  }

  private static void unaries(List<Operator> o) {
    o.add(unary("Abs", "absolute value", TypeSet.NUMERIC, Math::abs, Math::abs, 6, 13));
    o.add(unary("Neg", "negation", TypeSet.SIGNED, x -> -x, x -> -x, 6, 13));
    o.add(unary("Sign", "-1, 0 or 1 by sign", TypeSet.NUMERIC, Math::signum, Long::signum, 9, 13));
    o.add(unary("Ceil", "rounding up", TypeSet.FLOAT, Math::ceil, x -> x, 6, 13));
    o.add(unary("Floor", "rounding down", TypeSet.FLOAT, Math::floor, x -> x, 6, 13));
    o.add(
        unary(
            "Round",
            "rounding to nearest, half to even",
            TypeSet.FLOAT,
            Math::rint,
            x -> x,
            11,
            22));
    o.add(unary("Sqrt", "square root", TypeSet.FLOAT, Math::sqrt, x -> x, 6, 13));
    o.add(unary("Reciprocal", "1/x", TypeSet.FLOAT, x -> 1 / x, x -> x, 6, 13));
    o.add(unary("Exp", "exponential", TypeSet.FLOAT, Math::exp, x -> x, 6, 13));
    o.add(unary("Log", "natural logarithm", TypeSet.FLOAT, Math::log, x -> x, 6, 13));
    o.add(
        unary(
            "Erf",
            "error function",
            TypeSet.NUMERIC,
            Elementwise::erf,
            x -> Long.signum(x),
            9,
            13));
    o.add(unary("Sin", "sine", TypeSet.FLOAT, Math::sin, x -> x, 7, 22));
    o.add(unary("Cos", "cosine", TypeSet.FLOAT, Math::cos, x -> x, 7, 22));
    o.add(unary("Tan", "tangent", TypeSet.FLOAT, Math::tan, x -> x, 7, 22));
    o.add(unary("Asin", "arc sine", TypeSet.FLOAT, Math::asin, x -> x, 7, 22));
    o.add(unary("Acos", "arc cosine", TypeSet.FLOAT, Math::acos, x -> x, 7, 22));
    o.add(unary("Atan", "arc tangent", TypeSet.FLOAT, Math::atan, x -> x, 7, 22));
    o.add(unary("Sinh", "hyperbolic sine", TypeSet.FLOAT, Math::sinh, x -> x, 9, 22));
    o.add(unary("Cosh", "hyperbolic cosine", TypeSet.FLOAT, Math::cosh, x -> x, 9, 22));
    o.add(unary("Tanh", "hyperbolic tangent", TypeSet.FLOAT, Math::tanh, x -> x, 6, 13));
    o.add(
        unary(
            "Asinh",
            "inverse hyperbolic sine",
            TypeSet.FLOAT,
            x -> Math.copySign(Math.log(Math.abs(x) + Math.sqrt(x * x + 1)), x),
            x -> x,
            9,
            22));
    o.add(
        unary(
            "Acosh",
            "inverse hyperbolic cosine",
            TypeSet.FLOAT,
            x -> Math.log(x + Math.sqrt(x * x - 1)),
            x -> x,
            9,
            22));
    o.add(
        unary(
            "Atanh",
            "inverse hyperbolic tangent",
            TypeSet.FLOAT,
            ElementwiseOps::atanh,
            x -> x,
            9,
            22));
    o.add(unary("Not", "logical negation", TypeSet.BOOL, x -> x, x -> 1 - x, 1));
    o.add(unary("BitwiseNot", "bitwise complement", TypeSet.INTEGER, x -> x, x -> ~x, 18));
    o.add(
        test(
            "IsNaN",
            "true where the element is not a number",
            (c, x) -> Double.isNaN(x),
            9,
            13,
            20));
    o.add(
        test(
            "IsInf",
            "true where the element is infinite",
            (c, x) ->
                Double.isInfinite(x)
                    && c.attr(x > 0 ? "detect_positive" : "detect_negative", 1L) != 0,
            10,
            20));
  }

  private static double atanh(double x) {
    return 0.5 * (Math.log1p(x) - Math.log1p(-x));
  }

  @FunctionalInterface
  private interface Test {
    boolean test(EvalContext c, double x);
  }

  private static Operator test(String name, String summary, Test f, int... since) {
    return onnx(name, summary, since)
        .takes("X:T | detect_negative:int(0..1) detect_positive:int(0..1)")
        .types(TypeSet.FLOAT)
        .eval(
            EvalRule.one(
                c ->
                    Tensor.generate(
                        DType.BOOL, c.in(0).dims(), i -> f.test(c, c.in(0).at(i)) ? 1 : 0)))
        .infer(c -> c.set(0, DType.BOOL, c.dims(0)));
  }

  private static Operator unary(
      String name,
      String summary,
      TypeSet types,
      DoubleUnaryOperator d,
      LongUnaryOperator l,
      int... since) {
    return onnx(name, summary, since)
        .takes("X:T")
        .types(types)
        .eval(EvalRule.one(c -> Elementwise.unary(c.in(0), d, l)))
        .infer(Rules.SAME);
  }

  private static Operator.Builder binary(
      String name,
      String summary,
      TypeSet types,
      DoubleBinaryOperator d,
      LongBinaryOperator l,
      int... since) {
    return onnx(name, summary, since)
        .takes("A:T B:T")
        .types(types)
        .eval(
            EvalRule.one(
                c ->
                    Elementwise.binary(
                        c.in(0), c.in(1), c.outputType(0).dtype(), c.outputShape(0), d, l)));
  }

  private static void binaries(List<Operator> o) {
    o.add(
        binary("Add", "sum", TypeSet.NUMERIC, Double::sum, Long::sum, 7, 13, 14)
            .infer(Rules.BROADCAST));
    o.add(
        binary("Sub", "difference", TypeSet.NUMERIC, (a, b) -> a - b, (a, b) -> a - b, 7, 13, 14)
            .infer(Rules.BROADCAST));
    o.add(
        binary("Mul", "product", TypeSet.NUMERIC, (a, b) -> a * b, (a, b) -> a * b, 7, 13, 14)
            .infer(Rules.BROADCAST));
    o.add(
        onnx("Div", "quotient; integers towards zero", 7, 13, 14)
            .takes("A:T B:T")
            .types(TypeSet.NUMERIC)
            .eval(
                EvalRule.one(
                    c -> {
                      boolean unsigned = c.dtype(0) == DType.U64;
                      return Elementwise.binary(
                          c.in(0),
                          c.in(1),
                          c.dtype(0),
                          c.outputShape(0),
                          (a, b) -> a / b,
                          (a, b) ->
                              unsigned && b != 0
                                  ? Long.divideUnsigned(a, b)
                                  : Elementwise.divide(a, b));
                    }))
            .infer(Rules.BROADCAST));
    o.add(
        onnx("Pow", "power", 7, 12, 13, 15)
            .takes("X:T Y:U")
            .types(TypeSet.NUMERIC)
            .eval(EvalRule.one(ElementwiseOps::pow))
            .infer(c -> c.set(0, c.dtype(0), c.broadcast(0, 1))));
    o.add(
        onnx("Mod", "remainder, by the divisor's sign or (fmod) the dividend's", 10, 13)
            .takes("A:T B:T | fmod:int(0..1)")
            .types(TypeSet.NUMERIC)
            .eval(
                EvalRule.one(
                    c -> {
                      boolean fmod = c.attr("fmod", 0L) != 0;
                      return Elementwise.binary(
                          c.in(0),
                          c.in(1),
                          c.dtype(0),
                          c.outputShape(0),
                          (a, b) -> fmod ? a % b : Elementwise.floorMod(a, b),
                          (a, b) -> fmod ? (b == 0 ? 0 : a % b) : Elementwise.floorMod(a, b));
                    }))
            .infer(Rules.BROADCAST));
    o.add(
        binary("And", "logical and", TypeSet.BOOL, Double::sum, (a, b) -> a & b, 7)
            .infer(Rules.BROADCAST));
    o.add(
        binary("Or", "logical or", TypeSet.BOOL, Double::sum, (a, b) -> a | b, 7)
            .infer(Rules.BROADCAST));
    o.add(
        binary("Xor", "logical exclusive or", TypeSet.BOOL, Double::sum, (a, b) -> a ^ b, 7)
            .infer(Rules.BROADCAST));
    o.add(
        binary("BitwiseAnd", "bitwise and", TypeSet.INTEGER, Double::sum, (a, b) -> a & b, 18)
            .infer(Rules.BROADCAST));
    o.add(
        binary("BitwiseOr", "bitwise or", TypeSet.INTEGER, Double::sum, (a, b) -> a | b, 18)
            .infer(Rules.BROADCAST));
    o.add(
        binary(
                "BitwiseXor",
                "bitwise exclusive or",
                TypeSet.INTEGER,
                Double::sum,
                (a, b) -> a ^ b,
                18)
            .infer(Rules.BROADCAST));
    o.add(
        onnx("BitShift", "shift by a number of bits; signed right shifts keep the sign", 11, 28)
            .takes("X:T Y:T | direction:{LEFT,RIGHT}!")
            .types(TypeSet.INTEGER)
            .eval(
                EvalRule.one(
                    c -> {
                      boolean left = c.attr("direction", "LEFT").equals("LEFT");
                      int bits = c.dtype(0).bits();
                      return Elementwise.binary(
                          c.in(0),
                          c.in(1),
                          c.dtype(0),
                          c.outputShape(0),
                          Double::sum,
                          (a, b) -> shift(a, b, left, bits, c.dtype(0)));
                    }))
            .infer(Rules.BROADCAST));
  }

  /**
   * Shifts beyond the width (negative counts are read as unsigned) leave only sign bits or zeros.
   */
  private static long shift(long a, long by, boolean left, int bits, DType t) {
    boolean beyond = by < 0 || by >= bits;
    if (left) {
      return beyond ? 0 : a << by;
    }
    if (t.isSigned()) {
      return a >> (beyond ? 63 : (int) by);
    }
    return beyond ? 0 : a >>> by;
  }

  private static Tensor pow(EvalContext c) {
    Tensor a = c.in(0);
    Tensor b = c.in(1);
    if (!a.dtype().isFloat() && b.dtype().isFloat()) {
      Tensor wide = Elementwise.cast(a, DType.F64, true);
      Tensor p = Elementwise.binary(wide, b, DType.F64, c.outputShape(0), Math::pow, Long::sum);
      return Elementwise.cast(p, a.dtype(), true);
    }
    return Elementwise.binary(a, b, a.dtype(), c.outputShape(0), Math::pow, Elementwise::power);
  }

  @FunctionalInterface
  private interface Comparison {
    boolean holds(int sign, boolean unordered);
  }

  private static Operator compare(
      String name, String summary, TypeSet types, Comparison f, int... since) {
    return onnx(name, summary, since)
        .takes("A:T B:T")
        .types(types)
        .eval(
            EvalRule.one(
                c -> {
                  boolean unsigned = c.dtype(0) == DType.U64;
                  return Elementwise.binary(
                      c.in(0),
                      c.in(1),
                      DType.BOOL,
                      c.outputShape(0),
                      (a, b) ->
                          f.holds(a < b ? -1 : a > b ? 1 : 0, Double.isNaN(a) || Double.isNaN(b))
                              ? 1
                              : 0,
                      (a, b) ->
                          f.holds(unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b), false)
                              ? 1
                              : 0);
                }))
        .infer(Rules.COMPARE);
  }

  private static void comparisons(List<Operator> o) {
    o.add(
        compare("Equal", "a = b", TypeSet.NUMERIC_OR_BOOL, (s, n) -> !n && s == 0, 7, 11, 13, 19));
    o.add(compare("Less", "a < b", TypeSet.NUMERIC, (s, n) -> !n && s < 0, 7, 9, 13));
    o.add(compare("LessOrEqual", "a <= b", TypeSet.NUMERIC, (s, n) -> !n && s <= 0, 12, 16));
    o.add(compare("Greater", "a > b", TypeSet.NUMERIC, (s, n) -> !n && s > 0, 7, 9, 13));
    o.add(compare("GreaterOrEqual", "a >= b", TypeSet.NUMERIC, (s, n) -> !n && s >= 0, 12, 16));
  }

  private static Operator variadic(
      String name,
      String summary,
      TypeSet types,
      DoubleBinaryOperator d,
      LongBinaryOperator l,
      boolean mean,
      int... since) {
    return onnx(name, summary, since)
        .takes("X:T+")
        .types(types)
        .eval(
            EvalRule.one(
                c -> {
                  boolean isFloat = c.dtype(0).isFloat();
                  DType wide = isFloat ? DType.F64 : c.dtype(0);
                  Tensor acc = Elementwise.cast(c.in(0), wide, true);
                  for (int i = 1; i < c.inputs(); i++) {
                    acc = Elementwise.binary(acc, c.in(i), wide, c.outputShape(0), d, l);
                  }
                  if (mean) {
                    int n = c.inputs();
                    acc = Elementwise.unary(acc, x -> x / n, x -> x / n);
                  }
                  return Elementwise.cast(acc, c.dtype(0), true);
                }))
        .infer(Rules.BROADCAST);
  }

  private static void others(List<Operator> o) {
    o.add(
        variadic(
            "Max",
            "largest of the inputs",
            TypeSet.NUMERIC,
            Math::max,
            Math::max,
            false,
            6,
            8,
            12,
            13));
    o.add(
        variadic(
            "Min",
            "smallest of the inputs",
            TypeSet.NUMERIC,
            Math::min,
            Math::min,
            false,
            6,
            8,
            12,
            13));
    o.add(
        variadic(
            "Sum", "sum of the inputs", TypeSet.FLOAT, Double::sum, Long::sum, false, 6, 8, 13));
    o.add(
        variadic(
            "Mean", "mean of the inputs", TypeSet.FLOAT, Double::sum, Long::sum, true, 6, 8, 13));
    o.add(
        onnx("Where", "elements of one or the other input by a condition", 9, 16)
            .takes("condition:bool X:T Y:T")
            .types(TypeSet.BOOL)
            .eval(EvalRule.one(c -> Elementwise.where(c.in(0), c.in(1), c.in(2), c.outputShape(0))))
            .infer(c -> c.set(0, c.dtype(1), c.broadcast(0, 1, 2))));
    o.add(
        onnx("Clip", "limits elements to a range", 6, 11, 12, 13)
            .takes("X:T | min:float max:float")
            .takes(11, "X:T min:T[one]? max:T[one]?")
            .types(TypeSet.NUMERIC)
            .eval(EvalRule.one(ElementwiseOps::clip))
            .infer(
                c -> {
                  c.broadcastsTo(1, c.dims(0));
                  c.broadcastsTo(2, c.dims(0));
                  c.set(0, c.type(0));
                }));
    o.add(
        onnx("Cast", "conversion to another element type", 6, 9, 13, 19, 21, 23, 24, 25)
            .takes("X:T | to:int! saturate:int(0..1) round_mode:str")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(ElementwiseOps::cast))
            .infer(c -> c.set(0, Rules.dtypeAttr(c, "to", c.dtype(0)), c.dims(0))));
    o.add(
        onnx("CastLike", "conversion to the element type of another input", 15, 19, 21, 23, 24, 25)
            .takes("X:T like:U | saturate:int(0..1) round_mode:str")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(ElementwiseOps::cast))
            .infer(c -> c.set(0, c.dtype(1), c.dims(0))));
    o.add(
        onnx("BitCast", "the same bits read as another element type", 26)
            .takes("X:T | to:int!")
            .types(TypeSet.ANY)
            .eval(
                EvalRule.one(
                    c -> Tensor.of(c.outputType(0).dtype(), c.in(0).dims(), c.in(0).data())))
            .infer(
                c -> {
                  DType to = Rules.dtypeAttr(c, "to", c.dtype(0));
                  if (to.bits() != c.dtype(0).bits()) {
                    throw c.refuse("BitCast between types of different width");
                  }
                  c.set(0, to, c.dims(0));
                }));
    o.add(
        onnx("Identity", "the input itself", 1, 13, 14, 16, 19, 21, 23, 24, 25)
            .takes("X:T")
            .types(TypeSet.ANY)
            .eval(EvalRule.one(c -> c.in(0)))
            .infer(Rules.SAME));
  }

  private static Tensor cast(EvalContext c) {
    return Elementwise.cast(c.in(0), c.outputType(0).dtype(), c.attr("saturate", 1L) != 0);
  }

  private static Tensor clip(EvalContext c) {
    Tensor x = c.in(0);
    boolean attributes = c.opset() < 11;
    boolean hasMin = attributes ? c.node().has("min") : c.has(1);
    boolean hasMax = attributes ? c.node().has("max") : c.has(2);
    double lo = !hasMin ? Double.NEGATIVE_INFINITY : attributes ? c.attr("min", 0f) : c.in(1).at(0);
    double hi = !hasMax ? Double.POSITIVE_INFINITY : attributes ? c.attr("max", 0f) : c.in(2).at(0);
    long lowest =
        hasMin && !attributes && !x.dtype().isFloat() ? c.in(1).longAt(0) : Long.MIN_VALUE;
    long highest =
        hasMax && !attributes && !x.dtype().isFloat() ? c.in(2).longAt(0) : Long.MAX_VALUE;
    if (x.dtype() == DType.U64) {
      return Tensor.generate(
          x.dtype(), x.dims(), i -> Math.min(hi, Math.max(lo, Numeric.u64ToDouble(x.bits(i)))));
    }
    return Elementwise.unary(
        x, v -> Math.min(hi, Math.max(lo, v)), v -> Math.min(highest, Math.max(lowest, v)));
  }
}
