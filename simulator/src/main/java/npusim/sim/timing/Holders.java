package npusim.sim.timing;

import java.util.Arrays;

/** Every place that holds a path record, in an order that depends on the machine's state only. */
final class Holders {
  private int[][] arrays = new int[64][];
  private int[] indices = new int[64];
  private int count;

  void add(int[] array, int index) {
    if (count == arrays.length) {
      arrays = Arrays.copyOf(arrays, count * 2);
      indices = Arrays.copyOf(indices, count * 2);
    }
    arrays[count] = array;
    indices[count++] = index;
  }

  int count() {
    return count;
  }

  int get(int holder) {
    return arrays[holder][indices[holder]];
  }

  @SuppressWarnings("ReferenceEquality") // which array it is, not what is in it
  boolean isIn(int holder, int[] array) {
    return arrays[holder] == array;
  }

  int index(int holder) {
    return indices[holder];
  }

  void set(int holder, int record) {
    arrays[holder][indices[holder]] = record;
  }
}
