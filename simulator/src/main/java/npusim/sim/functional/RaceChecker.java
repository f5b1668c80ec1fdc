package npusim.sim.functional;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import npusim.isa.Instruction;
import npusim.isa.Unit;
import npusim.isa.Word;

/**
 * Finds accesses of two units to the same byte, one of them a write, that no chain of semaphores
 * orders. Every unit has a vector clock; a wait takes over the clocks of the signals it consumes,
 * oldest first. Source of the method: L. Lamport, "Time, clocks, and the ordering of events in a
 * distributed system" (1978); C. Fidge and F. Mattern's vector clocks (1988).
 *
 * <p>One run in program order is enough to find a race under any schedule, as far as the data lets
 * the same instructions run. When two units signal one semaphore and waits take only part of it, an
 * order is assumed that need not hold; such a race can stay undetected.
 */
final class RaceChecker implements Ordering {
  private record Given(int[] clock, int count) {}

  private final int unitsPerCore;
  private final int lanes;
  private final int[][] clocks;
  private final List<Deque<Given>> semaphores = new ArrayList<>();
  private int[] unitOf = new int[1024];
  private int[] timeOf = new int[1024];
  private int[] indexOf = new int[1024];
  private int events;
  private int lane;

  /**
   * @param cores cores of the system
   * @param loadQueues load queues of a core
   */
  RaceChecker(int cores, int loadQueues) {
    unitsPerCore = Unit.values().length - 1 + loadQueues;
    lanes = cores * unitsPerCore;
    clocks = new int[lanes][lanes];
    for (int i = 0; i < cores * (Word.MAX_SEMAPHORE + 1); i++) {
      semaphores.add(new ArrayDeque<>());
    }
  }

  /**
   * Number of the unit that executes an instruction within its core: SEQ, ST, MAT, VEC, COM, then
   * the load queues.
   */
  static int unitNumber(Instruction i) {
    Unit unit = i.unit();
    if (unit == Unit.LD) {
      return Unit.values().length - 1 + i.queue();
    }
    return unit == Unit.SEQ ? 0 : unit.ordinal() - 1;
  }

  private Deque<Given> semaphore(int core, int number) {
    return semaphores.get(core * (Word.MAX_SEMAPHORE + 1) + number);
  }

  private static void join(int[] into, int[] from) {
    for (int i = 0; i < into.length; i++) {
      into[i] = Math.max(into[i], from[i]);
    }
  }

  @Override
  public void begin(int core, int unit, int index, Instruction instruction) {
    lane = core * unitsPerCore + unit;
    int[] clock = clocks[lane];
    // Dispatched by the sequencer, after what the sequencer itself has waited for.
    join(clock, clocks[core * unitsPerCore]);
    for (int slot = 0; slot < Word.WAIT_SLOTS; slot++) {
      if (instruction.waitSem(slot) != 0) {
        take(clock, semaphore(core, instruction.waitSem(slot)), instruction.waitCount(slot));
      }
    }
    clock[lane]++;
    events++;
    if (events == unitOf.length) {
      unitOf = Arrays.copyOf(unitOf, 2 * events);
      timeOf = Arrays.copyOf(timeOf, 2 * events);
      indexOf = Arrays.copyOf(indexOf, 2 * events);
    }
    unitOf[events] = lane;
    timeOf[events] = clock[lane];
    indexOf[events] = index;
  }

  private static void take(int[] clock, Deque<Given> given, int count) {
    int left = count;
    while (left > 0) {
      Given g = given.remove();
      join(clock, g.clock());
      if (g.count() > left) {
        given.addFirst(new Given(g.clock(), g.count() - left));
      }
      left -= Math.min(left, g.count());
    }
  }

  @Override
  public void end(int core, int unit, Instruction instruction) {
    int[] clock = clocks[core * unitsPerCore + unit];
    for (int slot = 0; slot < Word.SIGNAL_SLOTS; slot++) {
      if (instruction.signalSem(slot) != 0) {
        semaphore(core, instruction.signalSem(slot))
            .add(new Given(clock.clone(), instruction.signalCount(slot)));
      }
    }
  }

  @Override
  public void signal(int from, int to, int semaphore, int count) {
    semaphore(to, semaphore).add(new Given(clocks[communication(from)].clone(), count));
  }

  private int communication(int core) {
    return core * unitsPerCore + Unit.COM.ordinal() - 1;
  }

  @Override
  public void meet(int[] cores) {
    int[] all = new int[lanes];
    for (int c : cores) {
      join(all, clocks[communication(c)]);
    }
    for (int c : cores) {
      join(clocks[communication(c)], all);
    }
  }

  /**
   * An observer of one memory.
   *
   * @param memory name for messages
   * @param origin address of its first byte, for messages
   */
  AccessObserver observer(String memory, long origin) {
    return new Shadow(memory, origin);
  }

  private Fault race(String memory, long at, boolean write, int other, boolean otherWrote) {
    int core = unitOf[other] / unitsPerCore;
    return Fault.program(
        "exec-race",
        String.format(
            Locale.ROOT,
            "%s byte 0x%x of the %s, which instruction %d of core %d %s, and no semaphore orders"
                + " the two",
            write ? "writes" : "reads",
            at,
            memory,
            indexOf[other],
            core,
            otherWrote ? "writes" : "reads"));
  }

  private boolean unordered(int event) {
    return timeOf[event] > clocks[lane][unitOf[event]];
  }

  /**
   * Last accesses of every byte of a memory, in pages made when touched; the numbers are events.
   */
  private final class Shadow implements AccessObserver {
    private static final int BITS = 12;
    private static final int SIZE = 1 << BITS;

    private final String memory;
    private final long origin;
    private int[][] writers = new int[0][];
    private int[][][] readers = new int[0][][];

    Shadow(String memory, long origin) {
      this.memory = memory;
      this.origin = origin;
    }

    private void reach(int page) {
      if (page >= writers.length) {
        int n = Math.max(page + 1, 2 * writers.length);
        writers = Arrays.copyOf(writers, n);
        readers = Arrays.copyOf(readers, n);
      }
      if (writers[page] == null) {
        writers[page] = new int[SIZE];
        readers[page] = new int[lanes][];
      }
    }

    @Override
    public void read(long from, long to) {
      int ordered = 0;
      for (long p = from; p < to; p++) {
        int page = (int) (p >>> BITS);
        int at = (int) p & (SIZE - 1);
        reach(page);
        int w = writers[page][at];
        if (w != ordered) {
          if (unordered(w)) {
            throw race(memory, origin + p, false, w, true);
          }
          ordered = w;
        }
        if (readers[page][lane] == null) {
          readers[page][lane] = new int[SIZE];
        }
        readers[page][lane][at] = events;
      }
    }

    @Override
    public void write(long from, long to) {
      int ordered = 0;
      for (long p = from; p < to; p++) {
        int page = (int) (p >>> BITS);
        int at = (int) p & (SIZE - 1);
        reach(page);
        int w = writers[page][at];
        if (w != ordered) {
          if (unordered(w)) {
            throw race(memory, origin + p, true, w, true);
          }
          ordered = w;
        }
        for (int[] r : readers[page]) {
          if (r != null && r[at] != 0) {
            if (unordered(r[at])) {
              throw race(memory, origin + p, true, r[at], false);
            }
            r[at] = 0;
          }
        }
        writers[page][at] = events;
      }
    }
  }
}
