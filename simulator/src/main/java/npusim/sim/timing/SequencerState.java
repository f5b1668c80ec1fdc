package npusim.sim.timing;

import java.util.Arrays;

/** A core's sequencer: where it is in the core's code, and what it waits for. */
final class SequencerState {
  final int core;
  final Code code;

  /** The core's units by kind; the first is the sequencer. */
  private final UnitState[] units;

  final UnitState self;

  /** The next instruction. */
  int pc;

  /** When it can issue it. */
  long time;

  /** The path to its going on last, and when it did. */
  int runPath = PathPool.NONE;

  long runStart;

  int loopDepth;
  int callDepth;
  boolean halted;

  /** When it had executed its halt. */
  long haltTime;

  /** Whether the semaphores that the next instruction waits for have been taken. */
  boolean waitsTaken;

  /** The instruction whose signals are to be given once it has ended; null for none. */
  Decoded signalling;

  /** The unit whose queue is full, when the sequencer waits for a place in one. */
  UnitState fullOn;

  // The instructions last fetched: from the first to before the last.
  int fetchedFrom;
  int fetchedTo;

  SequencerState(int core, Code code, UnitState... allUnits) {
    this.core = core;
    this.code = code;
    units = Arrays.copyOfRange(allUnits, core * Machine.U, (core + 1) * Machine.U);
    self = units[Machine.SEQ];
  }

  UnitState unit(int kind) {
    return units[kind];
  }

  /** The graph node of the next instruction. */
  int node() {
    return code.ops[pc].node;
  }

  /** The path has begun anew at {@code t}, led to by {@code cause}. */
  void restart(long t, int cause) {
    runPath = cause;
    runStart = t;
    time = t;
  }
}
