package npusim.compiler.passes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import npusim.compiler.passes.BatchPlan.Layer;
import npusim.compiler.passes.BatchPlan.Stretch;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
  /** Eight images on two cores that keep 100 bytes of tensors each. */
  private static List<Stretch> plan(Layer... layers) {
    return BatchPlan.of(List.of(layers), 8, 2, 2, 100);
  }

  private static Layer layer(long bytes, long weights, boolean cut, Integer... reads) {
    return new Layer(bytes, weights, List.of(reads), cut);
  }

  /** In how many portions the batch goes through each layer. */
  private static List<Long> portions(Layer... layers) {
    return plan(layers).stream()
        .flatMap(s -> Collections.nCopies(s.to() - s.from(), s.portions()).stream())
        .toList();
  }

  @Test
  void aBatchThatFitsGoesThroughAtOnce() {
    assertThat(portions(layer(10, 50, true, -1), layer(10, 50, true, 0))).containsExactly(1L, 1L);
  }

  @Test
  void wideTensorsWithFewWeightsGoThroughInPortions() {
    // Of 60 and 30 bytes an image, one image a core fits: 4 portions of 2 images.
    assertThat(plan(layer(60, 1, true, -1), layer(30, 1, true, 0), layer(1, 1, false, 1)))
        .containsExactly(new Stretch(0, 3, 4));
  }

  @Test
  void weightsCountOncePerPortionAndCore() {
    // In four portions the tensor isn't moved, 2 · 8 · 60 bytes; its weights are, 3 · 2 times more.
    Layer second = layer(1, 0, false, 0);
    assertThat(portions(layer(60, 159, true, -1), second)).containsExactly(4L, 4L);
    assertThat(portions(layer(60, 161, true, -1), second)).containsExactly(1L, 1L);
  }

  @Test
  void weightsLoadedTogetherCountOncePerPortion() {
    // 3 times more, whatever the number of cores.
    Layer second = layer(1, 0, false, 0);
    for (long weights : new long[] {319, 321}) {
      List<Layer> layers = List.of(layer(60, weights, true, -1), second);
      assertThat(BatchPlan.of(layers, 8, 2, 1, 100))
          .first()
          .extracting(Stretch::portions)
          .isEqualTo(weights < 320 ? 4L : 1L);
    }
  }

  @Test
  void tensorsThatAreReadLaterTakeRoomAsWell() {
    // Two tensors of four images fit, and the first is needed until the fourth layer.
    Layer[] chain = {
      layer(12, 0, true, -1), layer(12, 1, true, 0), layer(12, 0, false, 1), layer(1, 0, false, 2)
    };
    assertThat(portions(chain)).containsExactly(1L, 1L, 1L, 1L);
    chain[3] = layer(1, 0, false, 0, 2);
    assertThat(portions(chain)).containsExactly(2L, 2L, 2L, 2L);
  }

  @Test
  void aStretchEndsOnlyWhereNothingElseIsNeeded() {
    // Early layers in portions, late ones at once; not where a later layer reads two tensors.
    Layer wide = layer(60, 0, true, -1);
    Layer heavy = layer(1, 10_000, true, 1);
    Layer last = layer(1, 0, false, 2);
    assertThat(portions(wide, layer(20, 0, true, 0), heavy, last)).containsExactly(4L, 4L, 1L, 1L);
    assertThat(plan(wide, layer(20, 0, false, 0), heavy, last))
        .isNotEmpty()
        .noneMatch(s -> s.to() == 2);
  }
}
