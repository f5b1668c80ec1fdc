package npusim.sim.functional.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MatrixProductTest {
  @Property(tries = 200)
  void floatsAreTheSumsInOrderOfK(
      @ForAll @IntRange(min = 1, max = 9) int m,
      @ForAll @IntRange(min = 1, max = 40) int k,
      @ForAll @IntRange(min = 1, max = 40) int n,
      @ForAll long seed) {
    Random r = new Random(seed);
    float[] a = random(r, m * k);
    float[] w = random(r, k * n);
    float[] acc = random(r, m * n);
    float[] expected = acc.clone();
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int x = 0; x < k; x++) {
          expected[i * n + j] += a[i * k + x] * w[x * n + j];
        }
      }
    }
    MatrixProduct.floats(a, w, acc, m, k, n);
    assertThat(acc).isEqualTo(expected);
  }

  @Property(tries = 200)
  void integersWrap(
      @ForAll @IntRange(min = 1, max = 9) int m,
      @ForAll @IntRange(min = 1, max = 40) int k,
      @ForAll @IntRange(min = 1, max = 40) int n,
      @ForAll long seed) {
    Random r = new Random(seed);
    int[] a = r.ints((long) m * k).toArray();
    int[] w = r.ints((long) k * n).toArray();
    int[] acc = r.ints((long) m * n).toArray();
    int[] expected = acc.clone();
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int x = 0; x < k; x++) {
          expected[i * n + j] += a[i * k + x] * w[x * n + j];
        }
      }
    }
    MatrixProduct.ints(a, w, acc, m, k, n);
    assertThat(acc).isEqualTo(expected);
  }

  /** Long rows make blocks of k of two: the smallest. */
  @Example
  void blocksOfKKeepTheOrder() {
    Random r = new Random(1);
    int n = 20_000;
    float[] a = random(r, 5 * 7);
    float[] w = random(r, 7 * n);
    float[] acc = new float[5 * n];
    MatrixProduct.floats(a, w, acc, 5, 7, n);
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < n; j += 997) {
        float sum = 0;
        for (int x = 0; x < 7; x++) {
          sum += a[i * 7 + x] * w[x * n + j];
        }
        assertThat(acc[i * n + j]).isEqualTo(sum);
      }
    }
  }

  private static float[] random(Random r, int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = r.nextFloat(-1, 1) * (r.nextInt(8) == 0 ? 1e6f : 1);
    }
    return x;
  }
}
