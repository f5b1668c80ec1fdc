package npusim.hardware;

/**
 * Accumulator memory of one core, written by the matrix unit, read by the vector unit and DMA out.
 *
 * @param bytes capacity
 * @param banks banks
 * @param bytesPerCyclePerBank bytes one bank reads and, at the same time, writes per cycle
 * @param latencyCycles from request to data
 * @param resultTiles tiles of results that generated code keeps at once: 2 to overlap taking one
 *     out with the products of the next, 1 where one instruction stream does both in turn
 */
public record Accumulator(
    long bytes, int banks, int bytesPerCyclePerBank, int latencyCycles, int resultTiles) {
  public Accumulator {
    Checks.positive(bytes, "accumulator.bytes");
    Checks.positive(banks, "accumulator.banks");
    Checks.positive(bytesPerCyclePerBank, "accumulator.bytes_per_cycle_per_bank");
    Checks.notNegative(latencyCycles, "accumulator.latency_cycles");
    Checks.positive(resultTiles, "accumulator.result_tiles");
  }

  /** Bytes read (or written) per cycle with every bank busy. */
  public long peakBytesPerCycle() {
    return (long) banks * bytesPerCyclePerBank;
  }
}
