package npusim.compiler.tiling;

import java.util.stream.IntStream;
import npusim.hardware.CoreSpec;
import npusim.hardware.MatrixUnit;
import npusim.hardware.Scratchpad;
import npusim.isa.DType;

/**
 * Cycles of products on the arrays of a core, block by block as the dataflow has them. Arrays
 * divide the rows or the columns of a product, but not its sums.
 */
final class ProductCycles {
  /** Bytes of an element in the accumulators. */
  private static final int SUM_BYTES = 4;

  private final MatrixUnit unit;
  private final DType a;
  private final DType w;
  private final double rate;
  private final double supply;
  private final double scratchpadRate;
  private final double accumulatorRate;
  private final int[] splits;

  // The product asked about last.
  private long knownM;
  private long knownN;
  private long knownK;
  private double known;

  ProductCycles(CoreSpec core, DType a, DType w) {
    this.unit = core.matrix();
    this.a = a;
    this.w = w;
    this.rate = unit.rate(a);
    double fetched = unit.fetchBytesPerCycle();
    this.supply = fetched > 0 ? a.bits() / 8.0 / fetched : 0;
    Scratchpad spm = core.scratchpad();
    this.scratchpadRate = (double) spm.banks() * spm.portsPerBank() * spm.bytesPerCyclePerBank();
    this.accumulatorRate =
        (double) core.accumulator().banks() * core.accumulator().bytesPerCyclePerBank();
    this.splits =
        IntStream.rangeClosed(1, unit.arrays()).filter(s -> unit.arrays() % s == 0).toArray();
  }

  /** Cycles before the first row of a product enters arrays that have nothing to do. */
  double lead() {
    return unit.preloadCycles() + unit.controllerCycles();
  }

  /** Cycles from a product's last row entering to its last result. */
  double drain() {
    boolean places = unit.dataflow() == MatrixUnit.Dataflow.OS;
    return unit.pipelineCycles() + (places ? unit.preloadCycles() : 0);
  }

  /**
   * Cycles that a product keeps the arrays when others are before and behind it: those in which
   * rows stream, at least what the ports need for reading operands and writing sums.
   */
  double stream(long m, long n, long k) {
    if (m != knownM || n != knownN || k != knownK) {
      knownM = m;
      knownN = n;
      knownK = k;
      known = fastest(m, n, k);
    }
    return known;
  }

  private double fastest(long m, long n, long k) {
    double least = Double.POSITIVE_INFINITY;
    double ports = 0;
    for (int split : splits) {
      long others = unit.arrays() / split;
      long passes;
      long again;
      double cycles;
      long written = 1;
      switch (unit.dataflow()) {
        case OS -> {
          passes = Math.ceilDiv(blocks(n, unit.cols()), others);
          again = Math.ceilDiv(blocks(m, unit.rows()), split);
          double step = Math.max(1 / rate, Math.min(m, unit.rows()) * supply);
          cycles = passes * again * Math.max(k * step, unit.preloadCycles());
        }
        case WS -> {
          written = deepBlocks(k);
          passes = Math.ceilDiv(blocks(n, unit.cols()), others);
          again = Math.min(split, m);
          cycles = written * passes * block(Math.ceilDiv(m, split), k);
        }
        case IS -> {
          written = deepBlocks(k);
          again = Math.ceilDiv(blocks(m, unit.cols()), others);
          passes = Math.min(split, n);
          cycles = written * again * block(Math.ceilDiv(n, split), k);
        }
        default -> throw new IllegalStateException(unit.dataflow().toString());
      }
      if (cycles < least) {
        least = cycles;
        double reads = (double) a.bytesFor(m * k) * passes + (double) w.bytesFor(k * n) * again;
        double sums = (double) m * n * written * SUM_BYTES;
        ports = Math.max(reads / scratchpadRate, sums / accumulatorRate);
      }
    }
    return Math.max(least, ports);
  }

  /** Cycles of a block through which so many rows stream, with the next one's load behind them. */
  private double block(long rows, long k) {
    double each = Math.max(1 / Math.min(1, rate), Math.min(k, depth()) * supply);
    double stream = Math.max(rows * each, unit.minBlockRows());
    boolean overlapped =
        unit.preload() == MatrixUnit.Preload.OVERLAPPED && unit.weightBuffers() > 1;
    return overlapped ? Math.max(stream, unit.preloadCycles()) : stream + unit.preloadCycles();
  }

  private double depth() {
    return unit.rows() * Math.max(1, rate);
  }

  private long deepBlocks(long k) {
    return (long) Math.ceil(k / depth());
  }

  private static long blocks(long extent, int size) {
    return Math.ceilDiv(extent, (long) size);
  }
}
