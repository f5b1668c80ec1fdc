package npusim.hardware;

/**
 * A DRAM standard at one speed: organisation and timing of one channel. What its accesses cost is
 * part of {@link Energy}.
 *
 * <p>Timings are in memory clock cycles of {@link #tckPs()}. A request moves {@link
 * #requestBytes()} and occupies a pseudo-channel's data bus for {@link Timing#bl()} cycles.
 *
 * @param name preset name, for example {@code HBM2-2000}
 * @param standard JEDEC family: DDR4, DDR5, LPDDR4X, LPDDR5, GDDR6, HBM2, HBM2E, HBM3
 * @param dataRateMtps transfers per pin, 10^6 per second
 * @param tckPs memory clock period, ps
 * @param ticksPerClock command slots per clock; 2 where row and column commands alternate (HBM3)
 * @param organization geometry of one channel
 * @param timing timing constraints
 */
public record DramSpec(
    String name,
    String standard,
    double dataRateMtps,
    double tckPs,
    int ticksPerClock,
    Organization organization,
    Timing timing) {

  /**
   * Geometry of one channel.
   *
   * @param pseudoChannels pseudo-channels with their own banks and data bus
   * @param ranks ranks (stack identifiers of an HBM stack)
   * @param bankGroups bank groups per rank
   * @param banksPerGroup banks per group
   * @param rows rows per bank
   * @param columns columns per row, in words of the data bus width
   * @param widthBits data bus width of one pseudo-channel
   * @param burstLength transfers per request (prefetch)
   */
  public record Organization(
      int pseudoChannels,
      int ranks,
      int bankGroups,
      int banksPerGroup,
      int rows,
      int columns,
      int widthBits,
      int burstLength) {
    public Organization {
      Checks.positive(pseudoChannels, "pseudo_channels");
      Checks.positive(ranks, "ranks");
      Checks.positive(bankGroups, "bank_groups");
      Checks.positive(banksPerGroup, "banks_per_group");
      Checks.positive(rows, "rows");
      Checks.positive(columns, "columns");
      Checks.positive(widthBits, "width_bits");
      Checks.positive(burstLength, "burst_length");
    }

    /** Banks of one pseudo-channel. */
    public int banks() {
      return ranks * bankGroups * banksPerGroup;
    }

    /** Bytes of one row of one bank. */
    public int rowBytes() {
      return columns * widthBits / 8;
    }

    /** Bytes of one channel. */
    public long channelBytes() {
      return (long) pseudoChannels * banks() * rows * rowBytes();
    }
  }

  /**
   * Timing constraints in memory clock cycles, named as in the JEDEC standards without the leading
   * n or t.
   *
   * @param bl data bus cycles of one request
   * @param blLong as {@code bl} for back-to-back requests of one bank group where the standard
   *     tells them apart (LPDDR5), otherwise equal to {@code bl}
   * @param cl read command to first data
   * @param cwl write command to first data
   * @param rcdRead activate to read
   * @param rcdWrite activate to write
   * @param rp precharge to activate
   * @param rpAll all-bank precharge to activate
   * @param ras activate to precharge
   * @param rc activate to activate, same bank
   * @param wr end of write data to precharge
   * @param rtp read to precharge
   * @param ccdS column to column, other bank group
   * @param ccdL column to column, same bank group
   * @param ccdWriteS write to write, other bank group
   * @param ccdWriteL write to write, same bank group
   * @param ccdR column to column, other rank or stack identifier
   * @param rrdS activate to activate, other bank group
   * @param rrdL activate to activate, same bank group
   * @param faw window for four activates
   * @param wtrS end of write data to read, other bank group
   * @param wtrL end of write data to read, same bank group
   * @param rtw read command to write command
   * @param cs rank to rank switch
   * @param rfc all-bank refresh to next command
   * @param rfcPerBank per-bank refresh to next command of that bank
   * @param refi average interval between all-bank refreshes
   * @param refiPerBank average interval between per-bank refreshes
   * @param rrefd per-bank refresh to activate or per-bank refresh of another bank
   */
  public record Timing(
      int bl,
      int blLong,
      int cl,
      int cwl,
      int rcdRead,
      int rcdWrite,
      int rp,
      int rpAll,
      int ras,
      int rc,
      int wr,
      int rtp,
      int ccdS,
      int ccdL,
      int ccdWriteS,
      int ccdWriteL,
      int ccdR,
      int rrdS,
      int rrdL,
      int faw,
      int wtrS,
      int wtrL,
      int rtw,
      int cs,
      int rfc,
      int rfcPerBank,
      int refi,
      int refiPerBank,
      int rrefd) {}

  public DramSpec {
    Checks.positive(dataRateMtps, "data_rate_mtps");
    Checks.positive(tckPs, "tck_ps");
    Checks.positive(ticksPerClock, "ticks_per_clock");
  }

  /** Bytes one read or write request moves on a pseudo-channel. */
  public int requestBytes() {
    return organization.widthBits() * organization.burstLength() / 8;
  }

  /** Peak bytes per second of one channel, all its pseudo-channels together. */
  public double channelBytesPerSecond() {
    return organization.pseudoChannels() * (organization.widthBits() / 8.0) * dataRateMtps * 1e6;
  }

  /**
   * The same device at another data rate. The clock follows the rate; constraints that the array
   * sets (row access, recovery, refresh) keep their nanoseconds and are rounded up to whole new
   * clocks; constraints of the interface (burst, column to column, command spacing) keep their
   * clocks.
   */
  public DramSpec atDataRate(double mtps) {
    if (mtps == dataRateMtps) {
      return this;
    }
    double factor = mtps / dataRateMtps;
    var t = timing;
    return new DramSpec(
        name,
        standard,
        mtps,
        tckPs / factor,
        ticksPerClock,
        organization,
        new Timing(
            t.bl,
            t.blLong,
            scale(t.cl, factor),
            scale(t.cwl, factor),
            scale(t.rcdRead, factor),
            scale(t.rcdWrite, factor),
            scale(t.rp, factor),
            scale(t.rpAll, factor),
            scale(t.ras, factor),
            scale(t.rc, factor),
            scale(t.wr, factor),
            scale(t.rtp, factor),
            t.ccdS,
            Math.max(t.ccdS, scale(t.ccdL, factor)),
            t.ccdWriteS,
            Math.max(t.ccdWriteS, scale(t.ccdWriteL, factor)),
            t.ccdR,
            scale(t.rrdS, factor),
            scale(t.rrdL, factor),
            scale(t.faw, factor),
            scale(t.wtrS, factor),
            scale(t.wtrL, factor),
            scale(t.rtw, factor),
            t.cs,
            scale(t.rfc, factor),
            scale(t.rfcPerBank, factor),
            scaleDown(t.refi, factor),
            scaleDown(t.refiPerBank, factor),
            scale(t.rrefd, factor)));
  }

  // A tolerance keeps 16 * 1.0000000001 from becoming 17.
  private static int scale(int clocks, double factor) {
    return (int) Math.ceil(clocks * factor - 1e-6);
  }

  private static int scaleDown(int clocks, double factor) {
    return (int) Math.floor(clocks * factor + 1e-6);
  }
}
