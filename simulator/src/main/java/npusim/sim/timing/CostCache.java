package npusim.sim.timing;

import java.util.Arrays;
import npusim.isa.Field;

/**
 * Cost rows of instructions whose counts come from registers, by core code, instruction and counts:
 * an open-addressing table, so that a hit allocates nothing.
 */
final class CostCache {
  private static final int KEY = 10;

  /** Places of an empty table; a power of two. */
  private static final int FIRST = 16;

  private final CostModel model;
  private long[] keys = new long[KEY * FIRST];
  private int[] rows = new int[FIRST];
  private int used;
  private final long[] probe = new long[KEY];
  private final long[] registers = new long[32];

  CostCache(CostModel model) {
    this.model = model;
    Arrays.fill(rows, -1);
  }

  /**
   * The cost row of an instruction of {@code code}.
   *
   * @param allRegisters registers of all cores
   * @param base first register of the core
   */
  int row(Code code, Decoded op, long[] allRegisters, int base) {
    Field[] fields = op.counts;
    var ins = op.instruction;
    Arrays.fill(probe, 0);
    probe[0] = (long) code.number << 32 | op.pc;
    for (int i = 0; i < fields.length; i++) {
      long value = ins.get(fields[i]) + allRegisters[base + ins.reg(fields[i])];
      // How often a sum has been added to is no matter, only whether it has.
      probe[1 + i] = fields[i] == Field.ACCUM && value != 0 ? 1 : value;
    }
    int mask = rows.length - 1;
    int slot = (int) (hash(probe) & mask);
    while (rows[slot] >= 0) {
      if (same(slot)) {
        return rows[slot];
      }
      slot = (slot + 1) & mask;
    }
    System.arraycopy(allRegisters, base, registers, 0, 32);
    int row = model.cost(code, op.pc, registers);
    System.arraycopy(probe, 0, keys, slot * KEY, KEY);
    rows[slot] = row;
    if (++used * 2 > rows.length) {
      grow();
    }
    return row;
  }

  private boolean same(int slot) {
    int at = slot * KEY;
    for (int i = 0; i < KEY; i++) {
      if (keys[at + i] != probe[i]) {
        return false;
      }
    }
    return true;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldRows = rows;
    keys = new long[oldKeys.length * 2];
    rows = new int[oldRows.length * 2];
    Arrays.fill(rows, -1);
    int mask = rows.length - 1;
    for (int i = 0; i < oldRows.length; i++) {
      if (oldRows[i] >= 0) {
        System.arraycopy(oldKeys, i * KEY, probe, 0, KEY);
        int slot = (int) (hash(probe) & mask);
        while (rows[slot] >= 0) {
          slot = (slot + 1) & mask;
        }
        System.arraycopy(probe, 0, keys, slot * KEY, KEY);
        rows[slot] = oldRows[i];
      }
    }
  }

  private static long hash(long[] key) {
    long h = 0;
    for (int i = 0; i < KEY; i++) {
      h = (h ^ key[i]) * 0x9E3779B97F4A7C15L;
      h ^= h >>> 29;
    }
    return h;
  }
}
