package npusim.sim.timing;

import npusim.hardware.MatrixUnit;

/** Cycles of a matrix product on the bare arrays: no controller, no memory in front. */
public final class ArrayCycles {
  private ArrayCycles() {}

  /**
   * Cycles from the first row of the first stationary block to the last result, of [m, k]·[k, n].
   *
   * @param unit size, pipeline and buffers of the arrays
   * @param dataflow which operand stays
   * @param preload whether loads of stationary blocks hide
   */
  public static long of(
      MatrixUnit unit,
      MatrixUnit.Dataflow dataflow,
      MatrixUnit.Preload preload,
      long m,
      long n,
      long k) {
    var bare =
        new MatrixUnit(
            unit.arrays(),
            unit.rows(),
            unit.cols(),
            dataflow,
            unit.throughput(),
            unit.accumulate(),
            unit.peTileRows(),
            unit.peTileCols(),
            unit.hopLatencyCycles(),
            unit.outputDelayCycles(),
            preload,
            unit.preloadRowsPerCycle(),
            unit.weightBuffers(),
            0,
            unit.minBlockRows(),
            unit.chunkRows(),
            unit.foldOverlap(),
            unit.tapsTogether(),
            unit.wholeTiles(),
            unit.rowsAlongWidth(),
            unit.fetchBytesPerCycle(),
            unit.narrowRows(),
            unit.pipelined(),
            unit.sparsity());
    return new MatrixTiming(bare).gemm(m, n, k, 1).alone();
  }
}
