package npusim.workloads;

import java.util.Arrays;
import java.util.List;

/**
 * Dimensions of a single-shot detector: a backbone, further feature maps of falling size, and a
 * head per feature map that gives boxes and classes. Decoding of boxes and suppression of
 * overlapping ones are not part of it.
 *
 * @param backbone what the first feature maps come from
 * @param image edge of the square image
 * @param classes the background included
 * @param middle channels of the 1×1 convolution before each further feature map
 * @param extra channels of the further feature maps
 * @param strides of the 3×3 convolutions that make them
 * @param padding of these convolutions
 * @param boxes per place, by feature map
 * @param headKernel window of the heads
 * @param headStride places between windows of the heads
 */
record Ssd(
    Backbone backbone,
    int image,
    int classes,
    int[] middle,
    int[] extra,
    int[] strides,
    int[] padding,
    int[] boxes,
    int headKernel,
    int headStride)
    implements Architecture {

  /** Where the first feature maps come from. */
  enum Backbone {
    /** MobileNet v1: feature maps after its 11th and 13th separable convolution. */
    MOBILENET,
    /** ResNet-34 up to its third stage, which keeps the resolution: one feature map. */
    RESNET34
  }

  Ssd small() {
    int small = backbone == Backbone.MOBILENET ? 64 : 96;
    int[] one = Arrays.copyOf(middle, 1);
    return new Ssd(
        backbone,
        small,
        5,
        new int[] {8},
        new int[] {16},
        Arrays.copyOf(strides, one.length),
        Arrays.copyOf(padding, one.length),
        Arrays.copyOf(boxes, first() + one.length),
        headKernel,
        headStride);
  }

  /** Feature maps of the backbone. */
  int first() {
    return backbone == Backbone.MOBILENET ? 2 : 1;
  }

  @Override
  public List<String> summary() {
    return List.of(
        backbone == Backbone.MOBILENET ? "MobileNet v1" : "ResNet-34",
        boxes.length + " feature maps",
        classes + " classes",
        image + "×" + image + " image");
  }
}
