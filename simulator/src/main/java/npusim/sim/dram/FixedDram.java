package npusim.sim.dram;

import npusim.hardware.Dram;

/**
 * Memory that always accepts and answers each request a fixed time after it, in order, at a fixed
 * number of bytes per cycle. A read's answer takes a beat per {@code bytesPerCycle} bytes, a
 * write's acknowledgement one beat, on the same answer channel when {@code sharedAcks} is set.
 */
public final class FixedDram extends DramModel {
  private final Dram.Fixed fixed;
  private long answerFree;
  private long acknowledgeFree;
  private long busy;

  public FixedDram(Dram.Fixed fixed) {
    this.fixed = fixed;
  }

  @Override
  long serve(long cycle, long address, long bytes, boolean write) {
    if (write) {
      long from = cycle + fixed.writeLatencyCycles();
      if (fixed.sharedAcks()) {
        answerFree = Math.max(answerFree, from) + 1;
        return answerFree;
      }
      acknowledgeFree = Math.max(acknowledgeFree, from) + 1;
      return acknowledgeFree;
    }
    long beats = Math.ceilDiv(bytes, (long) fixed.bytesPerCycle());
    answerFree = Math.max(answerFree, cycle + fixed.latencyCycles()) + beats;
    busy += beats;
    return answerFree;
  }

  @Override
  public double peakBytesPerCycle() {
    return fixed.bytesPerCycle();
  }

  @Override
  public int requestsInFlight() {
    return fixed.requestsInFlight() == 0 ? Integer.MAX_VALUE : fixed.requestsInFlight();
  }

  @Override
  public long[] channelBusyCycles() {
    return new long[] {busy};
  }

  @Override
  public int snapshotLength() {
    return 2;
  }

  @Override
  public void snapshot(long now, long[] to, int at) {
    long soonest = Math.min(fixed.latencyCycles(), fixed.writeLatencyCycles());
    to[at] = Math.max(0, answerFree - now - soonest);
    to[at + 1] = Math.max(0, acknowledgeFree - now - fixed.writeLatencyCycles());
  }

  @Override
  public void shift(long cycles) {
    answerFree += cycles;
    acknowledgeFree += cycles;
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
