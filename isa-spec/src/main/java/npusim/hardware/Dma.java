package npusim.hardware;

/**
 * DMA engines of one core.
 *
 * @param load chip memory to scratchpad
 * @param store scratchpad to chip memory
 * @param expandBytesPerCycle bytes of elements that the load engine's decompressor gives out per
 *     cycle; 0 when it has none
 */
public record Dma(Path load, Path store, int expandBytesPerCycle) {
  public Dma {
    Checks.notNegative(expandBytesPerCycle, "expand_bytes_per_cycle");
  }

  /** Whether compressed blocks can be expanded on the way in. */
  public boolean expands() {
    return expandBytesPerCycle > 0;
  }

  /** Independent in-order load queues, 1 to 4. */
  public int inQueues() {
    return load.queues();
  }

  /** How much of a transfer goes on behind the one before it in its queue. */
  public enum Overlap {
    /** Nothing: a transfer starts when the one before it is complete. */
    NONE,
    /** Answers: a transfer starts when the one before it has issued its requests. */
    ANSWERS,
    /** As ANSWERS, and the start-up passes while the one before it issues its requests. */
    STARTUP
  }

  /**
   * One direction. A transfer of {@code rows} rows costs its start-up, then per row the row
   * overhead and the beats of the row; memory requests of at most {@code requestBytes} leave as
   * long as fewer than {@code requestsInFlight} wait for their answer or hold their place.
   *
   * @param queues independent in-order queues, 1 to 4 for loads, 1 for stores
   * @param startupCycles from the start of an instruction to its first request
   * @param finishCycles from the last answer to the instruction's completion
   * @param busBytes bytes of one beat on the engine's data bus
   * @param cyclesPerBeat cycles one beat takes
   * @param requestBytes largest memory request
   * @param requestsInFlight requests that may wait for an answer at the same time
   * @param rowCycles extra cycles before each contiguous row (segment) of a strided transfer
   * @param requestCycles extra cycles before each request
   * @param releaseCycles from a request's answer to its place being free for another
   * @param powerOfTwo requests have a power of two of bytes, at least one beat
   * @param discardCycles extra cycles of a request when whole beats of it are not wanted
   * @param overlap how much of a transfer goes on behind the one before it in its queue
   */
  public record Path(
      int queues,
      int startupCycles,
      int finishCycles,
      int busBytes,
      double cyclesPerBeat,
      int requestBytes,
      int requestsInFlight,
      int rowCycles,
      int requestCycles,
      int releaseCycles,
      boolean powerOfTwo,
      int discardCycles,
      Overlap overlap) {
    public Path {
      Checks.positive(queues, "queues");
      Checks.notNegative(startupCycles, "startup_cycles");
      Checks.notNegative(finishCycles, "finish_cycles");
      Checks.positive(busBytes, "bus_bytes");
      Checks.positive(cyclesPerBeat, "cycles_per_beat");
      Checks.positive(requestBytes, "request_bytes");
      Checks.positive(requestsInFlight, "requests_in_flight");
      Checks.notNegative(rowCycles, "row_cycles");
      Checks.notNegative(requestCycles, "request_cycles");
      Checks.notNegative(releaseCycles, "release_cycles");
      Checks.notNegative(discardCycles, "discard_cycles");
    }

    /** Bytes that the requests for {@code bytes} contiguous ones ask for. */
    public long requested(long bytes) {
      if (!powerOfTwo) {
        return bytes;
      }
      long rest = bytes % requestBytes;
      if (rest == 0) {
        return bytes;
      }
      return bytes - rest + Math.max(busBytes, Long.highestOneBit(2 * rest - 1));
    }

    /** Extra cycles when {@code asked} bytes come for the {@code bytes} that are wanted. */
    public int discarding(long asked, long bytes) {
      return asked > bytes && Math.ceilDiv(asked, busBytes) > Math.ceilDiv(bytes, busBytes)
          ? discardCycles
          : 0;
    }

    /** Peak bytes per core cycle of one engine. */
    public double bytesPerCycle() {
      return (double) busBytes / cyclesPerBeat;
    }
  }
}
