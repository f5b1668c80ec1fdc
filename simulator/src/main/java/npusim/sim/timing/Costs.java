package npusim.sim.timing;

import java.util.Arrays;

/**
 * Table of instruction costs: rows of {@link #WIDTH} longs in one array, so that the event loop
 * reads a cost by index. Equal instructions share nothing; an instruction whose counts come from
 * registers has one row for each combination of counts that occurred.
 */
final class Costs {
  /**
   * Cycles before the unit's main work can begin; may hide behind the instruction before it
   * (matrix).
   */
  static final int LEAD = 0;

  /** Cycles the unit is taken by the main work. */
  static final int STREAM = 1;

  /** How long before the end of STREAM the next instruction may begin its LEAD. */
  static final int OVERLAP = 2;

  /** Cycles from the end of STREAM to completion. */
  static final int DRAIN = 3;

  /** Part of STREAM without useful work: bubbles. */
  static final int BUBBLES = 4;

  /** Part of STREAM lost to scratchpad and accumulator ports. */
  static final int PORTS = 5;

  /** How often it was executed since that was last added up. */
  static final int EXECUTED = 6;

  /** Multiply-accumulates. */
  static final int MACS = 7;

  /** Array slots passed beyond MACS. */
  static final int PADDED = 8;

  /** Ordinal of the data type counted under. */
  static final int TYPE = 9;

  /** Ordinal of the vector class; -1 for none. */
  static final int CLASS = 10;

  /** Vector elements. */
  static final int ELEMENTS = 11;

  static final int SPM_READ = 12;
  static final int SPM_WRITE = 13;
  static final int ACC_READ = 14;
  static final int ACC_WRITE = 15;

  /** Bytes moved by a transfer. */
  static final int BYTES = 16;

  /**
   * Bytes of one contiguous segment of a transfer, then its three outer extents and byte strides.
   */
  static final int SEGMENT = 17;

  static final int EXTENT0 = 18;
  static final int EXTENT1 = 19;
  static final int EXTENT2 = 20;
  static final int STRIDE0 = 21;
  static final int STRIDE1 = 22;
  static final int STRIDE2 = 23;

  /** 0 plain; 1 circular along extent 1 (append), 2 indexed along extent 0 (gather, scatter). */
  static final int PATTERN = 24;

  /** Capacity of a circular buffer, or rows of an indexed table. */
  static final int LIMIT = 25;

  /**
   * Cycles the decompressor takes for what a byte read expands to, in 1/1024; 0 for plain copies.
   */
  static final int EXPAND = 26;

  /**
   * Bytes of the last segment along extent 2; fewer than of the others where rows are left over.
   */
  static final int LAST_SEGMENT = 27;

  static final int WIDTH = 28;

  static final int PLAIN = 0;
  static final int CIRCULAR = 1;
  static final int INDEXED = 2;

  long[] rows = new long[WIDTH * 32];
  private int used;

  // Rows that were executed since executions were last added up, and the graph nodes they are of.
  private int[] executed = new int[32];
  private int[] executedFor = new int[32];
  private int executedRows;

  /** Counts an execution of the instruction with {@code row}; a row belongs to one node. */
  void execute(int row, int node) {
    if (rows[row + EXECUTED]++ == 0) {
      if (executedRows == executed.length) {
        executed = Arrays.copyOf(executed, executedRows * 2);
        executedFor = Arrays.copyOf(executedFor, executedRows * 2);
      }
      executed[executedRows] = row;
      executedFor[executedRows++] = node;
    }
  }

  /** Adds up what was executed since this was last done. */
  void addUp(Tally tally) {
    for (int i = 0; i < executedRows; i++) {
      int row = executed[i];
      tally.instructions(rows, row, executedFor[i], rows[row + EXECUTED]);
      rows[row + EXECUTED] = 0;
    }
    executedRows = 0;
  }

  /** A new row of zeros; returns its offset in {@link #rows}. */
  int add() {
    if (used + WIDTH > rows.length) {
      rows = Arrays.copyOf(rows, rows.length * 2);
    }
    int at = used;
    used += WIDTH;
    rows[at + CLASS] = -1;
    return at;
  }
}
