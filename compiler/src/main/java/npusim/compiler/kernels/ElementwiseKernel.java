package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.memory.View;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Round;
import npusim.isa.UnFn;

/** Elementwise operators: one region of vector steps over tiles. */
public final class ElementwiseKernel implements Kernel {

  @Override
  public void emit(KernelContext k) {
    List<View> ins = new ArrayList<>();
    Region r = new Region();
    Node n = k.node();
    for (int i = 0; i < k.inputCount(); i++) {
      if (k.in(i) != null && used(n, i)) {
        ins.add(operand(k, i));
        r.input(k.in(i).type());
      }
    }
    build(k, r);
    MapKernel.run(k, r, ins, k.out(0));
  }

  /** Inputs that decide types only don't take part. */
  private static boolean used(Node n, int i) {
    return switch (n.opType()) {
      case "CastLike", "Dropout" -> i == 0;
      default -> true;
    };
  }

  /** Input {@code i}, for per-axis and blocked scales brought to the shape of the data. */
  private static View operand(KernelContext k, int i) {
    View v = k.in(i);
    Node n = k.node();
    if (i == 0 || !n.opType().endsWith("quantizeLinear") && !n.opType().equals("QuantizeLinear")) {
      return v;
    }
    long[] data = k.in(0).dims();
    if (v.size() == 1) {
      return v.reshape();
    }
    int axis = (int) n.intAttr("axis", 1);
    axis = axis < 0 ? axis + data.length : axis;
    long block = n.intAttr("block_size", 0);
    if (block == 0) {
      long[] s = new long[data.length];
      s[axis] = v.strides()[0];
      return new View(v.storage(), v.offset(), data, s);
    }
    throw k.unsupported("blocked quantisation is lowered before code generation");
  }

  private static void build(KernelContext k, Region r) {
    Node n = k.node();
    DType t = k.outType(0);
    switch (n.opType()) {
      case "Identity", "Dropout" -> r.copy(0);
      case "Gelu" ->
          r.un(
              n.stringAttr("approximate", "none").equals("tanh") ? UnFn.GELU_TANH : UnFn.GELU,
              t,
              0);
      case "IsInf" -> {
        boolean neg = n.intAttr("detect_negative", 1) != 0;
        boolean pos = n.intAttr("detect_positive", 1) != 0;
        if (!neg && !pos) {
          r.bini(BinFn.LT, t, r.un(UnFn.ABS, r.type(0), 0), 0.0);
        } else {
          r.un(neg && pos ? UnFn.ISINF : neg ? UnFn.ISINF_NEG : UnFn.ISINF_POS, t, 0);
        }
      }
      case "LeakyRelu" -> r.bini(BinFn.PRELU, t, 0, (double) n.floatAttr("alpha", 0.01f));
      case "Mod" -> r.bin(n.intAttr("fmod", 0) != 0 ? BinFn.FMOD : BinFn.MOD, t, 0, 1);
      case "BitShift" ->
          r.bin(n.stringAttr("direction", "").equals("LEFT") ? BinFn.SHL : BinFn.SHR, t, 0, 1);
      case "Max", "Min", "Sum", "Mean" -> variadic(k, r, t);
      case "Where" -> r.select(t, 0, 1, 2);
      case "Clip" -> clip(k, r, t);
      case "Cast", "CastLike" -> cast(r, t, n.intAttr("saturate", 1) != 0);
      case "QuantizeLinear" -> r.quantise(t, 0, 1, zeroPoint(k, r, t));
      case "DequantizeLinear" -> r.dequantise(t, 0, 1, zeroPoint(k, r, k.in(0).type()));
      default -> {
        UnFn un = UNARY.get(n.opType());
        BinFn bin = BINARY.get(n.opType());
        if (un != null) {
          r.un(un, t, 0);
        } else if (bin != null) {
          r.bin(bin, t, 0, 1);
        } else {
          throw k.unsupported("");
        }
      }
    }
  }

  private static int zeroPoint(KernelContext k, Region r, DType type) {
    if (k.in(2) != null) {
      return 2;
    }
    // Without a zero point: 0 of the quantised type, made from the scale.
    int z = r.bini(BinFn.MUL, DType.F32, 1, 0.0);
    return r.convert(type, z, false, Round.TRUNC);
  }

  private static void variadic(KernelContext k, Region r, DType t) {
    BinFn fn =
        switch (k.node().opType()) {
          case "Max" -> BinFn.MAX;
          case "Min" -> BinFn.MIN;
          default -> BinFn.ADD;
        };
    int v = 0;
    if (r.inputs() == 1) {
      r.copy(0);
      return;
    }
    for (int i = 1; i < r.inputs(); i++) {
      v = r.bin(fn, t, v, i);
    }
    if (k.node().is("Mean")) {
      r.bini(BinFn.DIV, t, v, (double) r.inputs());
    }
  }

