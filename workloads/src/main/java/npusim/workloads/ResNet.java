package npusim.workloads;

import java.util.Arrays;
import java.util.List;

/**
 * Dimensions of a residual network.
 *
 * @param depths blocks per stage
 * @param widths output channels per stage
 * @param stem channels of the first convolution
 * @param bottleneck true for 1×1–3×3–1×1 blocks that widen fourfold, false for two 3×3
 * @param image edge of the square image
 * @param channels of the image
 * @param classes outputs
 */
record ResNet(
    int[] depths, int[] widths, int stem, boolean bottleneck, int image, int channels, int classes)
    implements Architecture {

  ResNet small() {
    int[] narrow = Arrays.stream(widths).map(w -> Math.max(8, w / 32)).toArray();
    return new ResNet(new int[] {1, 1, 1, 1}, narrow, 8, bottleneck, 32, channels, 10);
  }

  @Override
  public List<String> summary() {
    return List.of(
        "blocks " + Arrays.toString(depths),
        "widths " + Arrays.toString(widths),
        image + "×" + image + " image");
  }
}
