package npusim.sim.dram;

import java.util.Arrays;

/**
 * A chip's shared SRAM and its DRAM in one address space: addresses below the SRAM's size lie in
 * it, the DRAM's first byte follows.
 */
final class TwoLevels extends DramModel {
  private final DramModel sram;
  private final DramModel dram;
  private final long border;

  TwoLevels(DramModel sram, long sramBytes, DramModel dram) {
    this.sram = sram;
    this.dram = dram;
    border = sramBytes;
  }

  @Override
  long serve(long cycle, long address, long bytes, boolean write) {
    if (address >= border) {
      return write
          ? dram.write(cycle, address - border, bytes)
          : dram.read(cycle, address - border, bytes);
    }
    return write ? sram.write(cycle, address, bytes) : sram.read(cycle, address, bytes);
  }

  @Override
  public boolean isIdeal() {
    return dram.isIdeal();
  }

  @Override
  public double peakBytesPerCycle() {
    return dram.peakBytesPerCycle();
  }

  @Override
  public int requestsInFlight() {
    return dram.requestsInFlight();
  }

  @Override
  public void correct(long read, long written, long sharedRead, long sharedWritten) {
    dram.correct(read, written, 0, 0);
    sram.correct(sharedRead, sharedWritten, 0, 0);
  }

  @Override
  public long bytesRead() {
    return dram.bytesRead();
  }

  @Override
  public long bytesWritten() {
    return dram.bytesWritten();
  }

  @Override
  public long sharedBytesRead() {
    return sram.bytesRead();
  }

  @Override
  public long sharedBytesWritten() {
    return sram.bytesWritten();
  }

  @Override
  public long activates() {
    return dram.activates();
  }

  @Override
  public long refreshes() {
    return dram.refreshes();
  }

  @Override
  public long rowHits() {
    return dram.rowHits();
  }

  @Override
  public long rowConflicts() {
    return dram.rowConflicts();
  }

  @Override
  public long[] channelBusyCycles() {
    return dram.channelBusyCycles();
  }

  @Override
  public int snapshotLength() {
    return sram.snapshotLength() + dram.snapshotLength();
  }

  @Override
  public void snapshot(long now, long[] to, int at) {
    sram.snapshot(now, to, at);
    dram.snapshot(now, to, at + sram.snapshotLength());
  }

  @Override
  public void shift(long cycles) {
    sram.shift(cycles);
    dram.shift(cycles);
  }

  @Override
  long[] ownCounters() {
    long[] first = sram.counters();
    long[] second = dram.counters();
    long[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  @Override
  void repeatCounters(long times, long[] before, long[] after) {
    int middle = 2 + sram.counters().length;
    sram.repeat(times, Arrays.copyOfRange(before, 2, middle), Arrays.copyOfRange(after, 2, middle));
    dram.repeat(
        times,
        Arrays.copyOfRange(before, middle, before.length),
        Arrays.copyOfRange(after, middle, after.length));
  }
}
