package npusim.hardware;

/**
 * The sequencer: issues instructions in program order into one queue per unit.
 *
 * @param issueCycles cycles the sequencer spends on one instruction
 * @param queueDepths instructions a unit's queue holds before issue stalls
 * @param dispatchCycles cycles from leaving the sequencer to being able to start in an idle unit
 * @param launchCycles fixed cost, once, of starting a program
 * @param kernelCycles from the end of a kernel on all cores to the start of the next; 0 where
 *     kernels overlap
 * @param loopDepth nested hardware loops, at least 4
 * @param unroller what stands in front of the queues and unrolls loops into them
 * @param fetch how instructions come from chip memory
 */
public record Sequencer(
    int issueCycles,
    QueueDepths queueDepths,
    int dispatchCycles,
    long launchCycles,
    long kernelCycles,
    int loopDepth,
    Unroller unroller,
    Fetch fetch) {

  /** Scalar registers of every core; part of the ISA, not a parameter. */
  public static final int REGISTERS = 32;

  /**
   * Queue entries per unit.
   *
   * @param dmaIn each DMA load queue
   * @param dmaOut the DMA store queue
   * @param matrix matrix unit
   * @param vector vector unit
   * @param comm communication unit
   */
  public record QueueDepths(int dmaIn, int dmaOut, int matrix, int vector, int comm) {
    public QueueDepths {
      Checks.positive(dmaIn, "queue_depths.dma_in");
      Checks.positive(dmaOut, "queue_depths.dma_out");
      Checks.positive(matrix, "queue_depths.matrix");
      Checks.positive(vector, "queue_depths.vector");
      Checks.positive(comm, "queue_depths.comm");
    }
  }

  /**
   * Loop unrollers in front of the queues. A unit's queue and unroller together stop the sequencer
   * when full, so that the loads, products and stores of loops go on without each other.
   *
   * @param depth instructions per unit that it holds; 0 for none
   * @param startCycles from the command that starts a loop to its first instruction
   * @param handOverCycles from a loop's last instruction entering its queue to the next loop being
   *     let in
   */
  public record Unroller(int depth, int startCycles, int handOverCycles) {
    public Unroller {
      Checks.notNegative(depth, "unroller.depth");
      Checks.notNegative(startCycles, "unroller.start_cycles");
      Checks.notNegative(handOverCycles, "unroller.hand_over_cycles");
    }
  }

  /**
   * Instruction fetch. A batch is read from chip memory, beside all other reads, when the sequencer
   * comes to an instruction outside the batch it has.
   *
   * @param bytesPerInstruction bytes read per instruction; 0: fetch costs nothing
   * @param batch instructions read together
   * @param startupCycles from wanting a batch to its request
   */
  public record Fetch(int bytesPerInstruction, int batch, int startupCycles) {
    public Fetch {
      Checks.notNegative(bytesPerInstruction, "fetch.bytes_per_instruction");
      Checks.positive(batch, "fetch.batch");
      Checks.notNegative(startupCycles, "fetch.startup_cycles");
    }
  }

  public Sequencer {
    Checks.notNegative(issueCycles, "issue_cycles");
    Checks.notNegative(dispatchCycles, "dispatch_cycles");
    Checks.notNegative(launchCycles, "launch_cycles");
    Checks.notNegative(kernelCycles, "kernel_cycles");
    Checks.positive(loopDepth, "loop_depth");
  }
}
