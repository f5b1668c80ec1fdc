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
    int v = append(k, r, ins, i -> -1);
    k.tail().append(r, v, ins);
    MapKernel.run(k, r, ins, k.out(0));
  }

  @Override
  public int divides(KernelContext k, int input, int dim) {
    return input < 0 ? dim : dim + k.outShape(0).length - k.in(input).rank();
  }

  /** Value number of a node's input that the region has already, or -1. */
  @FunctionalInterface
  interface Known {
    int value(int input);
  }

  /**
   * Appends a node's steps to a region.
   *
   * @param k context of the node
   * @param ins takes the views of inputs that the region doesn't have yet
   * @return value number of the result
   */
  static int append(KernelContext k, Region r, List<View> ins, Known known) {
    Node n = k.node();
    int[] a = new int[k.inputCount()];
    for (int i = 0; i < a.length; i++) {
      a[i] = known.value(i);
      if (a[i] < 0 && k.in(i) != null && used(k, i)) {
        a[i] = r.input(k.in(i).type());
        ins.add(operand(k, i));
      }
    }
    return build(k, n, r, a);
  }

  /** Inputs that decide types only, and constants that become immediates, take no part. */
  private static boolean used(KernelContext k, int i) {
    Node n = k.node();
    return switch (n.opType()) {
      case "CastLike", "Dropout" -> i == 0;
      case "Clip" -> i == 0 || k.constant(i) == null;
      case "DequantizeLinear" -> i < 2 || !multiplies(k);
      default -> immediate(k) != i;
    };
  }

  /** The input of a binary operator that is a constant scalar, or -1. */
  private static int immediate(KernelContext k) {
    Node n = k.node();
    if (!BINARY.containsKey(n.opType()) || n.is("Pow") || scalesInteger(k)) {
      return -1;
    }
    for (int i = 1; i >= 0; i--) {
      Tensor c = k.constant(i);
      if (c != null
          && c.size() == 1
          && c.dtype() == k.inType(1 - i)
          && c.dtype() != DType.U64
          && c.dtype() != DType.BOOL) {
        return i;
      }
    }
    return -1;
  }

  /**
   * True for the scale of an integer's conversion: as an operand it takes the integer itself, and
   * what is added joins in.
   */
  private static boolean scalesInteger(KernelContext k) {
    Node n = k.node();
    Node from = n.is("Mul") && k.outType(0) == DType.F32 ? k.graph().producer(n.input(0)) : null;
    return from != null
        && from.is("Cast")
        && k.graph().tensorType(from.input(0)).dtype() == DType.I32
        && k.graph().onlyConsumer(from.output(0)) == n;
  }

  /** Input {@code i}, for per-axis scales brought to the shape of the data. */
  private static View operand(KernelContext k, int i) {
    View v = k.in(i);
    Node n = k.node();
    if (i == 0 || !n.is("DequantizeLinear") && !n.is("QuantizeLinear")) {
      return v;
    }
    long[] data = k.outShape(0);
    if (v.size() == 1) {
      return v.reshape();
    }
    // A vector has one axis, whatever the default says.
    int axis = data.length == 1 ? 0 : (int) n.intAttr("axis", 1);
    axis = axis < 0 ? axis + data.length : axis;
    if (n.intAttr("block_size", 0) != 0) {
      throw k.unsupported("blocked quantisation is lowered before code generation");
    }
    long[] s = new long[data.length];
    s[axis] = v.strides()[0];
    return new View(v.storage(), v.offset(), data, s);
  }

  private static int build(KernelContext k, Node n, Region r, int[] a) {
    DType t = k.outType(0);
    return switch (n.opType()) {
      case "Identity", "Dropout" -> r.copy(a[0]);
      case "Gelu" ->
          r.un(
              n.stringAttr("approximate", "none").equals("tanh") ? UnFn.GELU_TANH : UnFn.GELU,
              t,
              a[0]);
      case "IsInf" -> isInf(n, r, t, a[0]);
      case "LeakyRelu" -> r.bini(BinFn.PRELU, t, a[0], (double) n.floatAttr("alpha", 0.01f));
      case "Mod" -> r.bin(n.intAttr("fmod", 0) != 0 ? BinFn.FMOD : BinFn.MOD, t, a[0], a[1]);
      case "BitShift" ->
          r.bin(
              n.stringAttr("direction", "").equals("LEFT") ? BinFn.SHL : BinFn.SHR, t, a[0], a[1]);
      case "Max", "Min", "Sum", "Mean" -> variadic(n, r, t, a);
      case "Where" -> r.select(t, a[0], a[1], a[2]);
      case "Clip" -> clip(k, r, t, a);
      case "Cast", "CastLike" -> cast(r, t, a[0], n.intAttr("saturate", 1) != 0);
      case "QuantizeLinear" -> r.quantise(t, a[0], a[1], zeroPoint(r, t, a));
      case "DequantizeLinear" ->
          multiplies(k)
              ? r.multiply(t, a[0], a[1])
              : r.dequantise(t, a[0], a[1], zeroPoint(r, k.inType(0), a));
      default -> {
        UnFn un = UNARY.get(n.opType());
        BinFn bin = BINARY.get(n.opType());
        if (un != null) {
          yield r.un(un, t, a[0]);
        } else if (bin != null) {
          yield binary(k, r, bin, t, a);
        }
        throw k.unsupported("");
      }
    };
  }

  private static int binary(KernelContext k, Region r, BinFn fn, DType t, int[] a) {
    int i = a[0] < 0 ? 0 : a[1] < 0 ? 1 : -1;
    if (i < 0) {
      return switch (fn) {
        case ADD -> r.add(t, a[0], a[1]);
        case MUL -> r.multiply(t, a[0], a[1]);
        default -> r.bin(fn, t, a[0], a[1]);
      };
    }
    Tensor c = k.constant(i);
    int x = a[1 - i];
    if (c.dtype().isFloat()) {
      return i == 0 ? r.reversed(fn, t, c.at(0), x) : r.bini(fn, t, x, c.at(0));
    }
    return i == 0 ? r.reversed(fn, t, c.longAt(0), x) : r.bini(fn, t, x, c.longAt(0));
  }

  private static int isInf(Node n, Region r, DType t, int a) {
    boolean neg = n.intAttr("detect_negative", 1) != 0;
    boolean pos = n.intAttr("detect_positive", 1) != 0;
    if (!neg && !pos) {
      return r.bini(BinFn.LT, t, r.un(UnFn.ABS, r.type(a), a), 0.0);
    }
    return r.un(neg && pos ? UnFn.ISINF : neg ? UnFn.ISINF_NEG : UnFn.ISINF_POS, t, a);
  }

  /** True for a DequantizeLinear that is a product with the scale. */
  private static boolean multiplies(KernelContext k) {
    DType t = k.outType(0);
    return (t == DType.F32 || t == DType.F16 || t == DType.BF16)
        && k.inType(1) == DType.F32
        && zeroIsZero(k);
  }

  /** True when 0 is stored as 0 and the stored type has whole numbers. */
  private static boolean zeroIsZero(KernelContext k) {
    if (k.inType(0).isFloat() || k.inType(0).bits() > 32) {
      return false;
    }
    if (!k.node().hasInput(2)) {
      return true;
    }
    Tensor z = k.constant(2);
    return z != null && java.util.Arrays.stream(z.toLongs()).allMatch(v -> v == 0);
  }

  private static int zeroPoint(Region r, DType type, int[] a) {
    if (a.length > 2 && a[2] >= 0) {
      return a[2];
    }
    // Without a zero point: 0 of the quantised type, made from the scale.
    int z = r.bini(BinFn.MUL, DType.F32, a[1], 0.0);
    return r.convert(type, z, false, Round.TRUNC);
  }

  private static int variadic(Node n, Region r, DType t, int[] a) {
    BinFn fn =
        switch (n.opType()) {
          case "Max" -> BinFn.MAX;
          case "Min" -> BinFn.MIN;
          default -> BinFn.ADD;
        };
    if (a.length == 1) {
      return r.copy(a[0]);
    }
    int v = a[0];
    for (int i = 1; i < a.length; i++) {
      v = r.bin(fn, t, v, a[i]);
    }
    return n.is("Mean") ? r.bini(BinFn.DIV, t, v, (double) a.length) : v;
  }

  private static int clip(KernelContext k, Region r, DType t, int[] a) {
    int v = a[0];
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
        v = bound(k, r, BinFn.MAX, t, v, a, 1);
      }
      if (n.hasInput(2)) {
        v = bound(k, r, BinFn.MIN, t, v, a, 2);
      }
    }
    return v == a[0] ? r.copy(v) : v;
  }

  private static int bound(
      KernelContext k, Region r, BinFn fn, DType t, int v, int[] a, int input) {
    if (a[input] >= 0) {
      return r.bin(fn, t, v, a[input]);
    }
    Tensor c = k.constant(input);
    return t.isFloat() ? r.bini(fn, t, v, c.at(0)) : r.bini(fn, t, v, c.longAt(0));
  }

  private static int cast(Region r, DType t, int a, boolean saturate) {
    DType from = r.type(a);
    if (from == t) {
      return r.copy(a);
    }
    if (t == DType.BOOL) {
      return from.isFloat() ? r.bini(BinFn.NE, t, a, 0.0) : r.bini(BinFn.NE, t, a, 0L);
    }
    boolean f8 = t == DType.F8E4M3FN || t == DType.F8E5M2;
    return r.convert(t, a, f8 && saturate, Round.TRUNC);
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