  private static void clip(KernelContext k, Region r, DType t) {
    int v = 0;
    int next = 1;
    Node n = k.node();
    if (n.opset() < 11) {
      if (n.has("min")) {
        v = r.bini(BinFn.MAX, t, v, (double) n.floatAttr("min", 0));
      }
      if (n.has("max")) {
        v = r.bini(BinFn.MIN, t, v, (double) n.floatAttr("max", 0));
      }
    } else {
      if (n.hasInput(1)) {
        v = bound(k, r, BinFn.MAX, t, v, next++, 1);
      }
      if (n.hasInput(2)) {
        v = bound(k, r, BinFn.MIN, t, v, next, 2);
      }
    }
    if (v == 0) {
      r.copy(0);
    }
  }

  private static int bound(
      KernelContext k, Region r, BinFn fn, DType t, int v, int operand, int input) {
    Tensor c = k.constant(input);
    if (c == null) {
      return r.bin(fn, t, v, operand);
    }
    return t.isFloat() ? r.bini(fn, t, v, c.at(0)) : r.bini(fn, t, v, c.longAt(0));
  }

  private static void cast(Region r, DType t, boolean saturate) {
    DType from = r.type(0);
    if (from == t) {
      r.copy(0);
    } else if (t == DType.BOOL) {
      if (from.isFloat()) {
        r.bini(BinFn.NE, t, 0, 0.0);
      } else {
        r.bini(BinFn.NE, t, 0, 0L);
      }
    } else {
      boolean f8 = t == DType.F8E4M3FN || t == DType.F8E5M2;
      r.convert(t, 0, f8 && saturate, Round.TRUNC);
    }
  }

  /** Operators that are one unary vector function. */
  static final Map<String, UnFn> UNARY =
      Map.ofEntries(
          Map.entry("Neg", UnFn.NEG),
          Map.entry("Abs", UnFn.ABS),
          Map.entry("Sign", UnFn.SIGN),
          Map.entry("Exp", UnFn.EXP),
          Map.entry("Log", UnFn.LOG),
          Map.entry("Sqrt", UnFn.SQRT),
          Map.entry("Reciprocal", UnFn.RECIP),
          Map.entry("Erf", UnFn.ERF),
          Map.entry("Tanh", UnFn.TANH),
          Map.entry("Sigmoid", UnFn.SIGMOID),
          Map.entry("Sin", UnFn.SIN),
          Map.entry("Cos", UnFn.COS),
          Map.entry("Tan", UnFn.TAN),
          Map.entry("Asin", UnFn.ASIN),
          Map.entry("Acos", UnFn.ACOS),
          Map.entry("Atan", UnFn.ATAN),
          Map.entry("Sinh", UnFn.SINH),
          Map.entry("Cosh", UnFn.COSH),
          Map.entry("Asinh", UnFn.ASINH),
          Map.entry("Acosh", UnFn.ACOSH),
          Map.entry("Atanh", UnFn.ATANH),
          Map.entry("Floor", UnFn.FLOOR),
          Map.entry("Ceil", UnFn.CEIL),
          Map.entry("Round", UnFn.ROUND),
          Map.entry("Not", UnFn.NOT),
          Map.entry("BitwiseNot", UnFn.BITNOT),
          Map.entry("IsNaN", UnFn.ISNAN),
          Map.entry("Relu", UnFn.RELU),
          Map.entry("Silu", UnFn.SILU),
          Map.entry("Softplus", UnFn.SOFTPLUS));

  /** Operators that are one binary vector function. */
  static final Map<String, BinFn> BINARY =
      Map.ofEntries(
          Map.entry("Add", BinFn.ADD),
          Map.entry("Sub", BinFn.SUB),
          Map.entry("Mul", BinFn.MUL),
          Map.entry("Div", BinFn.DIV),
          Map.entry("Pow", BinFn.POW),
          Map.entry("And", BinFn.AND),
          Map.entry("Or", BinFn.OR),
          Map.entry("Xor", BinFn.XOR),
          Map.entry("BitwiseAnd", BinFn.BITAND),
          Map.entry("BitwiseOr", BinFn.BITOR),
          Map.entry("BitwiseXor", BinFn.BITXOR),
          Map.entry("Equal", BinFn.EQ),
          Map.entry("Less", BinFn.LT),
          Map.entry("LessOrEqual", BinFn.LE),
          Map.entry("Greater", BinFn.GT),
          Map.entry("GreaterOrEqual", BinFn.GE),
          Map.entry("PRelu", BinFn.PRELU));
}
