package npusim.sim.functional;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import npusim.isa.Field;
import npusim.isa.Opcode;
import npusim.sim.functional.LocalOperand.Fields;

/**
 * Where cores meet: barriers, signals, and transfers over links. An instruction is started by its
 * core and may complete at once or when another core arrives.
 */
final class Fabric {
  private record Key(int from, int to, long tag) {}

  private record Region(Core core, LocalOperand operand, long[] extents, long bytes) {}

  /** One core's side of an exchange. */
  private record Exchange(Region sent, Region received) {}

  private final Core[] cores;
  private final boolean[] waiting;
  private final long[] barrierMask;
  private final Map<Key, Deque<Region>> sends = new HashMap<>();
  private final Map<Key, Deque<Region>> receives = new HashMap<>();
  private final Map<Key, Exchange> exchanges = new HashMap<>();
  private final int coresPerChip;
  private final Ordering ordering;

  Fabric(Core[] cores, int coresPerChip, Ordering ordering) {
    this.ordering = ordering;
    this.cores = cores;
    this.coresPerChip = coresPerChip;
    this.waiting = new boolean[cores.length];
    this.barrierMask = new long[cores.length];
  }

  /** Starts a communication instruction of a core that has none under way. */
  void start(Core core, Args args) {
    waiting[core.index()] = true;
    switch (args.instruction().op()) {
      case C_BARRIER -> barrier(core, args.get(Field.CORES));
      case C_SIGNAL -> signal(core, args);
      case C_SEND -> send(core, args);
      case C_RECV -> receive(core, args);
      case C_EXCHANGE -> exchange(core, args);
      default -> throw new IllegalStateException("not a communication: " + args.instruction().op());
    }
  }

  /** True when the instruction a core has started is complete. */
  boolean isComplete(Core core) {
    return !waiting[core.index()];
  }

  private void barrier(Core core, long mask) {
    long own = 1L << core.indexInChip();
    if ((mask & own) == 0) {
      throw Fault.program(
          "exec-barrier",
          String.format(
              Locale.ROOT,
              "barrier of cores 0x%x without core %d itself",
              mask,
              core.indexInChip()));
    }
    int first = core.chip() * coresPerChip;
    barrierMask[core.index()] = mask;
    for (int c = 0; c < 64; c++) {
      if ((mask >>> c & 1) != 0) {
        int i = core.peer(c).index();
        if (barrierMask[i] != mask) {
          return;
        }
      }
    }
    ordering.meet(
        IntStream.range(0, coresPerChip)
            .filter(c -> (mask >>> c & 1) != 0)
            .map(c -> first + c)
            .toArray());
    for (int c = 0; c < coresPerChip; c++) {
      if ((mask >>> c & 1) != 0) {
        barrierMask[first + c] = 0;
        waiting[first + c] = false;
      }
    }
  }

  private void signal(Core core, Args args) {
    long mask = args.get(Field.CORES);
    int semaphore = (int) args.constant(Field.SEM);
    int amount = (int) args.constant(Field.AMOUNT);
    for (int c = 0; c < 64; c++) {
      if ((mask >>> c & 1) != 0) {
        core.peer(c).semaphores[semaphore] += amount;
        ordering.signal(core.index(), core.peer(c).index(), semaphore, amount);
      }
    }
    waiting[core.index()] = false;
  }

  private int peer(Core core, Args args) {
    long peer = args.get(Field.PEER);
    if (peer < 0 || peer >= cores.length || peer == core.index()) {
      throw Fault.program(
          "exec-core", "peer core " + peer + " is not another core of 0.." + (cores.length - 1));
    }
    return (int) peer;
  }

  private void send(Core core, Args args) {
    Key key = new Key(core.index(), peer(core, args), args.get(Field.TAG));
    meet(key, read(core, args), sends, receives, true);
  }

  private void receive(Core core, Args args) {
    Key key = new Key(peer(core, args), core.index(), args.get(Field.TAG));
    meet(key, written(core, args), receives, sends, false);
  }

