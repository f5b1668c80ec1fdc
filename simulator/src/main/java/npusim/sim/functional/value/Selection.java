package npusim.sim.functional.value;

/** Picks the k best of a row in order. */
public final class Selection {
  private Selection() {}

  /** Signed keys in the order of the numbers: −0 equals +0, NaN is greatest. */
  public static void keys(double[] x, long[] out, int n) {
    for (int i = 0; i < n; i++) {
      // Adding zero turns −0 into +0.
      long bits = Double.doubleToLongBits(x[i] + 0.0);
      if (Double.isNaN(x[i])) {
        out[i] = Long.MAX_VALUE;
      } else {
        out[i] = bits < 0 ? bits ^ Long.MAX_VALUE : bits;
      }
    }
  }

  /**
   * Indices of the {@code k} largest (or smallest) keys, best first, ties in order of the index.
   *
   * @param k at most n
   */
  public static int[] best(long[] keys, int n, int k, boolean smallest) {
    int[] heap = new int[k];
    int size = 0;
    // A heap with the worst kept element on top; a later element enters only when strictly better.
    for (int i = 0; i < n; i++) {
      if (size < k) {
        heap[size++] = i;
        siftUp(keys, heap, size - 1, smallest);
      } else if (before(keys, i, heap[0], smallest)) {
        heap[0] = i;
        siftDown(keys, heap, size, smallest);
      }
    }
    // Taking the worst away again and again leaves the best in front.
    for (int end = size - 1; end > 0; end--) {
      int worst = heap[0];
      heap[0] = heap[end];
      siftDown(keys, heap, end, smallest);
      heap[end] = worst;
    }
    return heap;
  }

  /** True when element a comes before element b in the result. */
  private static boolean before(long[] keys, int a, int b, boolean smallest) {
    if (keys[a] == keys[b]) {
      return a < b;
    }
    return smallest ? keys[a] < keys[b] : keys[a] > keys[b];
  }

  private static void siftUp(long[] keys, int[] heap, int at, boolean smallest) {
    int i = at;
    while (i > 0) {
      int parent = (i - 1) / 2;
      if (!before(keys, heap[parent], heap[i], smallest)) {
        return;
      }
      swap(heap, parent, i);
      i = parent;
    }
  }

  private static void siftDown(long[] keys, int[] heap, int size, boolean smallest) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= size) {
        return;
      }
      if (child + 1 < size && before(keys, heap[child], heap[child + 1], smallest)) {
        child++;
      }
      if (!before(keys, heap[i], heap[child], smallest)) {
        return;
      }
      swap(heap, i, child);
      i = child;
    }
  }

  private static void swap(int[] heap, int a, int b) {
    int t = heap[a];
    heap[a] = heap[b];
    heap[b] = t;
  }
}
