package npusim.sim.dram;

/** Memory without latency and with unlimited bandwidth, for finding compute bounds. */
public final class IdealDram extends DramModel {

  @Override
  long serve(long cycle, long address, long bytes, boolean write) {
    return cycle;
  }

  @Override
  public boolean isIdeal() {
    return true;
  }

  @Override
  public double peakBytesPerCycle() {
    return Double.POSITIVE_INFINITY;
  }

  @Override
  public int snapshotLength() {
    return 0;
  }

  @Override
  public void snapshot(long now, long[] to, int at) {}

  @Override
  public void shift(long cycles) {}
}
