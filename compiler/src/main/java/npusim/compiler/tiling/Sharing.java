package npusim.compiler.tiling;

import npusim.compiler.codegen.Axis;
import npusim.hardware.Hardware;
import npusim.hardware.Noc;

/** What it takes and costs that a group of cores loads the tiles of an operand together. */
public final class Sharing {
  /**
   * What loading together must promise where the estimate leaves out that cores meet before the
   * kernel, load less of it ahead, and wait for the slowest of them.
   */
  static final double DOUBT = 1.1;

  private final Hardware hw;
  private final double hops;

  Sharing(Hardware hw) {
    this.hw = hw;
    int n = hw.chip().cores();
    hops =
        hw.noc().topology() == Noc.Topology.CROSSBAR
            ? 1
            : hw.noc().topology() == Noc.Topology.RING ? n / 2.0 : Math.sqrt(n);
  }

  /**
   * The parts of a dimension that cores divide among them.
   *
   * @param min extent of the smallest part
   * @param max extent of the largest part
   */
  record Parts(long min, long max) {
    static Parts of(long total, long grain, int parts) {
      long min = Long.MAX_VALUE;
      long max = 0;
      for (int i = 0; i < parts; i++) {
        long[] r = Axis.split(total, grain, i, parts);
        min = Math.min(min, r[1] - r[0]);
        max = Math.max(max, r[1] - r[0]);
      }
      return new Parts(min, max);
    }

    /** Whether every part has work, and as many tiles as the others. */
    boolean alike(long tile) {
      return min > 0 && Math.ceilDiv(min, tile) == Math.ceilDiv(max, tile);
    }

    /** Whether the extents of all tiles are known and leave something for each of {@code n}. */
    boolean divides(long tile, int n) {
      return (max <= tile || min == max && max % tile == 0) && Math.min(min, tile) >= n;
    }
  }

  /**
   * Whether a core has a tile sooner from the others, each loading a part, than from a memory of
   * which every core gets its share.
   */
  public static boolean pays(Hardware hw) {
    int cores = hw.chip().cores();
    return cores > 1 && hw.noc().bytesPerCycle() * cores > DOUBT * hw.memoryReadBytesPerCycle();
  }

  /** Cycles until a word from another core is there. */
  double signal() {
    return hops * hw.noc().hopLatencyCycles() + 4;
  }

  /** Cycles from a free slot to the first bytes in it. */
  double start() {
    var ld = hw.core().dma().load();
    return ld.startupCycles() + ld.finishCycles() + latency();
  }

  /** Cycles from a request to its answer, when the memory has nothing else to do. */
  double latency() {
    return (hw.dram().controllerLatencyNs() + 50) * hw.chip().clockMhz() / 1000
        + 2 * hops * hw.noc().hopLatencyCycles();
  }

  /**
   * Cycles from its parts being loaded to the tile in every core, when nothing is under way. Where
   * copies leave one by one, all cores send them to the same cores in turn: the last begins when
   * the first is through.
   */
  double spread(double bytes, int group) {
    var st = hw.core().dma().store();
    int waves = hw.noc().multicast() ? 1 : 2;
    return st.startupCycles()
        + st.finishCycles()
        + Math.max(
            bytes * (group - 1) / group / hw.noc().bytesPerCycle(),
            waves * sent(bytes, group) / Math.min(st.bytesPerCycle(), hw.noc().bytesPerCycle())
                + reserving(sent(bytes, group), group))
        + 3 * signal();
  }

  /** Cycles of a meeting of cores that are all there. */
  double meeting() {
    return 2 * hops * hw.noc().hopLatencyCycles() + 4;
  }

  /** Cycles from a part of a tile in a core to the tile in shared SRAM and all cores told so. */
  double staged(double bytes, int group) {
    var st = hw.core().dma().store();
    return st.startupCycles()
        + st.finishCycles()
        + 2 * hops * hw.noc().hopLatencyCycles()
        + hw.sharedSram().orElseThrow().latencyCycles()
        + bytes / Math.min(Math.min(st.bytesPerCycle(), network()) * group, sramRate())
        + meeting();
  }

  /** Cycles from a free slot to a tile from shared SRAM in it, while all cores load theirs. */
  double near(double bytes) {
    var ld = hw.core().dma().load();
    return ld.startupCycles()
        + ld.finishCycles()
        + roundTrip()
        + bytes / Math.min(Math.min(ld.bytesPerCycle(), network()), sramRate() / hw.chip().cores());
  }

  /**
   * Bytes per cycle that each core gets from shared SRAM while all load: what a core may have in
   * flight comes after a round trip and the others' shares.
   */
  double nearRate() {
    var ld = hw.core().dma().load();
    double window = (double) ld.requestsInFlight() * ld.requestBytes();
    double all = window * hw.chip().cores() / sramRate();
    return Math.min(Math.min(ld.bytesPerCycle(), network()), window / (roundTrip() + all));
  }

  private double roundTrip() {
    return 2 * hops * hw.noc().hopLatencyCycles() + hw.sharedSram().orElseThrow().latencyCycles();
  }

  private double network() {
    return hw.noc().bytesPerCycle();
  }

  private double sramRate() {
    return hw.sharedSram().orElseThrow().bytesPerCycle();
  }

  /** Cycles that copies to a group of cores at once take to reserve their ways. */
  double reserving(double bytes, int group) {
    double across = 2 * hops * Math.sqrt((double) group / hw.chip().cores());
    return hw.noc().multicast() && group > 2 ? hw.noc().reserving(bytes, across) : 0;
  }

  /** Bytes that a core sends so that all of a group have {@code bytes} of tiles. */
  double sent(double bytes, int group) {
    return bytes / group * (hw.noc().multicast() ? 1 : group - 1);
  }

  /** Bytes that a core receives. */
  public static double received(double bytes, int group) {
    return bytes * (group - 1) / group;
  }
}
