package npusim.sim.timing;

import java.util.Arrays;

/** Counts how long units are busy with each instruction, for graph nodes to be charged later. */
final class BusyTimes {
  /** Instructions that have counted some since that was last added up. */
  private Decoded[] counted = new Decoded[32];

  private int count;

  /** Counts cycles in which the instruction's unit was busy with it. */
  void count(Decoded op, long cycles) {
    if (op.busy == 0 && cycles != 0) {
      note(op);
    }
    op.busy += cycles;
  }

  private void note(Decoded op) {
    if (count == counted.length) {
      counted = Arrays.copyOf(counted, count * 2);
    }
    counted[count++] = op;
  }

  /** Adds up what was counted since this was last done. */
  void addUp(Tally tally) {
    for (int i = 0; i < count; i++) {
      Decoded op = counted[i];
      tally.node(op.node, Tally.NODE_BUSY + op.unit, op.busy);
      op.busy = 0;
    }
    count = 0;
  }
}
