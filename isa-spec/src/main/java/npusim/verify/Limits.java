package npusim.verify;

import npusim.hardware.Hardware;

/**
 * What the verifier needs to know about the hardware.
 *
 * @param scratchpadBytes scratchpad of a core
 * @param accumulatorBytes accumulator memory of a core
 * @param dramBytes shared SRAM and DRAM of a chip
 * @param loadQueues load queues of a core
 * @param loopDepth nested hardware loops
 * @param coresPerChip cores of a chip
 * @param chips chips of the system
 * @param matrixRows rows of the array, the most that {@code m.load} takes
 * @param matrixColumns columns of the array
 */
public record Limits(
    long scratchpadBytes,
    long accumulatorBytes,
    long dramBytes,
    int loadQueues,
    int loopDepth,
    int coresPerChip,
    int chips,
    int matrixRows,
    int matrixColumns) {

  /** The limits of a hardware description. */
  public static Limits of(Hardware hardware) {
    return new Limits(
        hardware.core().scratchpad().bytes(),
        hardware.core().accumulator().bytes(),
        hardware.addressableBytes(),
        hardware.core().dma().inQueues(),
        hardware.core().sequencer().loopDepth(),
        hardware.chip().cores(),
        hardware.system().chips(),
        hardware.core().matrix().rows(),
        hardware.core().matrix().cols());
  }
}
