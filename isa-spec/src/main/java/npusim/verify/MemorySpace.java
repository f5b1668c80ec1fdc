package npusim.verify;

import java.util.ArrayList;
import java.util.List;

/** One memory: its size, what is written, which accesses are open, which parts are constant. */
final class MemorySpace {
  private final String name;
  private final long bytes;
  private final AccessIndex accesses;
  private final WrittenBytes written = new WrittenBytes();
  private final List<Footprint> constants = new ArrayList<>();

  /**
   * @param from first byte that is written during the run
   * @param to byte after the last of those
   * @param floor what the lanes that may use it are ordered behind
   */
  MemorySpace(String name, long bytes, long from, long to, AccessIndex.Floor floor) {
    this.name = name;
    this.bytes = bytes;
    this.accesses = new AccessIndex(from, to, floor);
  }

  String name() {
    return name;
  }

  long bytes() {
    return bytes;
  }

  AccessIndex accesses() {
    return accesses;
  }

  /** Contents that are there from the start. */
  void initialise(long from, long to, boolean constant) {
    written.mark(from, to);
    if (constant) {
      constants.add(Footprint.dense(from * 8, to * 8));
    }
  }

  /** Sorts and merges the constant parts; call once after the last {@link #initialise}. */
  void seal() {
    constants.sort((a, b) -> Long.compare(a.from(), b.from()));
    for (int i = constants.size() - 1; i > 0; i--) {
      Footprint before = constants.get(i - 1);
      if (before.to() >= constants.get(i).from()) {
        Footprint both =
            Footprint.dense(before.from(), Math.max(before.to(), constants.remove(i).to()));
        constants.set(i - 1, both);
      }
    }
  }

  /** True when the footprint lies in a constant part. */
  boolean isConstant(Footprint f) {
    return constants.stream().anyMatch(c -> c.covers(f));
  }

  /** True when the footprint touches a constant part. */
  boolean touchesConstant(Footprint f) {
    return constants.stream().anyMatch(c -> c.overlaps(f));
  }

  void markWritten(Footprint f) {
    f.anyRun(
        (from, to) -> {
          written.mark(from >> 3, (to + 7) >> 3);
          return false;
        });
  }

  /** First byte of the footprint that was never written, -1 when all were. */
  long firstUnwritten(Footprint f) {
    if (f.runs() > Footprint.MAX_RUNS) {
      return -1;
    }
    long[] missing = {-1};
    f.anyRun(
        (from, to) -> {
          missing[0] = written.firstUnwritten(from >> 3, (to + 7) >> 3);
          return missing[0] >= 0;
        });
    return missing[0];
  }
}
