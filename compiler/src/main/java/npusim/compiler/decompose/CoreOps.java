package npusim.compiler.decompose;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import npusim.compiler.ir.Node;

/**
 * The operators that remain after decomposition: what code generation has kernels for. In core form
 * their shape parameters are constants, axes count from the front and convolutions and pools state
 * every pad.
 */
public final class CoreOps {
  /** Domain of npusim's own operators. */
  public static final String DOMAIN = "npusim";

  /** Operators of ONNX Runtime's domain over the chips of a system. */
  private static final Set<String> COLLECTIVES = Set.of("AllGather", "AllReduce");

  private static final Set<String> NAMES =
      Collections.unmodifiableSet(
          new TreeSet<>(
              Set.of(
                  // elementwise
                  "Abs",
                  "Acos",
                  "Acosh",
                  "Add",
                  "And",
                  "Asin",
                  "Asinh",
                  "Atan",
                  "Atanh",
                  "BitShift",
                  "BitwiseAnd",
                  "BitwiseNot",
                  "BitwiseOr",
                  "BitwiseXor",
                  "Cast",
                  "Ceil",
                  "Clip",
                  "Cos",
                  "Cosh",
                  "DequantizeLinear",
                  "Div",
                  "Equal",
                  "Erf",
                  "Exp",
                  "Floor",
                  "Gelu",
                  "Greater",
                  "GreaterOrEqual",
                  "Identity",
                  "IsInf",
                  "IsNaN",
                  "Less",
                  "LessOrEqual",
                  "Log",
                  "Max",
                  "Min",
                  "Mod",
                  "Mul",
                  "Neg",
                  "Not",
                  "Or",
                  "PRelu",
                  "Pow",
                  "QuantizeLinear",
                  "Reciprocal",
                  "Relu",
                  "Round",
                  "Sigmoid",
                  "Sign",
                  "Sin",
                  "Sinh",
                  "Softplus",
                  "Sqrt",
                  "Sub",
                  "Tan",
                  "Tanh",
                  "Where",
                  "Xor",
                  // reductions and rows
                  "ArgMax",
                  "ArgMin",
                  "CumProd",
                  "CumSum",
                  "LayerNormalization",
                  "LogSoftmax",
                  "RMSNormalization",
                  "ReduceMax",
                  "ReduceMean",
                  "ReduceMin",
                  "ReduceProd",
                  "ReduceSum",
                  "ReduceSumSquare",
                  "Softmax",
                  "TopK",
                  // products and windows
                  "AveragePool",
                  "Conv",
                  "ConvInteger",
                  "Gemm",
                  "MatMul",
                  "MatMulInteger",
                  "MaxPool",
                  // movement
                  "Compress",
                  "Concat",
                  "Expand",
                  "Gather",
                  "GatherElements",
                  "GatherND",
                  "NonZero",
                  "Pad",
                  "Reshape",
                  "ScatterElements",
                  "ScatterND",
                  "Slice",
                  "Split",
                  "Tile",
                  "Transpose")));

  private CoreOps() {}

  /** Core operators of the default domain, sorted. */
  public static Set<String> names() {
    return NAMES;
  }

  /** True for a node of a core operator. */
  public static boolean isCore(Node n) {
    return switch (n.domain()) {
      case DOMAIN -> true;
      case "" -> NAMES.contains(n.opType());
      case "com.microsoft" -> COLLECTIVES.contains(n.opType());
      default -> false;
    };
  }
}
