package npusim.sim.timing;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import npusim.isa.Instruction;
import npusim.isa.Opcode;

/**
 * Exchanges that all chips carry out, each of which is one {@link ChipLinks.Step}: the pairs of
 * chips that come to it take part in it whenever they come, the first begins it. As all run the
 * same code, the n-th exchange of a core is the n-th of its counterparts.
 */
final class ExchangeSteps {
  private static final long NEVER = -1;

  private final ChipLinks links;
  private final Counterparts counterparts;
  private final List<Map<Instruction, ChipLinks.Step>> steps;

  /** Exchanges so far, by core of the system. */
  private final long[] done;

  // By core of a chip: the exchanges not all chips have come to yet, rings by their number.
  private final long[] oldest;
  private final long[][] begin;
  private final int[][] missing;

  ExchangeSteps(ChipLinks links, Counterparts counterparts) {
    this.links = links;
    this.counterparts = counterparts;
    int cores = counterparts.coresPerChip();
    done = new long[counterparts.chips() * cores];
    oldest = new long[cores];
    begin = new long[cores][2];
    missing = new int[cores][2];
    for (long[] ring : begin) {
      Arrays.fill(ring, NEVER);
    }
    var shared = new HashMap<List<Integer>, ChipLinks.Step>();
    steps =
        IntStream.range(0, cores)
            .<Map<Instruction, ChipLinks.Step>>mapToObj(core -> steps(core, shared))
            .toList();
  }

  private Map<Instruction, ChipLinks.Step> steps(
      int core, Map<List<Integer>, ChipLinks.Step> shared) {
    Map<Instruction, ChipLinks.Step> map = new IdentityHashMap<>();
    for (Instruction in : counterparts.code(0, core).code()) {
      if (in.op() == Opcode.C_EXCHANGE) {
        int[] peers = counterparts.peers(core, in);
        List<Integer> key = Arrays.stream(peers).boxed().toList();
        map.put(in, shared.computeIfAbsent(key, k -> links.step(peers)));
      }
    }
    return map;
  }

  /** The exchange that an instruction of a chip's core is. */
  ChipLinks.Step step(int core, Instruction exchange) {
    return steps.get(core).get(exchange);
  }

  /**
   * An exchange of all chips at once.
   *
   * @param core of a chip
   * @param bytes that each sends
   * @param t when they meet
   * @return when the last byte is there
   */
  long all(int core, Instruction exchange, long bytes, long t) {
    ChipLinks.Step step = step(core, exchange);
    return links.end(step, bytes, links.begin(step, bytes, t));
  }

  /**
   * One pair's part of an exchange.
   *
   * @param a core of the system
   * @param b its partner
   * @param bytes that each sends
   * @param t when they meet
   * @return when the last byte is there
   */
  long pair(int a, int b, Instruction exchange, long bytes, long t) {
    int core = a % oldest.length;
    ChipLinks.Step step = step(core, exchange);
    long number = done[a]++;
    done[b]++;
    int at = place(core, number);
    long from = t;
    if (begin[core][at] == NEVER) {
      from = links.begin(step, bytes, t);
      begin[core][at] = from;
      missing[core][at] = counterparts.chips() / 2;
    } else if (t > begin[core][at]) {
      links.hold(step, bytes, t);
    } else {
      from = begin[core][at];
    }
    missing[core][at]--;
    retire(core);
    return links.end(step, bytes, from);
  }

  private int place(int core, long number) {
    int length = begin[core].length;
    if (number - oldest[core] >= length) {
      grow(core);
      return place(core, number);
    }
    return (int) (number & length - 1);
  }

  private void grow(int core) {
    int length = begin[core].length;
    long[] times = new long[2 * length];
    int[] left = new int[2 * length];
    Arrays.fill(times, NEVER);
    for (long n = oldest[core]; n < oldest[core] + length; n++) {
      times[(int) (n & 2 * length - 1)] = begin[core][(int) (n & length - 1)];
      left[(int) (n & 2 * length - 1)] = missing[core][(int) (n & length - 1)];
    }
    begin[core] = times;
    missing[core] = left;
  }

  /** Forgets exchanges that all chips have come to. */
  private void retire(int core) {
    int mask = begin[core].length - 1;
    int at = (int) (oldest[core] & mask);
    while (begin[core][at] != NEVER && missing[core][at] == 0) {
      begin[core][at] = NEVER;
      oldest[core]++;
      at = (int) (oldest[core] & mask);
    }
  }

  void snapshot(Snapshot s) {
    for (int core = 0; core < done.length; core++) {
      s.fact(done[core] - oldest[core % oldest.length]);
    }
    for (int core = 0; core < oldest.length; core++) {
      int mask = begin[core].length - 1;
      for (long n = oldest[core]; n <= oldest[core] + mask; n++) {
        int at = (int) (n & mask);
        if (begin[core][at] != NEVER) {
          s.fact(n - oldest[core]);
          s.fact(missing[core][at]);
          s.future(begin[core][at]);
        }
      }
    }
  }

  void shift(long since, long by) {
    for (long[] ring : begin) {
      for (int i = 0; i < ring.length; i++) {
        ring[i] = ring[i] == NEVER ? NEVER : Repeats.moved(ring[i], since, by);
      }
    }
  }
}
