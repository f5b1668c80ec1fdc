package npusim.sim.dram;

import npusim.hardware.DramSpec;

/**
 * Distances between DRAM commands of one standard in controller ticks, from the start of one
 * command to the start of the next. A standard's figures count from a command's last cycle on the
 * command bus, so that commands of several cycles shift the distances.
 */
final class CommandRules {
  /** How a standard's commands reach the device. */
  enum Bus {
    /** One bus for all commands. */
    SINGLE,
    /** Row and column commands on buses of their own (HBM). */
    DUAL,
    /** The same with row commands of half a clock: precharges also on the falling edge (HBM3). */
    DUAL_EDGES,
    /** One bus; activation in two commands, and a data clock that has to be running (LPDDR5). */
    SPLIT
  }

  final Bus bus;

  /** Ticks an activation, a column command and any other command take on their bus. */
  final int activateTicks;

  final int columnTicks;
  final int ticksPerClock;

  /** Read command to the last data. */
  final int readLatency;

  final int actToRead;
  final int actToWrite;
  final int actToPre;
  final int actToActBank;
  final int actToActGroup;
  final int actToAct;
  final int fourActivates;
  final int actToRefresh;
  final int preToAct;
  final int preAllToAct;
  final int preToPre;
  final int preToRefresh;
  final int readToPre;
  final int writeToPre;
  final int readToRead;
  final int readToReadGroup;
  final int readToReadOtherRank;
  final int writeToWrite;
  final int writeToWriteGroup;
  final int writeToWriteOtherRank;
  final int readToWrite;
  final int readToWriteOtherRank;
  final int writeToRead;
  final int writeToReadGroup;
  final int writeToReadOtherRank;
  final int refreshToAct;
  final int refreshInterval;

  /** Whether activations of all ranks share one window (HBM: of one pseudo-channel). */
  final boolean ranksShareActivates;

  /** LPDDR5: ticks from the first to the latest second half of an activation. */
  final int splitDeadline;

  /** LPDDR5: ticks that the data clock runs on after a read, and after a write. */
  final int clockAfterRead;

  final int clockAfterWrite;

  CommandRules(DramSpec spec) {
    var t = spec.timing();
    String standard = spec.standard();
    boolean hbm = standard.startsWith("HBM");
    boolean lpddr5 = standard.startsWith("LPDDR5");
    int m = spec.ticksPerClock();
    ticksPerClock = m;
    bus = hbm ? m == 2 ? Bus.DUAL_EDGES : Bus.DUAL : lpddr5 ? Bus.SPLIT : Bus.SINGLE;
    activateTicks =
        switch (standard) {
          case "DDR5", "HBM2", "HBM2E" -> 2;
          case "HBM3" -> 3 * m / 2;
          case "LPDDR4X" -> 4;
          default -> m;
        };
    columnTicks =
        switch (standard) {
          case "DDR5" -> 2;
          case "LPDDR4X" -> 4;
          default -> m;
        };
    int act = activateTicks - 1;
    int col = columnTicks - 1;
    readLatency = (t.cl() + t.bl()) * m;
    actToRead = t.rcdRead() * m + act - col;
    actToWrite = t.rcdWrite() * m + act - col;
    actToPre = t.ras() * m + act;
    actToActBank = t.rc() * m;
    actToActGroup = t.rrdL() * m;
    actToAct = t.rrdS() * m;
    fourActivates = t.faw() * m;
    actToRefresh = t.rc() * m + act;
    preToAct = t.rp() * m - act;
    preAllToAct = t.rpAll() * m - act;
    preToPre =
        switch (standard) {
          case "DDR5", "LPDDR5", "HBM3" -> 2 * m;
          default -> 1;
        };
    preToRefresh = t.rp() * m;
    readToPre = t.rtp() * m + col;
    int writeDone = t.cwl() + t.bl();
    writeToPre = (writeDone + t.wr()) * m + col;
    readToRead = Math.max(t.bl(), t.ccdS()) * m;
    readToReadGroup = t.ccdL() * m;
    writeToWrite = Math.max(t.bl(), t.ccdWriteS()) * m;
    writeToWriteGroup = t.ccdWriteL() * m;
    readToWrite = t.rtw() * m;
    // LPDDR5: a burst within one bank group takes longer to leave the bus.
    int tail = lpddr5 ? t.cwl() + t.blLong() : writeDone;
    writeToRead = (tail + t.wtrS()) * m;
    writeToReadGroup = (tail + t.wtrL()) * m;
    if (hbm) {
      readToReadOtherRank = Math.max(t.bl(), t.ccdR()) * m;
      writeToWriteOtherRank = writeToWrite;
      readToWriteOtherRank = readToWrite;
      writeToReadOtherRank = writeToRead;
    } else {
      readToReadOtherRank = (t.bl() + t.cs()) * m;
      writeToWriteOtherRank = t.bl() * m;
      readToWriteOtherRank = readToReadOtherRank;
      writeToReadOtherRank = Math.max(1, writeDone + t.cs() - t.cl()) * m;
    }
    ranksShareActivates = hbm;
    refreshToAct = t.rfc() * m - act;
    refreshInterval = t.refi() * m;
    splitDeadline = 8;
    clockAfterRead = t.cl() + t.bl() + 1;
    clockAfterWrite = t.cwl() + t.bl() + 1;
  }
}
