package npusim.hardware;

import java.util.Optional;
import npusim.isa.DType;

/**
 * Chip memory.
 *
 * @param model which memory model the simulator runs
 * @param spec organisation and timing, already brought to {@code dataRateMtps}; empty unless the
 *     model is {@link Model#DDR}
 * @param channels channels as the preset counts them (an HBM channel has its pseudo-channels
 *     inside)
 * @param capacityBytes capacity of the chip's memory
 * @param mapping order of address fields from high to low, or a named XOR mapping
 * @param refresh whether refresh is simulated
 * @param refreshPerBank per-bank instead of all-bank refresh
 * @param controller scheduling policy
 * @param controllerLatencyNs time outside the DRAM devices for a read: on-chip network, controller
 *     and PHY, ns
 * @param fixed the fixed-latency memory's figures; used when the model is {@link Model#FIXED}
 * @param arrayTile how the software lays out arrays in the memory
 */
public record Dram(
    Model model,
    Optional<DramSpec> spec,
    int channels,
    long capacityBytes,
    Mapping mapping,
    boolean refresh,
    boolean refreshPerBank,
    Controller controller,
    double controllerLatencyNs,
    Fixed fixed,
    ArrayTile arrayTile) {

  /** Memory models. */
  public enum Model {
    /** Channels, banks, rows and JEDEC-style timing. */
    DDR,
    /** Every request answered after a fixed latency, in order, at a fixed rate. */
    FIXED,
    /** Latency and bandwidth without limit: for finding compute bounds. */
    IDEAL
  }

  /** How a physical address is cut into row, bank, rank, column and channel. */
  public enum Mapping {
    /** Row, bank group and bank, rank, column, channel from high to low. */
    ROBARACOCH("RoBaRaCoCh"),
    /** Channel, rank, bank, row, column from high to low. */
    CHRABAROCO("ChRaBaRoCo"),
    /** Row, column, rank, bank, channel: consecutive lines on consecutive banks. */
    ROCORABACH("RoCoRaBaCh"),
    /**
     * Channels by line; within a channel four lines per bank, then the next bank, bank and row
     * XORed with column bits.
     */
    MOP4CLXOR("MOP4CLXOR"),
    /** Four lines per channel, then the next channel, then bank; both XORed with column bits. */
    MOP4CHXOR("MOP4ChXOR"),
    /** As {@link #MOP4CHXOR}, the channel XORed with bank and row too: no stride keeps to a few. */
    MOP4CHHASH("MOP4ChHash");

    private final String label;

    Mapping(String label) {
      this.label = label;
    }

    /** The spelling in YAML and on the command line. */
    public String label() {
      return label;
    }

    /** Finds a mapping by its label, any letter case. */
    public static Optional<Mapping> ofLabel(String label) {
      for (var m : values()) {
        if (m.label.equalsIgnoreCase(label)) {
          return Optional.of(m);
        }
      }
      return Optional.empty();
    }
  }

  /** What happens to a row after a column access. */
  public enum RowPolicy {
    OPEN,
    CLOSED
  }

  /** Order in which waiting requests are served. */
  public enum Scheduler {
    /** Ready requests first, then the oldest. */
    FRFCFS,
    /** As FRFCFS, and an open row with waiting hits is not closed. */
    FRFCFS_ROWHIT
  }

  /**
   * Controller of one channel.
   *
   * @param scheduler order in which requests are served
   * @param rowPolicy open or closed page
   * @param readQueue read requests waiting at most
   * @param writeQueue write requests waiting at most
   * @param writeHigh share of the write queue at which writes are drained
   * @param writeLow share at which draining stops
   */
  public record Controller(
      Scheduler scheduler,
      RowPolicy rowPolicy,
      int readQueue,
      int writeQueue,
      double writeHigh,
      double writeLow) {
    public Controller {
      Checks.positive(readQueue, "dram.controller.read_queue");
      Checks.positive(writeQueue, "dram.controller.write_queue");
      if (!(writeLow >= 0 && writeLow < writeHigh && writeHigh <= 1)) {
        throw new IllegalArgumentException(
            "write marks must satisfy 0 <= low < high <= 1, got " + writeLow + ", " + writeHigh);
      }
    }
  }

  /**
   * Fixed-latency memory.
   *
   * @param latencyCycles core cycles from accepting a read to its first answer beat
   * @param writeLatencyCycles core cycles from the last data beat of a write to its acknowledgement
   * @param bytesPerCycle answer channel width
   * @param requestsInFlight requests the memory holds at the same time; 0 means no limit
   * @param sharedAcks write acknowledgements take beats on the read answer channel
   */
  public record Fixed(
      long latencyCycles,
      long writeLatencyCycles,
      int bytesPerCycle,
      int requestsInFlight,
      boolean sharedAcks) {
    public Fixed {
      Checks.notNegative(latencyCycles, "dram.fixed.latency_cycles");
      Checks.notNegative(writeLatencyCycles, "dram.fixed.write_latency_cycles");
      Checks.positive(bytesPerCycle, "dram.fixed.bytes_per_cycle");
      Checks.notNegative(requestsInFlight, "dram.fixed.requests_in_flight");
    }
  }

  /**
   * Tiles that arrays lie in: a transfer of several rows, of whole tiles each, finds those of a
   * tile's height in one piece. The program's addresses stay those of rows one after the other;
   * rows that don't fill their last tile lie at distances of whole ones and are moved with what
   * fills it up.
   *
   * @param rows rows of a tile; 1 when arrays lie row by row
   * @param bytes bytes of a tile's row of 32-bit elements
   */
  public record ArrayTile(int rows, int bytes) {
    public ArrayTile {
      Checks.positive(rows, "dram.array_tile.rows");
      Checks.positive(bytes, "dram.array_tile.bytes");
    }

    /**
     * Elements of a tile's row, whatever their type: narrow ones of several rows share a word. 1
     * where arrays don't lie in tiles.
     */
    public long lanes() {
      return rows == 1 ? 1 : Math.max(1, bytes / 4);
    }

    /** Rows of a tile of elements of a type: narrow ones of several rows share a word. */
    public long rows(DType type) {
      return rows == 1 ? 1 : rows * Math.max(1, 32L / type.bits());
    }

    /**
     * Bytes that are moved for a row.
     *
     * @param row bytes of it
     * @param distance bytes from its first to that of the next
     */
    public long moved(long row, long distance, DType type) {
      long whole = type.bytesFor(lanes());
      long filled = Math.ceilDiv(row, whole) * whole;
      return rows > 1 && distance == filled ? filled : row;
    }

    /**
     * Rows that lie in one piece; what is left over of them, behind the last whole tile, is one
     * too. Rows as long as a tile are pieces by themselves: they are whole tiles already, or lie
     * tile behind tile with a request for each.
     *
     * @param count rows of a transfer
     * @param row bytes of each
     */
    public long together(long count, long row) {
      boolean torn = row % bytes != 0 || row >= (long) rows * bytes;
      return torn ? 1 : Math.min(rows, count);
    }
  }

  public Dram {
    Checks.positive(channels, "dram.channels");
    Checks.positive(capacityBytes, "dram.capacity_bytes");
    Checks.notNegative(controllerLatencyNs, "dram.controller_latency_ns");
    if (model == Model.DDR && spec.isEmpty()) {
      throw new IllegalArgumentException("dram.model ddr needs a preset");
    }
  }

  /**
   * Peak bytes per second of all channels; infinite for {@link Model#IDEAL}.
   *
   * @param clockMhz core clock, for the fixed model whose rate is per core cycle
   */
  public double peakBytesPerSecond(double clockMhz) {
    return switch (model) {
      case DDR -> channels * spec.orElseThrow().channelBytesPerSecond();
      case FIXED -> fixed.bytesPerCycle() * clockMhz * 1e6;
      case IDEAL -> Double.POSITIVE_INFINITY;
    };
  }
}
