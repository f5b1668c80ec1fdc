package npusim.workloads;

import java.util.List;

/**
 * Dimensions of an image classifier that is a vision transformer.
 *
 * @param vision the transformer
 * @param classes outputs
 */
record ImageClassifier(VisionTransformer vision, int classes) implements Architecture {
  ImageClassifier small() {
    return new ImageClassifier(vision.small(), 10);
  }

  @Override
  public List<String> summary() {
    return List.of(
        vision.layers() + " layers",
        "hidden " + vision.hidden(),
        "ffn " + vision.ffn(),
        vision.heads() + " heads",
        vision.tokens() + " tokens",
        vision.image() + "×" + vision.image() + " image");
  }
}