  /** Both sides read what they send before either writes what it receives. */
  private void exchange(Core core, Args args) {
    int peer = peer(core, args);
    long tag = args.get(Field.TAG);
    var mine = new Exchange(read(core, args), written(core, args));
    Exchange other = exchanges.remove(new Key(peer, core.index(), tag));
    if (other == null) {
      exchanges.put(new Key(core.index(), peer, tag), mine);
      return;
    }
    requireSameLength(core.index(), peer, tag, mine.sent(), other.received());
    requireSameLength(peer, core.index(), tag, other.sent(), mine.received());
    byte[] there = message(mine.sent());
    byte[] back = message(other.sent());
    deliver(there, other.received());
    deliver(back, mine.received());
    complete(core, other.sent().core());
  }

  private static Region read(Core core, Args args) {
    long[] d = args.extents();
    LocalOperand a =
        Nest.isEmpty(d)
            ? LocalOperand.indexed(core, args, Fields.A)
            : LocalOperand.read(core, args, Fields.A, d);
    return region(core, a, d);
  }

  private static Region written(Core core, Args args) {
    long[] d = args.extents();
    LocalOperand dst =
        Nest.isEmpty(d)
            ? LocalOperand.indexed(core, args, Fields.DST)
            : LocalOperand.write(core, args, Fields.DST, d);
    return region(core, dst, d);
  }

  private static Region region(Core core, LocalOperand operand, long[] d) {
    long elements = Nest.isEmpty(d) ? 0 : d[0] * d[1] * d[2] * d[3];
    return new Region(core, operand, d, operand.type().bytesFor(elements));
  }

  private void meet(
      Key key,
      Region mine,
      Map<Key, Deque<Region>> own,
      Map<Key, Deque<Region>> others,
      boolean sending) {
    Deque<Region> queue = others.getOrDefault(key, new ArrayDeque<>());
    Region other = queue.poll();
    if (other == null) {
      own.computeIfAbsent(key, k -> new ArrayDeque<>()).add(mine);
      return;
    }
    Region from = sending ? mine : other;
    Region to = sending ? other : mine;
    requireSameLength(key.from(), key.to(), key.tag(), from, to);
    deliver(message(from), to);
    complete(mine.core(), other.core());
  }

  private static void requireSameLength(
      int sender, int receiver, long tag, Region from, Region to) {
    if (from.bytes() != to.bytes()) {
      throw Fault.program(
          "exec-link",
          "core "
              + sender
              + " sends "
              + from.bytes()
              + " bytes with tag "
              + tag
              + ", core "
              + receiver
              + " expects "
              + to.bytes());
    }
  }

  private static byte[] message(Region from) {
    byte[] message = new byte[Math.toIntExact(from.bytes())];
    if (message.length > 0) {
      ElementCopy.pack(from.operand(), from.extents(), message);
    }
    return message;
  }

  private static void deliver(byte[] message, Region to) {
    if (message.length > 0) {
      ElementCopy.unpack(message, to.operand(), to.extents());
    }
  }

  private void complete(Core one, Core other) {
    ordering.meet(new int[] {one.index(), other.index()});
    waiting[one.index()] = false;
    waiting[other.index()] = false;
  }

  /** What a core's started instruction waits for, for messages. */
  String waitingFor(Core core, Args args) {
    return switch (args.instruction().op()) {
      case C_BARRIER -> {
        var missing = new StringBuilder();
        long mask = args.get(Field.CORES);
        for (int c = 0; c < coresPerChip; c++) {
          if ((mask >>> c & 1) != 0 && barrierMask[core.peer(c).index()] != mask) {
            missing.append(missing.isEmpty() ? "" : ", ").append(c);
          }
        }
        yield "core " + missing + " to arrive at the barrier";
      }
      case C_SEND -> "core " + args.get(Field.PEER) + " to receive tag " + args.get(Field.TAG);
      case C_RECV -> "core " + args.get(Field.PEER) + " to send tag " + args.get(Field.TAG);
      case C_EXCHANGE -> "core " + args.get(Field.PEER) + " to exchange tag " + args.get(Field.TAG);
      default -> "nothing";
    };
  }

  /** True for instructions that this class executes. */
  static boolean handles(Opcode op) {
    return switch (op) {
      case C_BARRIER, C_SIGNAL, C_SEND, C_RECV, C_EXCHANGE -> true;
      default -> false;
    };
  }
}
