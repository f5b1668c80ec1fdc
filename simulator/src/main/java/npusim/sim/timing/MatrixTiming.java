package npusim.sim.timing;

import npusim.hardware.MatrixUnit;

/**
 * Cycles of a matrix product on the systolic arrays of one core.
 *
 * <p>A product M × N × K is cut into array blocks: weight-stationary K × N blocks through which M
 * rows stream, output-stationary M × N blocks through which K steps stream, input-stationary K × M
 * blocks through which N columns stream. Mechanism, as Gemmini's RTL shows it: a stationary block
 * takes P cycles to load; one row enters per cycle; with overlapped preload the next block loads
 * during the last chunk of rows of the present one, so that this chunk lasts at least P cycles; a
 * chunk without a load behind it lasts at least {@code minBlockRows}; the result of a row leaves
 * {@code pipelineCycles} after the row entered; an output-stationary array is flushed by a last
 * load of P cycles. With {@code foldOverlap} off a block takes 2R + C + S − 2 cycles (S streamed
 * rows), the next starts when it has left: SCALE-Sim's stall-free model, where the last cycle is
 * not counted. (SCALE-Sim counts R + C + K − 2 for output-stationary blocks; the skew of both
 * inputs needs R − 1 more, then R to shift the outputs out.)
 */
final class MatrixTiming {
  private final MatrixUnit unit;
  private final long preload;
  private final long pipeline;
  private final long chunk;

  /**
   * @param unit the hardware's matrix unit
   */
  MatrixTiming(MatrixUnit unit) {
    this.unit = unit;
    preload = unit.preloadCycles();
    pipeline = unit.pipelineCycles();
    chunk = unit.chunkRows() > 0 ? unit.chunkRows() : Long.MAX_VALUE;
  }

  /**
   * Cycles of one product.
   *
   * @param lead load of the first stationary block, before the first row can enter
   * @param stream from the first row entering to the array accepting the next product's rows
   * @param lastChunk how long before the end of {@code stream} the next product's first block may
   *     start loading; 0 when loads never hide
   * @param drain from the end of {@code stream} to the last result
   * @param matrix the part of {@code stream} in which rows enter; the rest are bubbles behind loads
   *     and skew
   * @param macs multiply-accumulates of the product
   * @param paddedMacs slots of the arrays that the product's rows pass without being part of it
   * @param streamedPasses times the streamed operand is read
   * @param stationaryPasses times the stationary operand is read
   * @param accumulatorPasses times every result is written
   */
  record Cost(
      long lead,
      long stream,
      long lastChunk,
      long drain,
      long matrix,
      long macs,
      long paddedMacs,
      long streamedPasses,
      long stationaryPasses,
      long accumulatorPasses) {

    /** The same slots of the arrays with fewer of them useful. */
    Cost withMacs(long useful) {
      return new Cost(
          lead,
          stream,
          lastChunk,
          drain,
          matrix,
          useful,
          paddedMacs + macs - useful,
          streamedPasses,
          stationaryPasses,
          accumulatorPasses);
    }

    /** From the first load to the last result with nothing before and behind. */
    long alone() {
      return lead + stream + drain;
    }

    /** Cycles of {@code stream} without a row entering. */
    long bubbles() {
      return stream - matrix;
    }
  }

  /** The rows of the array that a reduction of this length takes up. */
  long padded(long k) {
    return Math.ceilDiv(k, (long) unit.rows()) * unit.rows();
  }

  /** Whether the next stationary block loads while rows stream through the present one. */
  boolean overlapped() {
    return unit.preload() == MatrixUnit.Preload.OVERLAPPED && unit.weightBuffers() > 1;
  }

  /**
   * The cost of an M × N × K product whose operands multiply at {@code rate} per element and cycle.
   */
  Cost gemm(long m, long n, long k, double rate) {
    return gemm(m, n, k, rate, 0);
  }

