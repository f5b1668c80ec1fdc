package npusim.sim.timing;

import java.util.Arrays;
import java.util.stream.IntStream;
import npusim.hardware.Hardware;
import npusim.hardware.Link;

/**
 * Links between chips. Both directions of a link work at once. A transfer takes the shortest way
 * and holds every link on it, in its direction, as long as its bytes take at the link's full rate.
 * Through a switch it holds the sender's link to it and the receiver's from it; both count as one.
 *
 * <p>An exchange that all chips carry out together ({@link Step}) is one: where ways of several
 * pairs share a link they have it in turns, so that all pairs are done when the last byte has
 * crossed the link that has most to carry.
 */
final class ChipLinks {
  private final Link.Topology topology;
  private final int chips;
  private final int side;
  private final double cyclesPerByte;
  private final long latency;

  /**
   * From when on the link from a chip to its neighbour is free, by from · chips + to; with a switch
   * those to it, then those from it.
   */
  private final long[] free;

  /**
   * An exchange between all chips, two and two.
   *
   * @param links places of the links that it uses
   * @param load transfers over each of them
   * @param most transfers over the link that has most
   * @param hops links on the longest way
   * @param crossed links on the ways of all chips together
   */
  record Step(int[] links, int[] load, int most, int hops, int crossed) {}

  ChipLinks(Hardware hw, int chips) {
    var link = hw.system().link();
    topology = link.topology();
    this.chips = chips;
    side = side(chips);
    cyclesPerByte = hw.chip().cyclesPerSecond() / link.bytesPerSecond();
    latency = (long) Math.ceil(link.latencyNs() * hw.chip().clockMhz() / 1000 - 1e-9);
    free = new long[topology == Link.Topology.SWITCH ? 2 * chips : chips * chips];
  }

  /** Links on the way between two chips. */
  int hops(int from, int to) {
    int hops = 0;
    for (int at = from; at != to; at = next(at, to)) {
      hops++;
    }
    return hops;
  }

  /** Sends bytes that are ready at {@code t} on their way; returns when the last one is there. */
  long send(int from, int to, long bytes, long t) {
    long time = time(bytes);
    if (topology == Link.Topology.SWITCH) {
      long both = Math.max(t, Math.max(free[from], free[chips + to]));
      free[from] = both + time;
      free[chips + to] = both + time;
      return both + time + latency;
    }
    long begin = t;
    for (int at = from; at != to; at = next(at, to)) {
      begin = Math.max(begin, free[at * chips + next(at, to)]);
    }
    for (int at = from; at != to; at = next(at, to)) {
      free[at * chips + next(at, to)] = begin + time;
    }
    return begin + time + hops(from, to) * latency;
  }

  /** The exchange in which each chip has a peer that has it as its own. */
  Step step(int... peers) {
    int[] load = new int[free.length];
    int hops = 0;
    int crossed = 0;
    for (int chip = 0; chip < chips; chip++) {
      int way = hops(chip, peers[chip]);
      hops = Math.max(hops, way);
      crossed += way;
      if (topology == Link.Topology.SWITCH) {
        load[chip]++;
        load[chips + peers[chip]]++;
        continue;
      }
      for (int at = chip; at != peers[chip]; at = next(at, peers[chip])) {
        load[at * chips + next(at, peers[chip])]++;
      }
    }
    int[] links = IntStream.range(0, load.length).filter(l -> load[l] > 0).toArray();
    int[] loads = Arrays.stream(links).map(l -> load[l]).toArray();
    return new Step(links, loads, Arrays.stream(loads).max().orElse(0), hops, crossed);
  }

  /**
   * Begins an exchange of all chips that is ready at {@code t}.
   *
   * @param bytes that each chip sends
   * @return when the links it needs are all free for it
   */
  long begin(Step step, long bytes, long t) {
    long begin = t;
    for (int link : step.links) {
      begin = Math.max(begin, free[link]);
    }
    hold(step, bytes, begin);
    return begin;
  }

  /** Keeps the links of an exchange for it from {@code begin} on at the earliest. */
  void hold(Step step, long bytes, long begin) {
    long time = time(bytes);
    for (int i = 0; i < step.links.length; i++) {
      free[step.links[i]] = Math.max(free[step.links[i]], begin + time * step.load[i]);
    }
  }

  /** When the last byte of an exchange that begins at {@code begin} is there. */
  long end(Step step, long bytes, long begin) {
    return begin + time(bytes) * step.most + step.hops * latency;
  }

  private long time(long bytes) {
    return (long) Math.ceil(bytes * cyclesPerByte - 1e-9);
  }

  void snapshot(Snapshot s) {
    for (long f : free) {
      s.future(f);
    }
  }

  void shift(long since, long by) {
    for (int i = 0; i < free.length; i++) {
      free[i] = Repeats.moved(free[i], since, by);
    }
  }

  /** Chips in a row of the full grid that is nearest to a square. */
  private static int side(int n) {
    int side = Math.max(1, (int) Math.ceil(Math.sqrt(n) - 1e-9));
    while (n % side != 0) {
      side++;
    }
    return side;
  }

  /** The next chip on the shortest way; dimension order on meshes. */
  private int next(int at, int to) {
    return switch (topology) {
      case FULL, SWITCH -> to;
      case RING ->
          Math.floorMod(to - at, chips) * 2 <= chips
              ? (at + 1) % chips
              : Math.floorMod(at - 1, chips);
      case MESH2D ->
          at % side != to % side
              ? at + Integer.signum(to % side - at % side)
              : at + side * Integer.signum(to / side - at / side);
      case TORUS2D -> torus(at, to);
    };
  }

  private int torus(int at, int to) {
    int rows = chips / side;
    if (at % side != to % side) {
      int forward = Math.floorMod(to % side - at % side, side);
      int column = Math.floorMod(at % side + (forward * 2 <= side ? 1 : -1), side);
      return at / side * side + column;
    }
    int forward = Math.floorMod(to / side - at / side, rows);
    int row = Math.floorMod(at / side + (forward * 2 <= rows ? 1 : -1), rows);
    return row * side + at % side;
  }
}
