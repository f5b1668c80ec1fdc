package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PathPoolTest {
  private static final int C = Category.COUNT;
  private static final int NODES = 3;

  private static long[] sums(PathPool paths, int record) {
    var sums = new long[(NODES + 1) * C];
    paths.accumulate(record, sums);
    return sums;
  }

  /** Random paths beside a table of what each of them must add up to, over many collections. */
  @Test
  void pathsKeepWhatTheyAddUpTo() {
    var random = new Random(7);
    var paths = new PathPool();
    var held = new int[20];
    var expected = new long[held.length][(NODES + 1) * C];
    var holders = new Holders();
    for (int i = 0; i < held.length; i++) {
      held[i] = PathPool.NONE;
      holders.add(held, i);
    }
    int collections = 0;
    for (int step = 0; step < 200_000; step++) {
      if (paths.isFull()) {
        paths.collect(holders);
        collections++;
      }
      int from = random.nextInt(held.length);
      int to = random.nextInt(held.length);
      int node = random.nextInt(NODES + 1) - 1;
      held[to] = paths.open(held[from], node);
      expected[to] = expected[from].clone();
      for (int adds = random.nextInt(6); adds > 0; adds--) {
        int category = random.nextInt(C);
        paths.add(held[to], category, 5);
        expected[to][(node + 1) * C + category] += 5;
      }
    }
    assertThat(collections).isPositive();
    for (int i = 0; i < held.length; i++) {
      assertThat(sums(paths, held[i])).as("path %d", i).isEqualTo(expected[i]);
    }
  }

  @Test
  void aCollectionKeepsThePinnedAndLetsTheOthersGo() {
    var paths = new PathPool();
    int[] pinned = {paths.open(PathPool.NONE, 0)};
    paths.add(pinned[0], 1, 7);
    paths.pin(pinned);
    int[] held = {pinned[0]};
    var holders = new Holders();
    holders.add(held, 0);
    while (!paths.isFull()) {
      held[0] = paths.open(held[0], 0);
      paths.add(held[0], 2, 1);
    }
    long[] before = sums(paths, held[0]);
    paths.collect(holders);
    // One stretch on the same node, but for the record that is pinned.
    assertThat(paths.previous(held[0])).isEqualTo(pinned[0]);
    assertThat(paths.previous(pinned[0])).isEqualTo(PathPool.NONE);
    assertThat(sums(paths, held[0])).isEqualTo(before);
    assertThat(sums(paths, pinned[0])[C + 1]).isEqualTo(7);
    paths.unpin(pinned);
    paths.collect(holders);
    assertThat(paths.previous(held[0])).isEqualTo(PathPool.NONE);
    assertThat(sums(paths, held[0])).isEqualTo(before);
  }

  /** What is pinned may become longer after others have been linked to it. */
  @Test
  void whatIsLinkedToAPinnedRecordGrowsWithIt() {
    var paths = new PathPool();
    int[] pinned = {paths.open(PathPool.NONE, 0)};
    paths.pin(pinned);
    int[] held = {paths.link(pinned[0], 0)};
    paths.add(held[0], 2, 3);
    var holders = new Holders();
    holders.add(held, 0);
    paths.collect(holders);
    paths.add(pinned[0], 1, 7);
    assertThat(sums(paths, held[0])[C + 1]).isEqualTo(7);
    assertThat(sums(paths, held[0])[C + 2]).isEqualTo(3);
    assertThat(sums(paths, pinned[0])[C + 2]).isZero();
  }
}
