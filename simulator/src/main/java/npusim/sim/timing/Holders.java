package npusim.sim.timing;

import java.util.Arrays;

/** Every place that holds a path record, in an order that depends on the machine's state only. */
final class Holders {
  private static final int ACCEPT = -1;
  private static final int STREAM = -2;
  private static final int LAST = -3;
  private static final int RUN = -4;
  private static final int FLIGHT = -5;
  private static final int SEQUENCER = -6;

  /**
   * What holds the record: an array, a sequencer, a unit, an instruction in a queue or in flight.
   */
  private Object[] owners = new Object[64];

  /** Where in it: an index or one of the constants. */
  private int[] places = new int[64];

  private int count;

  /** Those of a machine. */
  static Holders of(Machine m, DmaEngine dma) {
    var h = new Holders();
    h.fill(m, dma);
    return h;
  }

  /** Forgets those it has and takes those of a machine. */
  void fill(Machine m, DmaEngine dma) {
    count = 0;
    for (SequencerState s : m.sequencer) {
      put(s, SEQUENCER);
    }
    for (UnitState u : m.unit) {
      put(u, ACCEPT);
      put(u, STREAM);
      put(u, LAST);
      for (int i = 0; i < u.queueSize; i++) {
        put(u.waiting(i), RUN);
      }
      for (int i = 0; i < u.flightSize; i++) {
        put(u.flight(i), FLIGHT);
      }
    }
    dma.holders(this);
  }

  void add(int[] array, int index) {
    put(array, index);
  }

  private void put(Object owner, int place) {
    if (count == owners.length) {
      owners = Arrays.copyOf(owners, count * 2);
      places = Arrays.copyOf(places, count * 2);
    }
    owners[count] = owner;
    places[count++] = place;
  }

  int count() {
    return count;
  }

  int get(int holder) {
    Object owner = owners[holder];
    return switch (places[holder]) {
      case ACCEPT -> ((UnitState) owner).acceptPath;
      case STREAM -> ((UnitState) owner).streamPath;
      case LAST -> ((UnitState) owner).lastPath;
      case RUN -> ((UnitState.Waiting) owner).run;
      case FLIGHT -> ((UnitState.Flight) owner).path;
      case SEQUENCER -> ((SequencerState) owner).runPath;
      default -> ((int[]) owner)[places[holder]];
    };
  }

  void set(int holder, int record) {
    Object owner = owners[holder];
    switch (places[holder]) {
      case ACCEPT -> ((UnitState) owner).acceptPath = record;
      case STREAM -> ((UnitState) owner).streamPath = record;
      case LAST -> ((UnitState) owner).lastPath = record;
      case RUN -> ((UnitState.Waiting) owner).run = record;
      case FLIGHT -> ((UnitState.Flight) owner).path = record;
      case SEQUENCER -> ((SequencerState) owner).runPath = record;
      default -> ((int[]) owner)[places[holder]] = record;
    }
  }

  /** If what is held is the start of a sequencer's run, the run begins so much later. */
  void delayRun(int holder, long by) {
    if (places[holder] == SEQUENCER) {
      ((SequencerState) owners[holder]).runStart += by;
    } else if (places[holder] == RUN) {
      ((UnitState.Waiting) owners[holder]).runStart += by;
    }
  }
}
