package npusim.workloads;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Model;
import npusim.isa.DType;

/**
 * Builds an {@link Inception} network: {@code image} [batch, 3, edge, edge], in 8 bits as the host
 * sends it, gives {@code logits} [batch, features of the last layer].
 */
final class InceptionBuilder {
  private static final int OPSET = 17;
  private static final float EPS = 1e-3f;

  private final MainScope main;
  private final Inception m;

  /** A feature map. */
  private record FeatureMap(String value, int channels) {}

  private InceptionBuilder(String name, Inception m, Weights weights) {
    this.main = new MainScope(name, OPSET, weights);
    this.m = m;
  }

  static Model build(String name, Inception m, long batch, Weights weights) {
    return new InceptionBuilder(name, m, weights).build(batch);
  }

  private Model build(long batch) {
    String image = main.input("image", DType.I8, batch, 3, m.image(), m.image());
    image = main.add("Cast", "image.cast", image).set("to", (long) DType.F32.onnxCode()).output(0);
    image = main.op("Mul", "image.float", image, main.scalar("image.scale", 1 / 64f));
    FeatureMap x = conv(new FeatureMap(image, 3), "stem1", m.stem()[0], 7, 2);
    x = pool(x, "MaxPool", "stem1.pool", 2);
    x = conv(x, "stem2.reduce", m.stem()[1], 1, 1);
    x = conv(x, "stem2", m.stem()[2], 3, 1);
    x = pool(x, "MaxPool", "stem2.pool", 2);
    for (int i = 0; i < m.single().length; i++) {
      x = module(x, "inception" + (i + 1), i);
    }
    for (int i = 0; i < m.head().length; i++) {
      x = conv(x, "head" + (i + 1), m.head()[i], 1, 1);
    }
    String y = main.op("GlobalAveragePool", "pool", x.value());
    y = main.add("Flatten", "flat", y).set("axis", 1L).output(0);
    int features = x.channels();
    for (int i = 0; i < m.connected().length; i++) {
      String name = "connected" + (i + 1);
      int out = m.connected()[i];
      y = main.op("MatMul", name, y, main.weight(name + ".weight", Init.DENSE, features, out));
      features = out;
      if (i < m.connected().length - 1) {
        y = main.op("Relu", name + ".relu", y);
      }
    }
    main.output("logits", y, DType.F32, batch, features);
    return main.model();
  }

  private FeatureMap module(FeatureMap x, String name, int i) {
    boolean halves = m.single()[i] == 0;
    int stride = halves ? 2 : 1;
    List<FeatureMap> branches = new ArrayList<>();
    if (!halves) {
      branches.add(conv(x, name + ".single", m.single()[i], 1, 1));
    }
    FeatureMap y = conv(x, name + ".reduce", m.reduce()[i], 1, 1);
    branches.add(conv(y, name + ".three", m.three()[i], 3, stride));
    y = conv(x, name + ".double_reduce", m.doubleReduce()[i], 1, 1);
    y = conv(y, name + ".twice1", m.twice()[i], 3, 1);
    branches.add(conv(y, name + ".twice2", m.twice()[i], 3, stride));
    boolean projected = m.pooled()[i] > 0;
    y = pool(x, projected ? "AveragePool" : "MaxPool", name + ".pool", stride);
    branches.add(projected ? conv(y, name + ".pooled", m.pooled()[i], 1, 1) : y);
    String[] parts = branches.stream().map(FeatureMap::value).toArray(String[]::new);
    String all = main.add("Concat", name + ".concat", parts).set("axis", 1L).output(0);
    return new FeatureMap(all, branches.stream().mapToInt(FeatureMap::channels).sum());
  }

  private FeatureMap pool(FeatureMap x, String op, String name, int stride) {
    String y =
        main.add(op, name, x.value())
            .set("kernel_shape", 3, 3)
            .set("strides", stride, stride)
            .set("pads", 1, 1, 1, 1)
            .output(0);
    return new FeatureMap(y, x.channels());
  }

  /** Convolution with "same" padding, batch normalisation and ReLU. */
  private FeatureMap conv(FeatureMap x, String name, int out, int kernel, int stride) {
    String w = main.weight(name + ".weight", Init.KERNEL, out, x.channels(), kernel, kernel);
    long pad = kernel / 2;
    String y =
        main.add("Conv", name, x.value(), w)
            .set("kernel_shape", kernel, kernel)
            .set("strides", stride, stride)
            .set("pads", pad, pad, pad, pad)
            .output(0);
    y = Blocks.batchNorm(main, y, name, out, EPS);
    return new FeatureMap(main.op("Relu", name + ".relu", y), out);
  }
}
