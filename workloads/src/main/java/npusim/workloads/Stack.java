package npusim.workloads;

import java.util.Arrays;
import java.util.List;

/**
 * Dimensions of a plain stack of layers, each followed by an activation: what is published of
 * networks whose layers are not.
 *
 * @param layers number of layers
 * @param widths features into a layer, and out of it those into the next; taken in turn
 * @param board edge of the square grid of positions that 3×3 convolutions run on; 0 for fully
 *     connected layers
 * @param activation behind every layer
 */
record Stack(int layers, int[] widths, int board, Activation activation) implements Architecture {
  enum Activation {
    RELU("Relu"),
    SIGMOID("Sigmoid"),
    TANH("Tanh");

    final String op;

    Activation(String op) {
      this.op = op;
    }
  }

  Stack small() {
    return new Stack(Math.min(layers, 2), new int[] {16}, board == 0 ? 0 : 5, activation);
  }

  @Override
  public List<String> summary() {
    return List.of(
        layers + (board == 0 ? " layers" : " convolutions on " + board + "×" + board),
        widths.length == 1 ? "width " + widths[0] : "widths " + Arrays.toString(widths));
  }

  /** Features into a layer, or out of the last one. */
  int width(int layer) {
    return widths[layer % widths.length];
  }
}
