package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.List;
import npusim.diag.NpusimException;

/**
 * Memory for kernels' rings and temporaries, handed out around a circle so that a kernel's loads
 * can begin while the kernel before still uses its own part. What overlaps is ordered by the {@link
 * HazardTracker}.
 */
public final class WorkMemory {
  private static final long ALIGN = 64;

  private final Space space;
  private final long first;
  private final long end;
  private long base;
  private long bytes;
  private long next;

  /** Memory of {@code bytes} from {@code base} on. */
  public WorkMemory(Space space, long base, long bytes) {
    this.space = space;
    this.first = aligned(base);
    this.end = this.first + (base + bytes - this.first) / ALIGN * ALIGN;
    this.base = this.first;
    this.bytes = end - this.first;
  }

  /** Size. */
  public long bytes() {
    return bytes;
  }

  /** Leaves the first bytes to other uses from here on. */
  public void reserve(long others) {
    long at = base + next;
    base = first + aligned(others);
    bytes = end - base;
    next = Math.max(0, at - base);
  }

  /** Rounds up to the grain of allocation. */
  public static long aligned(long bytes) {
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
  }

  /** The next piece is taken from where it would be in an equal memory of another core. */
  void align(WorkMemory other) {
    next = other.next;
  }

  /** Starts handing out memory to one kernel. */
  Session open() {
    return new Session();
  }

  /** What one kernel has taken. */
  final class Session {
    private final List<Area> taken = new ArrayList<>();

    /**
     * Pieces of so many bytes follow. When they are most of the memory they begin at its start, so
     * that gaps between them don't keep them from fitting.
     */
    void expect(long wanted) {
      if (2 * wanted > bytes && next + wanted > bytes) {
        next = 0;
      }
    }

    /** Takes a piece that no other piece of this kernel overlaps. */
    Area take(long wanted) {
      long n = Math.max(ALIGN, aligned(wanted));
      if (next + n > bytes) {
        next = 0;
      }
      Area a = fits(next, n);
      for (int i = 0; a == null && i < taken.size(); i++) {
        a = fits(taken.get(i).hi() - base, n);
      }
      if (a == null) {
        a = fits(0, n);
      }
      if (a == null) {
        throw full(n);
      }
      next = a.hi() - base;
      taken.add(a);
      return a;
    }

    private Area fits(long at, long n) {
      if (at + n > bytes) {
        return null;
      }
      Area a = Area.local(space, base + at, n);
      for (Area other : taken) {
        if (a.overlaps(other)) {
          return null;
        }
      }
      return a;
    }

    private NpusimException full(long n) {
      long used = taken.stream().mapToLong(Area::bytes).sum();
      return NpusimException.infeasible(
          "memory-size",
          "needs "
              + (used + n)
              + " bytes of "
              + (space == Space.ACC ? "accumulator memory" : "scratchpad")
              + " at once, the chip has "
              + bytes
              + " for it",
          "use a chip with more on-chip memory, or smaller tiles if --tile forces them");
    }
  }
}
