package npusim.workloads;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * Builds a single-shot detector (Liu et al. 2016): {@code image} [batch, 3, edge, edge] gives per
 * feature map {@code boxes.i} [batch, 4 · boxes, h, w] and {@code classes.i} [batch, classes ·
 * boxes, h, w], before decoding and non-maximum suppression.
 */
final class SsdBuilder {
  private static final int OPSET = 17;
  private static final float EPS = 1e-3f;

  /** Channels and stride of MobileNet's separable convolutions. */
  private static final int[][] SEPARABLE = {
    {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}, {512, 1},
    {512, 1}, {512, 1}, {1024, 2}, {1024, 1}
  };

  /** Channels, blocks and stride of the stages of ResNet-34 that detectors keep. */
  private static final int[][] STAGES = {{64, 3, 1}, {128, 4, 2}, {256, 6, 1}};

  private final MainScope main;
  private final Ssd m;
  private final long batch;
  private final int narrow;
  private final Map<String, String> bounds = new HashMap<>();

  /** A feature map. */
  private record FeatureMap(String value, int channels, int edge) {}

  private SsdBuilder(String name, Ssd m, long batch, Weights weights) {
    this.main = new MainScope(name, OPSET, weights);
    this.m = m;
    this.batch = batch;
    // Backbones of models small enough for values are as much narrower as their images are.
    this.narrow = m.image() < 200 ? 8 : 1;
  }

  static Model build(String name, Ssd m, long batch, Weights weights) {
    return new SsdBuilder(name, m, batch, weights).build();
  }

  private Model build() {
    var image =
        new FeatureMap(
            main.input("image", DType.F32, batch, 3, m.image(), m.image()), 3, m.image());
    main.asStored("image");
    List<FeatureMap> maps =
        new ArrayList<>(m.backbone() == Ssd.Backbone.MOBILENET ? mobilenet(image) : resnet(image));
    FeatureMap x = maps.getLast();
    for (int i = 0; i < m.extra().length; i++) {
      String name = "extra" + (i + 1);
      FeatureMap y =
          activated(conv(x, name + ".reduce", m.middle()[i], 1, 1, 0, 1), name + ".reduce");
      x = activated(conv(y, name, m.extra()[i], 3, m.strides()[i], m.padding()[i], 1), name);
      maps.add(x);
    }
    for (int i = 0; i < maps.size(); i++) {
      head(maps.get(i), "boxes." + i, 4 * m.boxes()[i]);
      head(maps.get(i), "classes." + i, m.classes() * m.boxes()[i]);
    }
    return main.model();
  }

  private List<FeatureMap> mobilenet(FeatureMap image) {
    FeatureMap x = activated(conv(image, "stem", 32 / narrow, 3, 2, 1, 1), "stem");
    List<FeatureMap> maps = new ArrayList<>();
    for (int i = 0; i < SEPARABLE.length; i++) {
      String name = "block" + (i + 1);
      x = conv(x, name + ".depthwise", x.channels(), 3, SEPARABLE[i][1], 1, x.channels());
      x = activated(x, name + ".depthwise");
      x = activated(conv(x, name + ".pointwise", SEPARABLE[i][0] / narrow, 1, 1, 0, 1), name);
      if (i == 10 || i == 12) {
        maps.add(x);
      }
    }
    return maps;
  }

  private List<FeatureMap> resnet(FeatureMap image) {
    FeatureMap x = activated(conv(image, "stem", 64 / narrow, 7, 2, 3, 1), "stem");
    String pooled =
        main.add("MaxPool", "stem.pool", x.value())
            .set("kernel_shape", 3, 3)
            .set("strides", 2, 2)
            .set("pads", 1, 1, 1, 1)
            .output(0);
    x = new FeatureMap(pooled, x.channels(), (x.edge() - 1) / 2 + 1);
    for (int stage = 0; stage < STAGES.length; stage++) {
      for (int block = 0; block < STAGES[stage][1]; block++) {
        String name = "stage" + (stage + 1) + ".block" + (block + 1);
        x = block(x, name, STAGES[stage][0] / narrow, block == 0 ? STAGES[stage][2] : 1);
      }
    }
    return List.of(x);
  }

  private FeatureMap block(FeatureMap x, String name, int channels, int stride) {
    FeatureMap y = activated(conv(x, name + ".conv1", channels, 3, stride, 1, 1), name + ".conv1");
    y = conv(y, name + ".conv2", channels, 3, 1, 1, 1);
    boolean same = x.channels() == channels && stride == 1;
    FeatureMap past = same ? x : conv(x, name + ".shortcut", channels, 1, stride, 0, 1);
    String sum = main.op("Add", name + ".add", y.value(), past.value());
    return activated(new FeatureMap(sum, channels, y.edge()), name);
  }

  /** Convolution with batch normalisation. */
  private FeatureMap conv(
      FeatureMap x, String name, int out, int kernel, int stride, int pad, int groups) {
    int in = x.channels() / groups;
    String w = main.weight(name + ".weight", Init.KERNEL, out, in, kernel, kernel);
    String y =
        main.add("Conv", name, x.value(), w)
            .set("kernel_shape", kernel, kernel)
            .set("strides", stride, stride)
            .set("pads", pad, pad, pad, pad)
            .set("group", (long) groups)
            .output(0);
    String normal = Blocks.batchNorm(main, y, name, out, EPS);
    return new FeatureMap(normal, out, (x.edge() + 2 * pad - kernel) / stride + 1);
  }

  private FeatureMap activated(FeatureMap x, String name) {
    String y =
        m.backbone() == Ssd.Backbone.RESNET34
            ? main.op("Relu", name + ".relu", x.value())
            : main.op("Clip", name + ".relu6", x.value(), bound(0), bound(6));
    return new FeatureMap(y, x.channels(), x.edge());
  }

  private String bound(double value) {
    String name = value == 0 ? "relu6.low" : "relu6.high";
    if (!bounds.containsKey(name)) {
      bounds.put(name, main.constant(name, Tensor.scalar(DType.F32, value)));
    }
    return bounds.get(name);
  }

  private void head(FeatureMap x, String name, int out) {
    int k = m.headKernel();
    int pad = k / 2;
    String w = main.weight(name + ".weight", Init.KERNEL, out, x.channels(), k, k);
    String y =
        main.add("Conv", name + ".conv", x.value(), w, main.weight(name + ".bias", Init.SMALL, out))
            .set("kernel_shape", k, k)
            .set("strides", m.headStride(), m.headStride())
            .set("pads", pad, pad, pad, pad)
            .output(0);
    int edge = (x.edge() + 2 * pad - k) / m.headStride() + 1;
    main.output(name, y, DType.F32, batch, out, edge, edge);
  }
}
