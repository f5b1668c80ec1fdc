package npusim.compiler.memory;

import java.util.Arrays;

/**
 * Room around the places of an image, filled with what windows beyond its border read, so that
 * these needn't be copied together with it first. Per spatial dimension, which are the last ones of
 * a view.
 *
 * @param places extents without the margins
 * @param strides elements of the storage per place
 * @param before elements of the margin in front of the first place
 * @param after elements of the margin behind the last
 * @param value what the margins hold
 */
public record Margins(long[] places, long[] strides, long[] before, long[] after, double value) {

  /** True when the last dimensions of a view are all places. */
  private boolean around(View v) {
    int r = places.length;
    return v.rank() >= r
        && Arrays.equals(Arrays.copyOfRange(v.dims(), v.rank() - r, v.rank()), places)
        && Arrays.equals(Arrays.copyOfRange(v.strides(), v.rank() - r, v.rank()), strides);
  }

  /** A view with the margins around it; null when it isn't of all places. */
  View with(View v) {
    if (!around(v)) {
      return null;
    }
    long[] dims = v.dims().clone();
    long offset = v.offset();
    for (int i = 0; i < places.length; i++) {
      dims[dims.length - places.length + i] += before[i] + after[i];
      offset -= before[i] * strides[i];
    }
    return new View(v.storage(), offset, dims, v.strides());
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Margins m
        && Arrays.equals(m.places, places)
        && Arrays.equals(m.strides, strides)
        && Arrays.equals(m.before, before)
        && Arrays.equals(m.after, after)
        && m.value == value;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(places) * 31 + Arrays.hashCode(before);
  }

  @Override
  public String toString() {
    return Arrays.toString(before) + Arrays.toString(places) + Arrays.toString(after) + value;
  }
}
