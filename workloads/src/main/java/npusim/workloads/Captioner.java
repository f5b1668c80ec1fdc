package npusim.workloads;

import java.util.List;

/**
 * Dimensions of an image captioner: a vision transformer and a text decoder that looks at its
 * output in every layer.
 *
 * @param vision image encoder
 * @param text text decoder
 */
record Captioner(VisionTransformer vision, Text text) implements Architecture {
  /** A BERT-style decoder with cross-attention to {@code encoderHidden}-wide tokens. */
  record Text(
      int layers,
      int hidden,
      int ffn,
      int heads,
      int vocab,
      int context,
      int encoderHidden,
      float normEps) {}

  Captioner small() {
    return new Captioner(vision.small(), new Text(3, 48, 64, 3, 96, 32, 32, text.normEps()));
  }

  @Override
  public List<String> summary() {
    return List.of(
        "vision: "
            + vision.layers()
            + " layers, hidden "
            + vision.hidden()
            + ", "
            + vision.tokens()
            + " tokens",
        "text: " + text.layers + " layers, hidden " + text.hidden + ", vocabulary " + text.vocab);
  }
}
