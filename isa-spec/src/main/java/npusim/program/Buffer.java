package npusim.program;

import java.util.List;
import npusim.isa.DType;

/**
 * A named region of DRAM.
 *
 * @param name unique name: the graph's tensor name where there is one
 * @param kind what it is for
 * @param chip chip whose DRAM holds it
 * @param address first byte
 * @param bytes size
 * @param type element type
 * @param dims shape, outermost first
 * @param strides elements from one to the next of each dimension; empty when they lie in order
 *     without gaps. The host sees them so in any case
 */
public record Buffer(
    String name,
    Kind kind,
    int chip,
    long address,
    long bytes,
    DType type,
    List<Long> dims,
    List<Long> strides) {
  public Buffer {
    dims = List.copyOf(dims);
    strides = List.copyOf(strides);
  }

  /** A buffer whose elements lie in order without gaps. */
  public Buffer(
      String name, Kind kind, int chip, long address, long bytes, DType type, List<Long> dims) {
    this(name, kind, chip, address, bytes, type, dims, List.of());
  }

  /** A buffer with its shape as an array. */
  public static Buffer of(
      String name, Kind kind, int chip, long address, long bytes, DType type, long... dims) {
    return new Buffer(
        name, kind, chip, address, bytes, type, java.util.Arrays.stream(dims).boxed().toList());
  }

  /** Bytes of its elements without gaps. */
  public long hostBytes() {
    return strides.isEmpty() ? bytes : type.bytesFor(dims.stream().reduce(1L, Math::multiplyExact));
  }

  /** Whether strides, where there are any, are one per dimension and lead to elements within. */
  public boolean holdsStrides() {
    if (strides.isEmpty()) {
      return true;
    }
    if (strides.size() != dims.size() || type.isPacked()) {
      return false;
    }
    long room = bytes / type.bytesFor(1);
    long last = 0;
    for (int i = 0; i < dims.size(); i++) {
      long steps = dims.get(i) - 1;
      long stride = strides.get(i);
      if (stride < 0 || steps < 0 || steps > 0 && stride > (room - last) / steps) {
        return false;
      }
      last += steps * stride;
    }
    return last < room;
  }

  /** First byte after it. */
  public long end() {
    return address + bytes;
  }

  /** What a buffer is for. */
  public enum Kind {
    /** Written by the host before the run. */
    INPUT,
    /** Read by the host after the run. */
    OUTPUT,
    /** Trained constant of the model. */
    WEIGHT,
    /** Constant made by the compiler. */
    CONST,
    /** Intermediate value. */
    ACTIVATION,
    /** Keeps its contents between runs (KV cache); zero before the first. */
    STATE
  }
}
