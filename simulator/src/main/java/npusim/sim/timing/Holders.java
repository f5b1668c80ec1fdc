package npusim.sim.timing;

import java.util.Arrays;

/** Every place that holds a path record, in an order that depends on the machine's state only. */
final class Holders {
  private int[][] arrays = new int[64][];
  private int[] indices = new int[64];
  private int count;

  /** Those of a machine. */
  static Holders of(Machine m, DmaEngine dma) {
    var h = new Holders();
    h.fill(m, dma);
    return h;
  }

  /** Forgets those it has and takes those of a machine. */
  void fill(Machine m, DmaEngine dma) {
    count = 0;
    for (int core = 0; core < m.cores; core++) {
      add(m.runPath, core);
    }
    for (int unit = 0; unit < m.units; unit++) {
      add(m.acceptPath, unit);
      add(m.streamPath, unit);
      add(m.lastPath, unit);
      for (int i = 0; i < m.queueSize[unit]; i++) {
        add(m.queueRun, unit * m.queueRing + (m.queueHead[unit] + i & m.queueRing - 1));
      }
      for (int i = 0; i < m.flightSize[unit]; i++) {
        add(m.flightPath, unit * Machine.IN_FLIGHT + (m.flightHead[unit] + i) % Machine.IN_FLIGHT);
      }
    }
    dma.holders(this);
  }

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
