package npusim.compiler.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import npusim.compiler.codegen.HazardTracker.Access;
import npusim.compiler.codegen.HazardTracker.Fence;
import org.junit.jupiter.api.Test;

/** Fences stand where lanes of different kernels conflict, and nowhere else. */
class HazardTrackerTest {
  private final HazardTracker tracker = new HazardTracker();

  private static Access read(Lane lane, long lo, long bytes) {
    return new Access(lane, Area.local(Space.SPM, lo, bytes), false);
  }

  private static Access write(Lane lane, long lo, long bytes) {
    return new Access(lane, Area.local(Space.SPM, lo, bytes), true);
  }

  private List<Fence> kernel(Access... accesses) {
    List<Fence> f = tracker.fences(List.of(accesses));
    tracker.commit(List.of(accesses));
    return f;
  }

  @Test
  void readersOfTheSameBytesNeedNoOrder() {
    assertThat(kernel(read(Lane.MAT, 0, 64))).isEmpty();
    assertThat(kernel(read(Lane.VEC, 0, 64))).isEmpty();
  }

  @Test
  void everyKindOfConflictIsFenced() {
    kernel(write(Lane.LD0, 0, 64));
    assertThat(kernel(read(Lane.MAT, 32, 64))).containsExactly(new Fence(Lane.LD0, 0, Lane.MAT));
    assertThat(kernel(write(Lane.VEC, 64, 8))).containsExactly(new Fence(Lane.MAT, 1, Lane.VEC));
    assertThat(kernel(write(Lane.LD1, 64, 8))).contains(new Fence(Lane.VEC, 2, Lane.LD1));
  }

  @Test
  void neighboursAndOtherMemoriesDoNotConflict() {
    kernel(write(Lane.LD0, 0, 64));
    assertThat(kernel(read(Lane.MAT, 64, 64))).isEmpty();
    Access other = new Access(Lane.VEC, Area.local(Space.ACC, 0, 64), true);
    assertThat(kernel(other)).isEmpty();
  }

  @Test
  void aLaneIsInOrderWithItself() {
    kernel(write(Lane.VEC, 0, 64));
    assertThat(kernel(read(Lane.VEC, 0, 64))).isEmpty();
  }

  @Test
  void whatAFenceImpliesIsNotFencedAgain() {
    kernel(write(Lane.LD0, 0, 64));
    kernel(read(Lane.MAT, 0, 64), write(Lane.MAT, 100, 8));
    // The vector unit waits for the product, which has waited for the load.
    assertThat(kernel(read(Lane.VEC, 100, 8))).containsExactly(new Fence(Lane.MAT, 1, Lane.VEC));
    assertThat(kernel(read(Lane.VEC, 0, 64))).isEmpty();
  }

  @Test
  void settlingOrdersEverything() {
    kernel(write(Lane.LD0, 0, 64));
    tracker.settle();
    assertThat(kernel(read(Lane.MAT, 0, 64))).isEmpty();
  }

  /** Every conflicting pair is ordered by lanes and fences, on random kernels. */
  @Property(tries = 300, seed = "20251")
  void conflictsAreAlwaysOrdered(@ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    var random = new SplittableRandom(seed);
    var t = new HazardTracker();
    Lane[] lanes = {Lane.LD0, Lane.LD1, Lane.MAT, Lane.VEC, Lane.ST};
    List<List<Access>> kernels = new ArrayList<>();
    List<List<Fence>> fences = new ArrayList<>();
    for (int k = 0; k < 8; k++) {
      List<Access> a = new ArrayList<>();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        Lane lane = lanes[random.nextInt(lanes.length)];
        long lo = random.nextInt(6) * 16L;
        long bytes = 16L << random.nextInt(2);
        a.add(random.nextBoolean() ? read(lane, lo, bytes) : write(lane, lo, bytes));
      }
      fences.add(t.fences(a));
      t.commit(a);
      kernels.add(a);
    }
    for (int k = 0; k < kernels.size(); k++) {
      for (Access later : kernels.get(k)) {
        for (int j = 0; j < k; j++) {
          for (Access earlier : kernels.get(j)) {
            boolean conflict =
                (later.write() || earlier.write()) && later.area().overlaps(earlier.area());
            if (conflict) {
              assertThat(behind(fences, later.lane(), k, earlier.lane(), j))
                  .as("%s of kernel %d behind %s of kernel %d", later, k, earlier, j)
                  .isTrue();
            }
          }
        }
      }
    }
  }

  /** True when a lane's kernel begins only after another lane's kernel has ended. */
  private static boolean behind(
      List<List<Fence>> fences, Lane lane, int kernel, Lane earlier, int ended) {
    if (lane == earlier && ended < kernel) {
      return true;
    }
    for (int k = kernel; k > ended; k--) {
      for (Fence f : fences.get(k)) {
        boolean reaches = f.from() == earlier && f.epoch() >= ended;
        if (f.to() == lane && (reaches || behind(fences, f.from(), f.epoch(), earlier, ended))) {
          return true;
        }
      }
    }
    return false;
  }
}