  /**
   * The same where every activation that an array multiplies takes {@code fetched} bytes on its way
   * there: less than it has when other windows have it in common.
   */
  Cost gemm(long m, long n, long k, double rate, double fetched) {
    if (m <= 0 || n <= 0 || k <= 0) {
      return new Cost(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    Cost best = null;
    for (int split = 1; split <= unit.arrays(); split++) {
      if (unit.arrays() % split == 0) {
        var cost = gemm(m, n, k, rate, fetched, split);
        if (best == null || cost.alone() < best.alone()) {
          best = cost;
        }
      }
    }
    return best;
  }

  // arrays / split arrays share the stationary blocks, split of them share the streamed rows.
  private Cost gemm(long m, long n, long k, double rate, double fetched, int split) {
    int others = unit.arrays() / split;
    long depth = Math.max(1, (long) (unit.rows() * Math.max(1, rate)));
    double cyclesPerRow = rate >= 1 ? 1 : 1 / rate;
    double supply = unit.fetchBytesPerCycle() == 0 ? 0 : fetched / unit.fetchBytesPerCycle();
    long width = unit.cols();
    return switch (unit.dataflow()) {
      case WS -> {
        long kBlocks = Math.ceilDiv(k, depth);
        long nBlocks = Math.ceilDiv(n, width);
        long rounds = kBlocks * Math.ceilDiv(nBlocks, others);
        double perRow = Math.max(cyclesPerRow, Math.min(k, depth) * supply);
        yield blocks(rounds, Math.ceilDiv(m, (long) split), perRow, false)
            .with(
                m * n * k,
                m * kBlocks * depth * nBlocks * width - m * n * k,
                Math.ceilDiv(nBlocks, others),
                Math.min(split, m),
                kBlocks);
      }
      case IS -> {
        long kBlocks = Math.ceilDiv(k, depth);
        long mBlocks = Math.ceilDiv(m, width);
        long rounds = kBlocks * Math.ceilDiv(mBlocks, others);
        yield blocks(rounds, Math.ceilDiv(n, (long) split), cyclesPerRow, false)
            .with(
                m * n * k,
                n * kBlocks * depth * mBlocks * width - m * n * k,
                Math.ceilDiv(mBlocks, others),
                Math.min(split, n),
                kBlocks);
      }
      case OS -> {
        long steps = Math.ceilDiv(k, Math.max(1, (long) rate));
        long mBlocks = Math.ceilDiv(m, (long) unit.rows());
        long nBlocks = Math.ceilDiv(n, width);
        long rounds = Math.ceilDiv(mBlocks, (long) split) * Math.ceilDiv(nBlocks, (long) others);
        double perStep = Math.max(cyclesPerRow, Math.min(m, unit.rows()) * rate * supply);
        yield blocks(rounds, steps, perStep, true)
            .with(
                m * n * k,
                mBlocks * unit.rows() * nBlocks * width * k - m * n * k,
                Math.ceilDiv(nBlocks, (long) others),
                Math.ceilDiv(mBlocks, (long) split),
                1);
      }
    };
  }

  /** Cycles of {@code blocks} blocks through each of which {@code rows} rows stream. */
  private Timeline blocks(long blocks, long rows, double cyclesPerRow, boolean outputStationary) {
    if (!unit.foldOverlap()) {
      long fold = 2L * unit.rows() + unit.cols() + cycles(rows, cyclesPerRow) - 2;
      return new Timeline(0, blocks * fold - 1, 0, 0, cycles(blocks * rows, cyclesPerRow));
    }
    long chunks = Math.ceilDiv(rows, chunk);
    long lastRows = cycles(rows - (chunks - 1) * (chunks > 1 ? chunk : 0), cyclesPerRow);
    long before = cycles(rows, cyclesPerRow) - lastRows;
    if (outputStationary) {
      long block = before + Math.max(lastRows, preload);
      return new Timeline(
          preload,
          blocks * block,
          preload,
          preload + pipeline,
          cycles(blocks * rows, cyclesPerRow));
    }
    long alone = Math.max(lastRows, unit.minBlockRows());
    long last = before + lastRows;
    long idle = alone - lastRows;
    if (overlapped()) {
      long block = before + Math.max(lastRows, preload);
      return new Timeline(
          preload,
          (blocks - 1) * block + last,
          lastRows,
          pipeline,
          cycles(blocks * rows, cyclesPerRow),
          idle);
    }
    return new Timeline(
        preload,
        (blocks - 1) * (before + alone + preload) + last,
        0,
        pipeline,
        cycles(blocks * rows, cyclesPerRow),
        idle);
  }

  /** Whole cycles in which rows enter. */
  private static long cycles(long rows, double cyclesPerRow) {
    return (long) Math.ceil(rows * cyclesPerRow - 1e-9);
  }

  private record Timeline(
      long lead, long stream, long lastChunk, long drain, long matrix, long idle) {
    Timeline(long lead, long stream, long lastChunk, long drain, long matrix) {
      this(lead, stream, lastChunk, drain, matrix, 0);
    }

    Cost with(
        long macs, long padded, long streamedPasses, long stationaryPasses, long resultPasses) {
      // Rows of a block too short for the pipeline keep the array, but the results of the rows that
      // count
      // leave on time: the bubble is taken back from the drain.
      return new Cost(
          lead,
          stream + idle,
          lastChunk == 0 ? 0 : lastChunk + idle,
          Math.max(0, drain - idle),
          matrix,
          macs,
          padded,
          streamedPasses,
          stationaryPasses,
          resultPasses);
    }
  }
}
