package npusim.sim.dram;

import npusim.hardware.SharedSram;

/**
 * SRAM shared by a chip's cores: a pipelined memory whose reads and writes share one bandwidth. A
 * request takes its bytes' share of it in the order of arrival and is answered the latency later.
 */
public final class SharedMemory extends DramModel {
  /** Bits behind the binary point of {@link #free}. */
  private static final int FRACTION = 10;

  private final int latencyCycles;
  private final double bytesPerCycle;
  private final double timePerByte;
  private long free;
  private long busy;

  /** An idle memory. */
  public SharedMemory(SharedSram sram) {
    latencyCycles = sram.latencyCycles();
    bytesPerCycle = sram.bytesPerCycle();
    timePerByte = (1 << FRACTION) / bytesPerCycle;
  }

  @Override
  long serve(long cycle, long address, long bytes, boolean write) {
    long time = (long) Math.ceil(bytes * timePerByte);
    free = Math.max(free, cycle << FRACTION) + time;
    busy += time;
    return (free + (1 << FRACTION) - 1 >> FRACTION) + latencyCycles;
  }

  @Override
  public double peakBytesPerCycle() {
    return bytesPerCycle;
  }

  @Override
  public long[] channelBusyCycles() {
    return new long[] {busy >> FRACTION};
  }

  @Override
  public int snapshotLength() {
    return 1;
  }

  @Override
  public void snapshot(long now, long[] to, int at) {
    to[at] = Math.max(0, free - (now << FRACTION));
  }

  @Override
  public void shift(long cycles) {
    free += cycles << FRACTION;
  }

  @Override
  long[] ownCounters() {
    return new long[] {busy};
  }

  @Override
  void repeatCounters(long times, long[] before, long[] after) {
    busy += times * (after[2] - before[2]);
  }
}
