package npusim.sim.timing;

import npusim.hardware.VectorClass;
import npusim.hardware.VectorUnit;
import npusim.isa.DType;

/**
 * Cycles of a vector instruction. The iteration space is collapsed where every operand allows it
 * and one of its dimensions is laid across the lanes; each pass of the lanes takes the class's
 * cycles, unless the ports need longer to read and write its operands. A reduction across the lanes
 * ends in a tree.
 */
final class VectorTiming {
  private static final int MAX_OPERANDS = 6;

  private final VectorUnit unit;
  private final LocalPorts ports;

  // The instruction being measured.
  private final long[] extent = new long[4];
  private final long[] stride = new long[4 * MAX_OPERANDS];
  private final int[] bits = new int[MAX_OPERANDS];
  private final boolean[] accumulator = new boolean[MAX_OPERANDS];
  private final double[] rates = new double[DType.values().length];
  private int dims;
  private int operands;
  private double slowest;
  private long wordsNow;
  private long accumulatorNow;

  /** Cycles the lanes work, without ports. */
  long passes;

  /** Cycles the ports add. */
  long portStall;

  /** Words that the ports of either memory supply. */
  long scratchpadWords;

  long accumulatorWords;

  /** Cycles from the last pass to the result. */
  long latency;

  VectorTiming(VectorUnit unit, LocalPorts ports) {
    this.unit = unit;
    this.ports = ports;
    for (DType t : DType.values()) {
      rates[t.ordinal()] = rate(t);
    }
  }

  /** Starts an instruction over the four extents. */
  void begin(long d0, long d1, long d2, long d3) {
    extent[0] = d0;
    extent[1] = d1;
    extent[2] = d2;
    extent[3] = d3;
    dims = 4;
    operands = 0;
    slowest = Double.MAX_VALUE;
  }

  /** Adds an operand with its four strides in elements. */
  void operand(long s0, long s1, long s2, long s3, DType type, boolean inAccumulator) {
    int o = operands++ * 4;
    stride[o] = s0;
    stride[o + 1] = s1;
    stride[o + 2] = s2;
    stride[o + 3] = s3;
    bits[operands - 1] = type.bits();
    // What is the same for all elements is converted once.
    if ((s0 | s1 | s2 | s3) != 0) {
      slowest = Math.min(slowest, rates[type.ordinal()]);
    }
    accumulator[operands - 1] = inAccumulator;
  }

  /** Adds an operand that doesn't come from, or go to, memory. */
  void handed(long strides, DType type) {
    if (strides != 0) {
      slowest = Math.min(slowest, rates[type.ordinal()]);
    }
  }

  /**
   * Lane throughput for a type: that of the narrowest native type that holds it, else the slowest
   * there is.
   */
  double rate(DType type) {
    var rates = unit.throughput();
    Double own = rates.get(type);
    if (own != null) {
      return own;
    }
    double best = 0;
    double slowest = Double.MAX_VALUE;
    for (var e : rates.entrySet()) {
      if (e.getKey().bits() >= type.bits() && e.getKey().isFloat() == type.isFloat()) {
        best = Math.max(best, e.getValue());
      }
      slowest = Math.min(slowest, e.getValue());
    }
    if (best > 0) {
      return best;
    }
    // A type wider than every native one takes several passes of the slowest.
    int widest = rates.keySet().stream().mapToInt(DType::bits).max().orElse(type.bits());
    return type.bits() > widest ? slowest * widest / type.bits() : slowest;
  }

  /**
   * Measures an elementwise instruction.
   *
   * @param vectorClass operation class
   * @param type widest type computed on; operands of a type with a lower rate, which have to be
   *     converted, hold it up
   * @param work element operations per element of the iteration space
   * @param reduces whether rows along the last dimension are reduced to an element each
   */
  void measure(VectorClass vectorClass, DType type, double work, boolean reduces) {
    var cost = unit.cost(vectorClass);
    double width = unit.lanes() * Math.min(rates[type.ordinal()], slowest);
    collapse();
    long elements = 1;
    for (int d = 0; d < dims; d++) {
      elements *= extent[d];
    }
    long best = Long.MAX_VALUE;
    for (int d = 0; d < dims; d++) {
      long lanes = (long) Math.max(1, Math.min(extent[d], width));
      double perPass = Math.max(1, lanes / width) * cost.cyclesPerElement() * work;
      long count = elements / extent[d] * Math.ceilDiv(extent[d], lanes);
      // Several short rows fill the lanes together as long as the ports reach them.
      long rows = Math.max(1, (long) (width / lanes));
      long together = Math.ceilDiv(count, rows);
      // Only a row that lies across the lanes has a tree.
      double trees = reduces && d == dims - 1 ? unit.rowTreeCycles() * elements / extent[d] : 0;
      long compute = (long) Math.ceil((rows > 1 ? together : count) * perPass + trees - 1e-9);
      long supply = supply(d, elements);
      long total = Math.max(compute, supply);
      if (total < best) {
        best = total;
        scratchpadWords = wordsNow;
        accumulatorWords = accumulatorNow;
        passes = compute;
        portStall = total - compute;
      }
    }
    latency = (long) unit.latencyCycles() + cost.latencyCycles();
  }

  /** Adds the tree at the end of rows reduced across the lanes, and the last partial sums. */
  void reduceAcrossLanes(long length) {
    long width = Math.min(unit.lanes(), Math.max(1, length));
    latency += 64 - Long.numberOfLeadingZeros(width - 1);
  }

  /**
   * Cycles the ports of the busier memory need for all operands when dimension {@code d} is across
   * the lanes.
   */
  private long supply(int d, long elements) {
    wordsNow = 0;
    accumulatorNow = 0;
    for (int o = 0; o < operands; o++) {
      long s = stride[o * 4 + d];
      long runs = elements / extent[d];
      if (s == 0) {
        // A broadcast operand is read once per row it is constant on.
        runs = Math.max(1, runs);
      } else if (unit.chain() > 1 && constantBeside(o, d)) {
        // The stages of a pipeline keep what is the same for every row of the lanes.
        runs = 1;
      }
      long words = runs * ports.words(accumulator[o], extent[d], s, bits[o]);
      if (accumulator[o]) {
        accumulatorNow += words;
      } else {
        wordsNow += words;
      }
    }
    return Math.max(
        Math.ceilDiv(wordsNow, ports.slots(false)),
        Math.ceilDiv(accumulatorNow, ports.slots(true)));
  }

  /** Whether an operand varies along no dimension but one. */
  private boolean constantBeside(int o, int d) {
    for (int i = 0; i < dims; i++) {
      if (i != d && stride[o * 4 + i] != 0) {
        return false;
      }
    }
    return dims > 1;
  }

  /** Drops extents of 1 and merges neighbours that every operand steps through evenly. */
  private void collapse() {
    int n = 0;
    for (int d = 0; d < 4; d++) {
      if (extent[d] == 1 && !(d == 3 && n == 0)) {
        continue;
      }
      if (n > 0 && mergeable(n - 1, d)) {
        extent[n - 1] *= extent[d];
        for (int o = 0; o < operands; o++) {
          stride[o * 4 + n - 1] = stride[o * 4 + d];
        }
      } else {
        extent[n] = extent[d];
        for (int o = 0; o < operands; o++) {
          stride[o * 4 + n] = stride[o * 4 + d];
        }
        n++;
      }
    }
    dims = n;
  }

  private boolean mergeable(int outer, int inner) {
    for (int o = 0; o < operands; o++) {
      if (stride[o * 4 + outer] != stride[o * 4 + inner] * extent[inner]) {
        return false;
      }
    }
    return true;
  }
}
