package npusim.sim.timing;

import npusim.hardware.VectorClass;
import npusim.isa.DType;

/**
 * Everything that is only counted: a run's statistics, in arrays that a repeated stretch can be
 * multiplied in.
 */
final class Tally {
  static final int TYPES = DType.values().length;
  static final int CLASSES = VectorClass.values().length;

  static final int SPM_READ = 0;
  static final int SPM_WRITE = 1;
  static final int ACC_READ = 2;
  static final int ACC_WRITE = 3;
  static final int NOC_BYTE_HOPS = 4;
  static final int LINK_BYTES = 5;
  static final int INSTRUCTIONS = 6;
  static final int SCALARS = 7;
  static final int TOTALS = 8;

  static final int NODE_CALLS = 0;
  static final int NODE_DRAM_READ = 1;
  static final int NODE_DRAM_WRITTEN = 2;
  static final int NODE_MACS = 3;
  static final int NODE_PADDED = 4;
  static final int NODE_ELEMENTS = 5;
  static final int NODE_SPM = 6;
  static final int NODE_ACC = 7;
  static final int NODE_NOC = 8;
  static final int NODE_LINK = 9;
  static final int NODE_SHARED = 10;
  static final int NODE_BUSY = 11;
  static final int NODE_FIELDS = NODE_BUSY + TimingUnit.COUNT;

  static final int BUSY = 0;
  static final int STALL_SEMAPHORE = 1;
  static final int STALL_QUEUE = 2;
  static final int STALL_PARTNER = 3;
  static final int IDLE = 4;
  static final int UNIT_FIELDS = 5;

  /** Totals by the constants above. */
  final long[] totals = new long[TOTALS];

  /** Multiply-accumulates by type, and array slots beyond them. */
  final long[] macs = new long[TYPES];

  final long[] padded = new long[TYPES];

  /** Vector elements by class · TYPES + type. */
  final long[] elements = new long[CLASSES * TYPES];

  /** By (node + 1) · NODE_FIELDS + field; node -1 takes what belongs to none. */
  final long[] nodes;

  /** By unit · UNIT_FIELDS + field. */
  final long[] unit;

  Tally(int cores, int nodeCount) {
    nodes = new long[(nodeCount + 1) * NODE_FIELDS];
    unit = new long[cores * TimingUnit.COUNT * UNIT_FIELDS];
  }

  private Tally(long[] nodes, long[] unit) {
    this.nodes = nodes;
    this.unit = unit;
  }

  /** The same counts. */
  Tally copy() {
    var copy = new Tally(nodes.clone(), unit.clone());
    copy(totals, copy.totals);
    copy(macs, copy.macs);
    copy(padded, copy.padded);
    copy(elements, copy.elements);
    return copy;
  }

  /** Adds {@code times} × what was counted since {@code before}. */
  void repeat(long times, Tally before) {
    repeat(times, totals, before.totals);
    repeat(times, macs, before.macs);
    repeat(times, padded, before.padded);
    repeat(times, elements, before.elements);
    repeat(times, nodes, before.nodes);
    repeat(times, unit, before.unit);
  }

  /** Adds {@code times} × what another one has counted. */
  void add(long times, Tally other) {
    add(times, totals, other.totals);
    add(times, macs, other.macs);
    add(times, padded, other.padded);
    add(times, elements, other.elements);
    add(times, nodes, other.nodes);
    add(times, unit, other.unit);
  }

  private static void add(long times, long[] to, long[] counts) {
    for (int i = 0; i < to.length; i++) {
      to[i] += times * counts[i];
    }
  }

  private static void copy(long[] from, long[] to) {
    System.arraycopy(from, 0, to, 0, from.length);
  }

  private static void repeat(long times, long[] now, long[] before) {
    for (int i = 0; i < now.length; i++) {
      now[i] += times * (now[i] - before[i]);
    }
  }

  void node(int node, int field, long amount) {
    nodes[(node + 1) * NODE_FIELDS + field] += amount;
  }

  void unit(int unitNumber, int field, long amount) {
    unit[unitNumber * UNIT_FIELDS + field] += amount;
  }

  /** Counts what {@code times} executions of an instruction do besides taking time. */
  void instructions(long[] costs, int cost, int node, long times) {
    totals[INSTRUCTIONS] += times;
    int n = (node + 1) * NODE_FIELDS;
    nodes[n + NODE_CALLS] += times;
    if (cost < 0) {
      return;
    }
    int type = (int) costs[cost + Costs.TYPE];
    long m = costs[cost + Costs.MACS] * times;
    if (m != 0) {
      long p = costs[cost + Costs.PADDED] * times;
      macs[type] += m;
      padded[type] += p;
      nodes[n + NODE_MACS] += m;
      nodes[n + NODE_PADDED] += p;
    }
    int vectorClass = (int) costs[cost + Costs.CLASS];
    if (vectorClass >= 0) {
      long e = costs[cost + Costs.ELEMENTS] * times;
      elements[vectorClass * TYPES + type] += e;
      nodes[n + NODE_ELEMENTS] += e;
    }
    long read = costs[cost + Costs.SPM_READ] * times;
    long write = costs[cost + Costs.SPM_WRITE] * times;
    long accRead = costs[cost + Costs.ACC_READ] * times;
    long accWrite = costs[cost + Costs.ACC_WRITE] * times;
    totals[SPM_READ] += read;
    totals[SPM_WRITE] += write;
    totals[ACC_READ] += accRead;
    totals[ACC_WRITE] += accWrite;
    nodes[n + NODE_SPM] += read + write;
    nodes[n + NODE_ACC] += accRead + accWrite;
  }
}
