package npusim.workloads;

import java.util.List;

/**
 * Dimensions of an inception network with batch normalisation (Ioffe and Szegedy 2015). Modules
 * have a branch of a 1×1 convolution, one of 1×1 and 3×3, one of 1×1 and two of 3×3, and one that
 * pools; a module without the first halves the image and has no convolution behind its pooling.
 *
 * @param image edge of the square image
 * @param stem channels of the 7×7, the 1×1 and the 3×3 convolution in front
 * @param single channels of each module's 1×1 branch; 0 in a module that halves the image
 * @param reduce channels of the 1×1 in front of the 3×3
 * @param three channels of the 3×3
 * @param doubleReduce channels of the 1×1 in front of the two 3×3
 * @param twice channels of these two
 * @param pooled channels of the 1×1 behind the pooling; 0 in a module that halves the image
 * @param head channels of 1×1 convolutions behind the modules
 * @param connected features of the fully connected layers behind the last, global pooling
 */
record Inception(
    int image,
    int[] stem,
    int[] single,
    int[] reduce,
    int[] three,
    int[] doubleReduce,
    int[] twice,
    int[] pooled,
    int[] head,
    int[] connected)
    implements Architecture {

  Inception small() {
    return new Inception(
        32,
        new int[] {4, 4, 6},
        new int[] {4, 0},
        new int[] {2, 3},
        new int[] {4, 4},
        new int[] {2, 2},
        new int[] {3, 3},
        new int[] {2, 0},
        new int[] {8},
        new int[] {12, 5});
  }

  @Override
  public List<String> summary() {
    return List.of(
        single.length + " inception modules",
        connected.length + " fully connected layers",
        image + "×" + image + " image");
  }
}
