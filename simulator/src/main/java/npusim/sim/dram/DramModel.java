package npusim.sim.dram;

import npusim.hardware.Hardware;

/**
 * The off-core memory of one chip as the DMA engines see it. Times are core clock cycles. Requests
 * must be offered in an order of time that is close to ascending; each is a contiguous range of
 * bytes and is answered at once with its completion time.
 */
public abstract sealed class DramModel
    permits FixedDram, IdealDram, JedecDram, SharedMemory, TwoLevels {
  private long bytesRead;
  private long bytesWritten;

  /** The model that the hardware description asks for. */
  public static DramModel of(Hardware hw) {
    DramModel dram =
        switch (hw.dram().model()) {
          case DDR -> new JedecDram(hw.dram(), hw.chip().clockMhz());
          case FIXED -> new FixedDram(hw.dram().fixed());
          case IDEAL -> new IdealDram();
        };
    return hw.sharedSram()
        .<DramModel>map(s -> new TwoLevels(new SharedMemory(s), s.bytes(), dram))
        .orElse(dram);
  }

  /** Memories that answer at once, for runs that only count. */
  public static DramModel ideal(Hardware hw) {
    return hw.sharedSram()
        .<DramModel>map(s -> new TwoLevels(new IdealDram(), s.bytes(), new IdealDram()))
        .orElseGet(IdealDram::new);
  }

  /**
   * Reads a contiguous range.
   *
   * @param cycle when the request reaches the memory
   * @param address byte address
   * @param bytes length, at least 1
   * @return cycle at which the last byte has left the memory
   */
  public final long read(long cycle, long address, long bytes) {
    bytesRead += bytes;
    return serve(cycle, address, bytes, false);
  }

  /**
   * Writes a contiguous range.
   *
   * @param cycle when request and data reach the memory
   * @param address byte address
   * @param bytes length, at least 1
   * @return cycle at which the write is acknowledged
   */
  public final long write(long cycle, long address, long bytes) {
    bytesWritten += bytes;
    return serve(cycle, address, bytes, true);
  }

  abstract long serve(long cycle, long address, long bytes, boolean write);

  /** Whether every request is answered at once. */
  public boolean isIdeal() {
    return false;
  }

  /** Bytes that can move per core cycle at most; infinite if unlimited. */
  public abstract double peakBytesPerCycle();

  /**
   * Requests that may be outstanding at the memory; {@link Integer#MAX_VALUE} when it sets no
   * limit.
   */
  public int requestsInFlight() {
    return Integer.MAX_VALUE;
  }

  /** Bytes read from DRAM so far. */
  public long bytesRead() {
    return bytesRead;
  }

  /** Bytes written to DRAM so far. */
  public long bytesWritten() {
    return bytesWritten;
  }

  /** Bytes read from shared SRAM so far. */
  public long sharedBytesRead() {
    return 0;
  }

  /** Bytes written to shared SRAM so far. */
  public long sharedBytesWritten() {
    return 0;
  }

  /** Row activations so far. */
  public long activates() {
    return 0;
  }

  /** Refresh commands so far. */
  public long refreshes() {
    return 0;
  }

  /** Row segments served from a row that was already open. */
  public long rowHits() {
    return 0;
  }

  /** Row segments that had to close another row first. */
  public long rowConflicts() {
    return 0;
  }

  /** Core cycles each channel's data bus was busy; length = channels of the model. */
  public long[] channelBusyCycles() {
    return new long[] {0};
  }

  /**
   * Length of the state written by {@link #snapshot}; 0 when the model's answers depend on time
   * differences of single requests only.
   */
  public abstract int snapshotLength();

  /**
   * Writes the state that future answers depend on, relative to {@code now}, so that two equal
   * snapshots mean equal behaviour. Row contents are left out: addresses differ between repetitions
   * of a loop, their pattern does not.
   */
  public abstract void snapshot(long now, long[] to, int at);

  /** Moves all state {@code cycles} later, as if nothing had happened in between. */
  public abstract void shift(long cycles);

  /** Adds {@code times} × the traffic between two counts taken with {@link #counters}. */
  public final void repeat(long times, long[] before, long[] after) {
    bytesRead += times * (after[0] - before[0]);
    bytesWritten += times * (after[1] - before[1]);
    repeatCounters(times, before, after);
  }

  /** Adds to the bytes read and written so far, of DRAM and of shared SRAM. */
  public void correct(long read, long written, long sharedRead, long sharedWritten) {
    bytesRead += read;
    bytesWritten += written;
  }

  /** Every counter of the model, bytes read and written first. */
  public final long[] counters() {
    var own = ownCounters();
    var all = new long[own.length + 2];
    all[0] = bytesRead;
    all[1] = bytesWritten;
    System.arraycopy(own, 0, all, 2, own.length);
    return all;
  }

  long[] ownCounters() {
    return new long[0];
  }

  void repeatCounters(long times, long[] before, long[] after) {}
}
