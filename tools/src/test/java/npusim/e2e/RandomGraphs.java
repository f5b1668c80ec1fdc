package npusim.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Random valid graphs: a chain of products, convolutions, normalisations, activations and data
 * movement with residual sums, of odd extents. Integer graphs compute in int32 on 8-bit products
 * and have one exact answer. The seed decides everything.
 */
final class RandomGraphs {
  private static final int OPSET = 21;

  private final SplittableRandom random;
  private final Graph graph = new Graph("random");
  private final boolean integers;
  private long[] shape;
  private String value;
  private long macs;
  private int count;

  private RandomGraphs(long seed, boolean integers) {
    this.random = new SplittableRandom(seed);
    this.integers = integers;
  }

  /**
   * A graph of one input {@code x} and one output {@code y}.
   *
   * @param macs multiply-accumulates of its products and convolutions
   */
  record Generated(Model model, Tensor input, long macs) {}

  static Generated floats(long seed, int length) {
    return new RandomGraphs(seed, false).build(length);
  }

  static Generated integers(long seed, int length) {
    return new RandomGraphs(seed, true).build(length);
  }

  private long extent() {
    return 1 + random.nextInt(random.nextInt(4) == 0 ? 70 : 20);
  }

  private Generated build(int length) {
    boolean image = !integers && random.nextInt(3) == 0;
    shape =
        image
            ? new long[] {1, 1 + random.nextInt(8), 4 + random.nextInt(12), 4 + random.nextInt(12)}
            : new long[] {extent(), extent()};
    DType t = integers ? DType.I8 : DType.F32;
    Tensor x = tensor(t, shape);
    graph.addInput("x", x.type());
    value = "x";
    if (integers) {
      product();
    }
    for (int i = 0; i < length; i++) {
      if (integers) {
        integerStep();
      } else if (shape.length == 4) {
        imageStep();
      } else {
        matrixStep();
      }
    }
    graph.add(Node.of("Identity", OPSET, List.of(value), "y"));
    graph.addOutput("y", TensorType.of(integers ? DType.I32 : t, shape));
    return new Generated(new Model(graph, OPSET), x, macs);
  }

  private Tensor tensor(DType t, long... dims) {
    return t.isFloat()
        ? Tensor.generate(t, dims, i -> (float) random.nextDouble(-1, 1))
        : Tensor.generateLongs(t, dims, i -> random.nextInt(-128, 128));
  }

  private String constant(DType t, long... dims) {
    return graph.addConstant("c", tensor(t, dims));
  }

  private Node then(String op, String... more) {
    var in = new ArrayList<>(List.of(value));
    in.addAll(List.of(more));
    String out = "v" + count++;
    Node n = Node.of(op, OPSET, in, out);
    graph.add(n);
    value = out;
    return n;
  }

  /** [m, k] by a constant [k, n], in 8-bit integers summed in int32 or in floats. */
  private void product() {
    long n = extent();
    long k = shape[1];
    macs += shape[0] * k * n;
    then(integers ? "MatMulInteger" : "MatMul", constant(integers ? DType.I8 : DType.F32, k, n));
    shape = new long[] {shape[0], n};
  }

  private void integerStep() {
    switch (random.nextInt(5)) {
      case 0 -> then("Add", constant(DType.I32, 1, shape[1]));
      case 1 -> then("Mul", constant(DType.I32, 1));
      case 2 -> then("Max", constant(DType.I32, shape[1]));
      case 3 -> turned();
      default -> {
        then("Clip", bound(-128), bound(127));
        then("Cast").set("to", DType.I8.onnxCode());
        product();
      }
    }
  }

  private String bound(long v) {
    return graph.addConstant("bound", Tensor.generateLongs(DType.I32, new long[0], i -> v));
  }

  private void turned() {
    then("Transpose").set("perm", 1, 0);
    shape = new long[] {shape[1], shape[0]};
  }

  private void matrixStep() {
    String before = value;
    long[] had = shape.clone();
    switch (random.nextInt(9)) {
      case 0, 1, 2 -> product();
      case 3 -> then("Add", constant(DType.F32, shape[1]));
      case 4 -> then(List.of("Relu", "Sigmoid", "Tanh", "Gelu").get(random.nextInt(4)));
      case 5 -> then("Softmax").set("axis", -1);
      case 6 -> then("LayerNormalization", constant(DType.F32, shape[1])).set("axis", -1);
      case 7 -> turned();
      default -> {
        then("Concat", value).set("axis", 0);
        shape[0] *= 2;
      }
    }
    if (java.util.Arrays.equals(had, shape) && random.nextBoolean()) {
      then("Add", before);
    }
  }

  private void imageStep() {
    switch (random.nextInt(5)) {
      case 0, 1 -> convolution();
      case 2 -> then("Relu");
      case 3 -> {
        if (Math.min(shape[2], shape[3]) >= 2) {
          then(random.nextBoolean() ? "MaxPool" : "AveragePool")
              .set("kernel_shape", 2, 2)
              .set("strides", 2, 2);
          shape[2] /= 2;
          shape[3] /= 2;
        }
      }
      default -> then("Add", value);
    }
  }

  private void convolution() {
    boolean depthwise = random.nextInt(3) == 0;
    long out = depthwise ? shape[1] : 1 + random.nextInt(12);
    long group = depthwise ? shape[1] : 1;
    long kernel = 1 + 2L * random.nextInt(2);
    long pad = kernel / 2;
    macs += out * (shape[1] / group) * kernel * kernel * shape[2] * shape[3];
    then("Conv", constant(DType.F32, out, shape[1] / group, kernel, kernel))
        .set("group", group)
        .set("pads", pad, pad, pad, pad);
    shape = new long[] {1, out, shape[2], shape[3]};
  }
}
