package npusim.verify;

/** One use of memory by one executed instruction. */
final class Access {
  final int core;
  final int lane;
  final long event;
  final int instruction;
  final boolean write;
  final Footprint footprint;

  /** Set once a later access stands for this one in every future comparison. */
  boolean superseded;

  /** Number of the last query that looked at it, so that one query looks once. */
  long seen;

  Access(int core, int lane, long event, int instruction, boolean write, Footprint footprint) {
    this.core = core;
    this.lane = lane;
    this.event = event;
    this.instruction = instruction;
    this.write = write;
    this.footprint = footprint;
  }
}
