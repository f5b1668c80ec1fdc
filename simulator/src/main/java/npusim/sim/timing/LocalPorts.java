package npusim.sim.timing;

import npusim.hardware.Accumulator;
import npusim.hardware.Scratchpad;

/**
 * How fast scratchpad and accumulator memory supply an access pattern. A word of a bank is the unit
 * of access: elements next to each other share a word, elements a stride apart take one each, and a
 * stride that always meets the same banks uses only those.
 */
final class LocalPorts {
  private final Scratchpad scratchpad;
  private final Accumulator accumulator;

  LocalPorts(Scratchpad scratchpad, Accumulator accumulator) {
    this.scratchpad = scratchpad;
    this.accumulator = accumulator;
  }

  /**
   * Words of all ports that {@code count} elements occupy, in units of a 1/{@code slots()} cycle:
   * the cycles an access takes alone are the result divided by {@link #slots}.
   *
   * @param inAccumulator in the accumulator memory rather than the scratchpad
   * @param count elements accessed together
   * @param stride distance between them in elements; 0 for one element broadcast
   * @param bits bits of an element
   */
  long words(boolean inAccumulator, long count, long stride, int bits) {
    int word = wordBytes(inAccumulator);
    if (stride == 0) {
      return 1;
    }
    long step = Math.abs(stride) * bits;
    if (step <= bits) {
      return Math.ceilDiv(count * bits, 8L * word);
    }
    if (step < 8L * word) {
      return Math.ceilDiv(count * step, 8L * word);
    }
    long banks = banks(inAccumulator);
    long reached = inAccumulator ? banks : reachedBanks(step / 8);
    return count * (banks / Math.min(banks, reached));
  }

  /** Words served per cycle by all ports of the memory. */
  long slots(boolean inAccumulator) {
    return inAccumulator
        ? accumulator.banks()
        : (long) scratchpad.banks() * scratchpad.portsPerBank();
  }

  int wordBytes(boolean inAccumulator) {
    return inAccumulator ? accumulator.bytesPerCyclePerBank() : scratchpad.bytesPerCyclePerBank();
  }

  private long banks(boolean inAccumulator) {
    return inAccumulator ? accumulator.banks() : scratchpad.banks();
  }

  /** Different banks that an access every {@code step} bytes meets. */
  private long reachedBanks(long step) {
    long interleave = scratchpad.interleaveBytes();
    long banks = scratchpad.banks();
    if (interleave >= scratchpad.bankBytes()) {
      // Contiguous banks: a tile lies in one or a few of them, different tiles in different ones.
      return banks;
    }
    if (step % interleave != 0) {
      return banks;
    }
    return banks / gcd(step / interleave, banks);
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
