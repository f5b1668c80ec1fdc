package npusim.sim.dram;

import npusim.hardware.Dram;

/**
 * Drives the controllers of a memory with a {@link DramStream} as fast as they accept requests: a
 * channel's queue holds a limited number of transactions, a full queue stops all later requests.
 * Measures bandwidth and latency.
 */
public final class DramStreams {
  private final Dram dram;

  /**
   * @param dram a memory with the JEDEC-style model
   */
  public DramStreams(Dram dram) {
    if (dram.spec().isEmpty()) {
      throw new IllegalArgumentException("needs a memory with a DRAM preset");
    }
    this.dram = dram;
  }

  /**
   * What a stream achieved.
   *
   * @param stream stream
   * @param requests 64-byte requests
   * @param windowBytes bytes the addresses lay in
   * @param clocks memory clocks from the first request to the last answer
   * @param nanoseconds the same in ns
   * @param gigabytesPerSecond achieved bandwidth
   * @param peakFraction achieved share of the peak
   * @param averageLatencyClocks from entering the queue to the last data of a read transaction,
   *     averaged, in clocks
   * @param averageLatencyNs the same in ns
   * @param rowSegments row segments served
   * @param activates row activations
   * @param refreshes refresh commands
   */
  public record Result(
      DramStream stream,
      long requests,
      long windowBytes,
      long clocks,
      double nanoseconds,
      double gigabytesPerSecond,
      double peakFraction,
      double averageLatencyClocks,
      double averageLatencyNs,
      long rowSegments,
      long activates,
      long refreshes) {}

  /** Smaller of 1 GiB and the capacity. */
  public long defaultWindow() {
    return Math.min(1L << 30, capacity());
  }

  /** Bytes of all channels. */
  public long capacity() {
    return dram.spec().orElseThrow().organization().channelBytes() * dram.channels();
  }

  /**
   * Runs a stream. Once it moves as many requests in every refresh interval, the rest of a long
   * stream is taken to go on like that.
   *
   * @param stream what to request
   * @param requests number of 64-byte requests, at least 1
   * @param window bytes the addresses lie in; a multiple of 4096
   */
  public Result run(DramStream stream, long requests, long window) {
    return new StreamRun(dram, stream, requests, window, false).run();
  }

  /** As {@link #run}, with every request simulated. */
  public Result runExactly(DramStream stream, long requests, long window) {
    return new StreamRun(dram, stream, requests, window, true).run();
  }
}
