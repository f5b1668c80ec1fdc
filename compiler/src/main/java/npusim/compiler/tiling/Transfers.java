package npusim.compiler.tiling;

import npusim.hardware.Dma;
import npusim.hardware.Hardware;

/** Cycles that transfers between a core and the memory take. */
final class Transfers {
  private final Hardware hw;
  private final double latency;

  Transfers(Hardware hw, Sharing sharing) {
    this.hw = hw;
    this.latency = sharing.latency();
  }

  /** Bytes per cycle that all cores together get from the DRAM. */
  double dramRate() {
    return rate(hw.memoryReadBytesPerCycle());
  }

  /** The same of data placed near the core that reads them. */
  double placedRate() {
    return rate(hw.placedReadBytesPerCycle());
  }

  private double rate(double most) {
    return Double.isInfinite(most) ? 1e12 : most * (1 - refreshing());
  }

  /** Share of the time in which the DRAM's banks are all refreshed. */
  private double refreshing() {
    var dram = hw.dram();
    return dram.refresh() && !dram.refreshPerBank()
        ? dram.spec().map(s -> (double) s.timing().rfc() / s.timing().refi()).orElse(0.0)
        : 0;
  }

  /** Cycles in which a load's requests leave and its bytes come. */
  double loading(double pieces, double bytes) {
    return requests(hw.core().dma().load(), pieces, bytes);
  }

  /** Cycles for which a load that takes so long keeps its queue. */
  double load(double loading) {
    return held(hw.core().dma().load(), loading);
  }

  /** Cycles in which a store's bytes leave. */
  double storing(double pieces, double bytes) {
    return requests(hw.core().dma().store(), pieces, bytes);
  }

  /** Cycles for which a store that takes so long keeps its queue. */
  double store(double storing) {
    return held(hw.core().dma().store(), storing);
  }

  /** Cycles until a store that takes so long is complete. */
  double stored(double storing) {
    Dma.Path st = hw.core().dma().store();
    return st.startupCycles() + storing + latency + st.finishCycles();
  }

  /**
   * Cycles of requests for pieces that lie apart from one another: each has its beats on the bus,
   * and no more requests are under way than may wait for their answer.
   *
   * @param all bytes of all pieces
   */
  private double requests(Dma.Path path, double pieces, double all) {
    double bytes = all / pieces;
    double requests = Math.ceil(bytes / path.requestBytes());
    double issue = path.rowCycles() + requests * path.requestCycles();
    double beats = Math.ceil(bytes / path.busBytes()) * path.cyclesPerBeat();
    double answers = requests * latency / path.requestsInFlight();
    return pieces * Math.max(issue, Math.max(beats, answers));
  }

  private double held(Dma.Path path, double transfer) {
    return switch (path.overlap()) {
      case NONE -> path.startupCycles() + transfer + latency + path.finishCycles();
      case ANSWERS -> path.startupCycles() + transfer;
      case STARTUP -> Math.max(path.startupCycles(), transfer);
    };
  }
}
