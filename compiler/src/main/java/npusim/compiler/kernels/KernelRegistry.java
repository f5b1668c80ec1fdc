package npusim.compiler.kernels;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import npusim.compiler.ir.Node;

/** The kernel of each operator that code is generated for. */
public final class KernelRegistry {
  private static final Map<String, Kernel> KERNELS = new TreeMap<>();

  static {
    Kernel elementwise = new ElementwiseKernel();
    ElementwiseKernel.UNARY.keySet().forEach(op -> KERNELS.put(op, elementwise));
    ElementwiseKernel.BINARY.keySet().forEach(op -> KERNELS.put(op, elementwise));
    add(
        elementwise,
        "BitShift",
        "Cast",
        "CastLike",
        "Clip",
        "DequantizeLinear",
        "Gelu",
        "IsInf",
        "LeakyRelu",
        "Max",
        "Mean",
        "Min",
        "Mod",
        "QuantizeLinear",
        "Sum",
        "Where");
    add(new GatherOp(), "Gather", "GatherElements", "GatherND");
    add(new ScatterOp(), "ScatterElements", "ScatterND");
    add(new AxisOp(), "ArgMax", "ArgMin", "CumProd", "CumSum", "TopK");
    add(new CompactOp(), "Compress", "NonZero");
    add(new PoolOp(), "AveragePool", "MaxPool");
    add(new ConvOp(), "Conv", "ConvInteger");
    add(new ConcatOp(), "Concat", "Pad", "Tile");
    add(new MatmulOp(), "Gemm", "MatMul", "MatMulInteger");
    add(
        new ReduceOp(),
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceProd",
        "ReduceSum",
        "ReduceSumSquare",
        "npusim.ReduceSumInteger");
    add(new RowOp(), "LayerNormalization", "LogSoftmax", "RMSNormalization", "Softmax");
    add(new CollectiveOp(), "com.microsoft.AllGather", "com.microsoft.AllReduce");
    add(new CacheOp(), "npusim.CacheAppend", "npusim.CacheRows");
    add(new AttentionOp(), "npusim.Attention");
    add(new CachedAttentionKernel(), "npusim.CachedAttention");
    add(new ExpandWeightsOp(), "npusim.ExpandWeights");
    add(new ScaledMatmulOp(), "npusim.ScaledMatMul");
    add(
        new ViewKernel(),
        "Dropout",
        "Expand",
        "Flatten",
        "Identity",
        "Reshape",
        "Slice",
        "Split",
        "Squeeze",
        "Transpose",
        "Unsqueeze");
  }

  private KernelRegistry() {}

  private static void add(Kernel k, String... operators) {
    for (String op : operators) {
      KERNELS.put(op, k);
    }
  }

  /**
   * The kernel of a node's operator, or null. Internal operators have their domain before the name.
   */
  public static Kernel of(Node n) {
    return KERNELS.get(n.domain().isEmpty() ? n.opType() : n.domain() + "." + n.opType());
  }

  /** True when the results of a node may lie in the memory of its inputs. */
  public static boolean mayBeView(Node n) {
    return of(n) instanceof ViewKernel;
  }

  /** True for products and elementwise nodes: their results may lie in any order of dimensions. */
  public static boolean writesAnyOrder(Node n) {
    Kernel k = n == null ? null : of(n);
    return k instanceof MatmulOp || k instanceof ElementwiseKernel;
  }

  /** True for nodes that compute each element of their result by itself. */
  public static boolean isElementwise(Node n) {
    return of(n) instanceof ElementwiseKernel;
  }

  /** All kernels by operator, sorted. */
  public static Map<String, Kernel> all() {
    return Collections.unmodifiableMap(KERNELS);
  }
}
