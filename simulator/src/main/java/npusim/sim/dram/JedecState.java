package npusim.sim.dram;

import npusim.hardware.Dram;

/** What the row-segment model knows of buses, banks and buffered writes, in primitive arrays. */
final class JedecState {
  // By bus · BUS_FIELDS.
  static final int BUS_FREE = 0;
  static final int ACTIVATE_FREE = 1;
  static final int NEXT_REFRESH = 2;
  static final int LAST_WRITE = 3;
  static final int WRITING = 4;
  static final int BUSY = 5;
  static final int RANK = 6;
  static final int RANK_COLUMNS = 7;
  static final int TURNED = 8;
  static final int LAST_OPENED = 9;
  static final int BUS_FIELDS = 10;
  final long[] buses;

  // By bus and bank · BANK_FIELDS.
  static final int OPEN_ROW = 0;
  static final int COLUMN_READY = 1;
  static final int ACTIVATE_READY = 2;
  static final int PRECHARGE = 3;
  static final int BANK_FIELDS = 4;
  final long[] banks;

  // By bus and group.
  final long[] groupFree;

  // By channel: buffered writes, oldest at the head.
  final int writeRing;
  final int[] writeBank;
  final int[] writeGroup;
  final int[] writeRow;
  final int[] writeColumns;
  final long[] writeArrival;
  final int[] writeHead;
  final int[] writeCount;
  final int[] buffered;

  /** Places in the channels' queues; of writes those that are on their way to the banks. */
  final QueuePlaces reads;

  final QueuePlaces writes;

  /** When a channel's command bus is free, in command slots. */
  final long[] commandFree;

  final int ticksPerClock;
  final int groupsPerBus;
  final int banksPerBus;
  final int channels;
  final int pseudoChannels;

  /**
   * Everything idle, all rows closed.
   *
   * @param controller has the size of a channel's queues
   * @param ticksPerClock command slots of a memory clock
   * @param firstRefresh memory clock of the first refresh
   */
  JedecState(AddressMapping map, Dram.Controller controller, int ticksPerClock, long firstRefresh) {
    int writeQueue = controller.writeQueue();
    channels = map.channels();
    pseudoChannels = map.pseudoChannels();
    groupsPerBus = map.groupsPerBus();
    banksPerBus = groupsPerBus * map.banksPerGroup();
    buses = new long[map.buses() * BUS_FIELDS];
    for (int at = 0; at < buses.length; at += BUS_FIELDS) {
      buses[at + NEXT_REFRESH] = firstRefresh;
    }
    banks = new long[map.buses() * banksPerBus * BANK_FIELDS];
    for (int at = 0; at < banks.length; at += BANK_FIELDS) {
      banks[at + OPEN_ROW] = -1;
    }
    groupFree = new long[map.buses() * groupsPerBus];
    int ring = 1;
    while (ring < writeQueue + 1) {
      ring <<= 1;
    }
    writeRing = ring;
    writeBank = new int[ring * channels];
    writeGroup = new int[ring * channels];
    writeRow = new int[ring * channels];
    writeColumns = new int[ring * channels];
    writeArrival = new long[ring * channels];
    writeHead = new int[channels];
    writeCount = new int[channels];
    buffered = new int[channels];
    commandFree = new long[channels];
    this.ticksPerClock = ticksPerClock;
    reads = new QueuePlaces(channels, controller.readQueue());
    writes = new QueuePlaces(channels, writeQueue);
  }

  long busy(int bus) {
    return buses[bus * BUS_FIELDS + BUSY];
  }

  /** Moves every time {@code by} memory clocks later. */
  void shift(long by) {
    for (int u = 0; u < buses.length; u += BUS_FIELDS) {
      buses[u + BUS_FREE] += by;
      buses[u + ACTIVATE_FREE] += by;
      buses[u + NEXT_REFRESH] += by;
      buses[u + LAST_WRITE] += by;
      buses[u + TURNED] += by;
      buses[u + LAST_OPENED] += by;
    }
    for (int b = 0; b < banks.length; b += BANK_FIELDS) {
      banks[b + COLUMN_READY] += by;
      banks[b + ACTIVATE_READY] += by;
      banks[b + PRECHARGE] += by;
    }
    add(groupFree, by);
    add(writeArrival, by);
    add(commandFree, by * ticksPerClock);
    reads.shift(by);
    writes.shift(by);
  }

  private static void add(long[] a, long by) {
    for (int i = 0; i < a.length; i++) {
      a[i] += by;
    }
  }
}
