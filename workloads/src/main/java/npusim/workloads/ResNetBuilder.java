package npusim.workloads;

import npusim.compiler.ir.Model;
import npusim.isa.DType;

/**
 * Builds a residual network (He et al. 2015, the variant that strides in the 3×3): {@code image}
 * [batch, channels, edge, edge] gives {@code logits} [batch, classes].
 */
final class ResNetBuilder {
  private static final int OPSET = 17;
  private static final float EPS = 1e-5f;

  private final MainScope main;
  private final ResNet m;

  private ResNetBuilder(String name, ResNet m, Weights weights) {
    this.main = new MainScope(name, OPSET, weights);
    this.m = m;
  }

  static Model build(String name, ResNet m, long batch, Weights weights) {
    return new ResNetBuilder(name, m, weights).build(batch);
  }

  private Model build(long batch) {
    String image = main.input("image", DType.F32, batch, m.channels(), m.image(), m.image());
    main.asStored(image);
    String x = relu(conv(image, "stem", m.channels(), m.stem(), 7, 2), "stem.relu");
    x =
        main.add("MaxPool", "stem.pool", x)
            .set("kernel_shape", 3, 3)
            .set("strides", 2, 2)
            .set("pads", 1, 1, 1, 1)
            .output(0);
    int in = m.stem();
    for (int stage = 0; stage < m.depths().length; stage++) {
      for (int block = 0; block < m.depths()[stage]; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        x = block(x, "stage" + (stage + 1) + ".block" + (block + 1), in, m.widths()[stage], stride);
        in = m.widths()[stage];
      }
    }
    String pooled = main.op("GlobalAveragePool", "pool", x);
    String flat = main.add("Flatten", "flat", pooled).set("axis", 1L).output(0);
    String w = main.weight("classifier.weight", Init.DENSE, m.classes(), in);
    String b = main.weight("classifier.bias", Init.SMALL, m.classes());
    String y = main.add("Gemm", "classifier", flat, w, b).set("transB", 1L).output(0);
    main.output("logits", y, DType.F32, batch, m.classes());
    return main.model();
  }

  private String block(String x, String name, int in, int out, int stride) {
    String y;
    if (m.bottleneck()) {
      int mid = Math.max(1, out / 4);
      y = relu(conv(x, name + ".conv1", in, mid, 1, 1), name + ".relu1");
      y = relu(conv(y, name + ".conv2", mid, mid, 3, stride), name + ".relu2");
      y = conv(y, name + ".conv3", mid, out, 1, 1);
    } else {
      y = relu(conv(x, name + ".conv1", in, out, 3, stride), name + ".relu1");
      y = conv(y, name + ".conv2", out, out, 3, 1);
    }
    String shortcut =
        in == out && stride == 1 ? x : conv(x, name + ".shortcut", in, out, 1, stride);
    return relu(main.op("Add", name + ".add", y, shortcut), name + ".relu");
  }

  /** Convolution with "same" padding and batch normalisation. */
  private String conv(String x, String name, int in, int out, int kernel, int stride) {
    long pad = kernel / 2;
    String y =
        main.add(
                "Conv",
                name,
                x,
                main.weight(name + ".weight", Init.KERNEL, out, in, kernel, kernel))
            .set("kernel_shape", kernel, kernel)
            .set("strides", stride, stride)
            .set("pads", pad, pad, pad, pad)
            .output(0);
    return Blocks.batchNorm(main, y, name, out, EPS);
  }

  private String relu(String x, String name) {
    return main.op("Relu", name, x);
  }
}
