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
 */
public record Buffer(
    String name, Kind kind, int chip, long address, long bytes, DType type, List<Long> dims) {
  public Buffer {
    dims = List.copyOf(dims);
  }

  /** A buffer with its shape as an array. */
  public static Buffer of(
      String name, Kind kind, int chip, long address, long bytes, DType type, long... dims) {
    return new Buffer(
        name, kind, chip, address, bytes, type, java.util.Arrays.stream(dims).boxed().toList());
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
