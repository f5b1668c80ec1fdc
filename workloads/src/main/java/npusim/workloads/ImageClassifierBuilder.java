package npusim.workloads;

import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * Builds a vision transformer that classifies: {@code image} [batch, 3, edge, edge] gives {@code
 * logits} [batch, classes] from the class token.
 */
final class ImageClassifierBuilder {
  private static final int OPSET = 20;

  private ImageClassifierBuilder() {}

  static Model build(String name, ImageClassifier m, long batch, Weights weights) {
    var main = new MainScope(name, OPSET, weights);
    String x = VisionEncoder.encode(main, m.vision(), batch);
    main.asStored("image");
    String index = main.constant("class_token.index", Tensor.scalar(0L));
    String first = main.add("Gather", "class", x, index).set("axis", 1L).output(0);
    String y = main.linear(first, "classifier", m.vision().hidden(), m.classes(), true);
    main.output("logits", y, DType.F32, batch, m.classes());
    return main.model();
  }
}
