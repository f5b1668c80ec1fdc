package npusim.sim.dram;

import java.util.Arrays;
import npusim.hardware.Dram;

/**
 * Drives a memory with a {@link DramStream} as fast as it accepts requests: a channel's queue holds
 * a limited number of transactions, a full queue stops all later requests. Measures bandwidth and
 * latency.
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
   * Runs a stream.
   *
   * @param stream what to request
   * @param requests number of 64-byte requests, at least 1
   * @param window bytes the addresses lie in; a multiple of 4096
   */
  public Result run(DramStream stream, long requests, long window) {
    var spec = dram.spec().orElseThrow();
    // One core clock is one memory clock here.
    var model = new JedecDram(dram, 1e6 / spec.tckPs());
    var map = new AddressMapping(dram, spec);
    int perRequest = Math.max(1, DramStream.REQUEST_BYTES / map.requestBytes());
    var o = spec.organization();
    long rowStride = (long) o.rowBytes() * o.pseudoChannels() * o.banks() * dram.channels();
    var generator = new DramStream.Generator(stream, window, rowStride, o.rows());
    int reads = dram.controller().readQueue();
    int writes = dram.controller().writeQueue();
    var queue = new Queues(map.channels(), reads, writes);
    long arrival = 0;
    long end = 0;
    long latency = 0;
    long readTransactions = 0;
    for (long i = 0; i < requests; i++) {
      long address = generator.next();
      if (stream == DramStream.CHASE_READ) {
        arrival = Math.max(arrival, end);
      }
      for (int part = 0; part < perRequest; part++) {
        long transaction = address / map.requestBytes() + part;
        map.decode(transaction);
        int channel = map.bus() / map.pseudoChannels();
        arrival = Math.max(arrival, queue.room(channel, generator.write));
        long data = model.transaction(transaction, arrival, generator.write);
        queue.enter(channel, generator.write, model.lastColumn());
        end = Math.max(end, data);
        if (!generator.write) {
          latency += data - arrival;
          readTransactions++;
        }
      }
    }
    double ns = end * spec.tckPs() / 1000;
    double bandwidth = requests * (double) DramStream.REQUEST_BYTES / ns;
    double average = readTransactions == 0 ? 0 : (double) latency / readTransactions;
    return new Result(
        stream,
        requests,
        window,
        end,
        ns,
        bandwidth,
        bandwidth * 1e9 / dram.peakBytesPerSecond(1),
        average,
        average * spec.tckPs() / 1000,
        model.rowHits() + model.rowConflicts() + model.activates(),
        model.activates(),
        model.refreshes());
  }

  /** Departure times of the transactions in each channel's read and write queue. */
  private static final class Queues {
    private final int[] capacity;
    private final long[][] leaving;
    private final int[] size;

    Queues(int channels, int reads, int writes) {
      capacity = new int[] {reads, writes};
      leaving = new long[channels * 2][];
      for (int i = 0; i < leaving.length; i++) {
        leaving[i] = new long[capacity[i & 1]];
      }
      size = new int[channels * 2];
    }

    /** Earliest time at which the queue has room; takes a transaction out that has left by then. */
    long room(int channel, boolean write) {
      int q = channel * 2 + (write ? 1 : 0);
      if (size[q] < capacity[q & 1]) {
        return 0;
      }
      long[] times = leaving[q];
      int earliest = 0;
      for (int i = 1; i < times.length; i++) {
        if (times[i] < times[earliest]) {
          earliest = i;
        }
      }
      long t = times[earliest];
      times[earliest] = times[--size[q]];
      return t;
    }

    void enter(int channel, boolean write, long leaves) {
      int q = channel * 2 + (write ? 1 : 0);
      leaving[q][size[q]++] = leaves;
    }

    @Override
    public String toString() {
      return Arrays.toString(size);
    }
  }
}
