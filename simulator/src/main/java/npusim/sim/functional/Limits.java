package npusim.sim.functional;

import npusim.hardware.Hardware;
import npusim.hardware.Sequencer;

/**
 * What the functional engine needs to know of a machine.
 *
 * @param chips number of chips
 * @param coresPerChip cores of each chip
 * @param scratchpadBytes scratchpad of a core
 * @param accumulatorBytes accumulator memory of a core
 * @param loadQueues independent load queues of a core, 1 to 4
 * @param loadDepth instructions each load queue holds
 * @param storeDepth instructions the store queue holds
 * @param matrixDepth instructions the matrix unit's queue holds
 * @param vectorDepth instructions the vector unit's queue holds
 * @param commDepth instructions the communication unit's queue holds
 * @param loopDepth nested hardware loops
 */
public record Limits(
    int chips,
    int coresPerChip,
    int scratchpadBytes,
    int accumulatorBytes,
    int loadQueues,
    int loadDepth,
    int storeDepth,
    int matrixDepth,
    int vectorDepth,
    int commDepth,
    int loopDepth) {

  /**
   * Queue depths, load queues and loop depth usual for small tests: 16 instructions per queue, two
   * load queues.
   */
  public static Limits small(
      int chips, int coresPerChip, int scratchpadBytes, int accumulatorBytes) {
    return new Limits(
        chips, coresPerChip, scratchpadBytes, accumulatorBytes, 2, 16, 16, 16, 16, 16, 8);
  }

  /** The limits of a described machine. */
  public static Limits of(Hardware hw) {
    Sequencer seq = hw.core().sequencer();
    Sequencer.QueueDepths depths = seq.queueDepths();
    return new Limits(
        hw.system().chips(),
        hw.chip().cores(),
        Math.toIntExact(hw.core().scratchpad().bytes()),
        Math.toIntExact(hw.core().accumulator().bytes()),
        hw.core().dma().load().queues(),
        depths.dmaIn(),
        depths.dmaOut(),
        depths.matrix(),
        depths.vector(),
        depths.comm(),
        seq.loopDepth());
  }

  /** Cores of all chips. */
  public int totalCores() {
    return chips * coresPerChip;
  }
}
