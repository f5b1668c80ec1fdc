package npusim.compiler.tiling;

import java.util.Set;
import java.util.TreeSet;
import npusim.compiler.codegen.Staging;
import npusim.compiler.tiling.Sharing.Parts;
import npusim.hardware.Hardware;

/**
 * Search of tile extents, loop order and division among cores for a matrix product. The cost of a
 * candidate is the longest of what the array, the load queues, the network and the chip's DRAM
 * need, plus what can't overlap: the first loads and the last tile's result.
 *
 * <p>Cores that divide the columns need the same rows of A, those that divide the rows the same
 * columns of W. A candidate may have them load these tiles together, each an equal part which they
 * send one another or put into shared SRAM for all.
 */
public final class MatmulTiling {
  /** Columns that cores divide are multiples of this. */
  public static final long GRAIN = 16;

  /** Slots of a ring. */
  public static final int SLOTS = 2;

  private static final int MOST_SLOTS = 4;

  /** Pieces in which a tile of results leaves the accumulators, and rows of one, if not all. */
  private static final int MOST_PIECES = 16;

  private static final long FEWEST_ROWS = 16;

  /**
   * Ways in which cores that need the same tiles load them: each all of them, or parts that they
   * send one another, or parts that they stage in shared SRAM.
   */
  private static final int WAYS = 3;

  private static final int STAGED = 2;

  /** Costs that differ by less are the same. */
  private static final double ALIKE = 1.001;

  private final Hardware hw;
  private final MatmulProblem p;
  private final MatmulCost costs;

  private MatmulTiling(Hardware hw, MatmulProblem p) {
    this.hw = hw;
    this.p = p;
    this.costs = new MatmulCost(hw, p);
  }

  /** The cheapest tiling, or null when not even the smallest tile fits. */
  public static MatmulTiles search(Hardware hw, MatmulProblem p) {
    return new MatmulTiling(hw, p).search();
  }

  private MatmulTiles search() {
    int results = hw.core().accumulator().resultTiles();
    MatmulTiles best = null;
    double cost = Double.POSITIVE_INFINITY;
    long[] depths = array(depths());
    for (int pb = 1; pb <= p.cores(); pb++) {
      if (p.cores() % pb != 0) {
        continue;
      }
      for (int pm = 1; pm <= p.cores() / pb; pm++) {
        if (p.cores() / pb % pm != 0) {
          continue;
        }
        int pn = p.cores() / pb / pm;
        if (p.divided() >= 0 && (p.divided() == 0 ? pb : pm) != p.cores()) {
          continue;
        }
        if (pb > p.batch() && pb > 1 || pm > p.m() && pm > 1 || pn > p.n() && pn > 1) {
          continue;
        }
        long b = Math.ceilDiv(p.batch(), pb);
        long m = Math.ceilDiv(p.m(), pm);
        long n = grain(p.n(), pn, p.grain());
        Parts ms = Parts.of(p.m(), 1, pm);
        Parts ns = Parts.of(p.n(), pn == 1 ? p.n() : p.grain(), pn);
        long[] rows = array(candidates(m, 1));
        for (long tn : array(columns(n, pn))) {
          for (long tm : rows) {
            boolean one = b == 1 && tm >= m && tn >= n;
            if (tm * tn * 4 * (one ? 1 : results) > p.acc()) {
              continue;
            }
            for (long tk : depths) {
              int pieces = pieces(tm, tn, tk, ms, one || results > 1);
              if (pieces == 0 || !whole(tk)) {
                continue;
              }
              if (costs.atLeast(tm, tn, tk, pieces, b, m, n) > cost * ALIKE) {
                continue;
              }
              int aDim = pn == 1 || !p.aShares() ? MatmulTiles.ALONE : aDim(tm, tn, tk, pn, ms, ns);
              int wDim = pm == 1 || !p.wShares() ? MatmulTiles.ALONE : wDim(tm, tn, tk, pm, ms, ns);
              int slots = slots(tm, tn, tk, pieces);
              // Sums of several tiles, or one tile of rows or columns: the order is all the same.
              boolean ordered = tk >= p.k() && tm < m && tn < n;
              for (int o = 0; o < 2 * WAYS * WAYS; o += ordered ? 1 : 2) {
                int aWay = o / 2 % WAYS;
                int wWay = o / 2 / WAYS;
                if (!possible(aWay, aDim, p.aNear()) || !possible(wWay, wDim, false)) {
                  continue;
                }
                int ad = aWay > 0 ? aDim : MatmulTiles.ALONE;
                int wd = wWay > 0 ? wDim : MatmulTiles.ALONE;
                boolean as = aWay == STAGED;
                boolean ws = wWay == STAGED;
                int s = ad < 0 && wd < 0 ? SLOTS : slots;
                boolean outer = o % 2 == 0;
                MatmulTiles t =
                    new MatmulTiles(tm, tn, tk, outer, pb, pm, pn, ad, wd, as, ws, s, pieces);
                if (t.isStaged()) {
                  t = staged(t);
                  if (t == null) {
                    continue;
                  }
                }
                double c = costs.of(t, b, m, n);
                if (c < cost / ALIKE || c <= cost * ALIKE && leavesMoreRoom(t, best)) {
                  cost = Math.min(cost, c);
                  best = t;
                }
              }
            }
          }
        }
      }
    }
    if (best == null && p.cores() > 1 && p.divided() < 0) {
      return search(hw, p.onOneCore());
    }
    return best;
  }

  /** Whether tiles are smaller than others of the same division among cores. */
  private static boolean leavesMoreRoom(MatmulTiles t, MatmulTiles than) {
    return t.pb() == than.pb()
        && t.pm() == than.pm()
        && t.m() * t.n() * t.k() < than.m() * than.n() * than.k();
  }

  private boolean possible(int way, int dim, boolean near) {
    return way == 0 || dim >= 0 && (way != STAGED || p.staging() > 0 && !near);
  }

  /** A choice with as many slots as the memories hold, or null when they don't hold enough. */
  private MatmulTiles staged(MatmulTiles t) {
    if (t.stagedA(p) + t.stagedW(p) > p.staging()) {
      return null;
    }
    for (int s = t.slots(); s >= SLOTS; s--) {
      if (bytes(t, s) <= p.spm()) {
        return t.withSlots(s);
      }
    }
    return null;
  }

  /** Scratchpad bytes of a choice with so many slots per operand's ring. */
  private long bytes(MatmulTiles t, int slots) {
    long parts = 0;
    if (t.aStaged()) {
      parts += Staging.PARTS * (p.a().bytesFor(t.m() * t.k()) / t.aGroup() + t.m() + t.k() + 64);
    }
    if (t.wStaged()) {
      parts += Staging.PARTS * (p.w().bytesFor(t.k() * t.n()) / t.wGroup() + t.k() + t.n() + 64);
    }
    return bytes(t.m(), t.n(), t.k(), slots, t.pieces()) + parts;
  }

  /**
   * The dimension along which {@code cores} divide tiles of A: the outer one in memory, so that
   * parts are of whole rows, if all tiles have the extent for it; {@link MatmulTiles#ALONE} when
   * none has, or when the cores don't go through the same tiles.
   */
  private int aDim(long tm, long tn, long tk, int cores, Parts ms, Parts ns) {
    if (!ms.alike(tm) || !ns.alike(tn)) {
      return MatmulTiles.ALONE;
    }
    boolean rows = ms.divides(tm, cores);
    boolean sums = new Parts(p.k(), p.k()).divides(tk, cores);
    return p.aTurned() ? sums ? 1 : rows ? 0 : -1 : rows ? 0 : sums ? 1 : -1;
  }

  /** The same for W. */
  private int wDim(long tm, long tn, long tk, int cores, Parts ms, Parts ns) {
    if (!ms.alike(tm) || !ns.alike(tn)) {
      return MatmulTiles.ALONE;
    }
    // Where arrays lie in tiles nobody loads a part of one.
    boolean cuts = p.wPage() == 0 || hw.dram().arrayTile().rows() == 1;
    boolean parts = cuts || tk % (p.wPage() * cores) == 0;
    boolean sums = parts && new Parts(p.k(), p.k()).divides(tk, cores);
    // Blocks of columns stay whole.
    boolean columns = p.wBlock() == 0 && ns.divides(tn, cores);
    return p.wTurned() ? columns ? 1 : sums ? 0 : -1 : sums ? 0 : columns ? 1 : -1;
  }

  /** Scratchpad bytes that a choice takes, at most. */
  public static long scratchpadBytes(Hardware hw, MatmulProblem p, MatmulTiles t) {
    return new MatmulTiling(hw, p).bytes(t, t.slots());
  }

  /** Whether a choice with other tiles can be shared as it says. */
  public static boolean shares(Hardware hw, MatmulProblem p, MatmulTiles t) {
    MatmulTiling m = new MatmulTiling(hw, p);
    Parts ms = Parts.of(p.m(), 1, t.pm());
    Parts ns = Parts.of(p.n(), t.pn() == 1 ? p.n() : p.grain(), t.pn());
    return m.bytes(t, t.slots()) <= p.spm()
        && inPieces(t.m(), t.pieces(), ms)
        && t.stagedA(p) + t.stagedW(p) <= p.staging()
        && (t.aDim() < 0 || m.aDim(t.m(), t.n(), t.k(), t.pn(), ms, ns) == t.aDim())
        && (t.wDim() < 0 || m.wDim(t.m(), t.n(), t.k(), t.pm(), ms, ns) == t.wDim());
  }

  /** Extents of tiles along the columns, of which a core has {@code n} at most. */
  private Set<Long> columns(long n, int cores) {
    if (p.wBlock() == 0) {
      return candidates(n, hw.core().matrix().cols());
    }
    Set<Long> c = new TreeSet<>();
    long blocks = p.n() / p.wBlock();
    long most = Math.ceilDiv(blocks, (long) cores);
    for (long count = 1; count <= most; count++) {
      if (blocks % cores == 0 ? most % count == 0 : count == 1 || count == most) {
        c.add(count * p.wBlock());
      }
    }
    return c;
  }

  private boolean whole(long tk) {
    long grain = Math.max(p.kGrain(), p.wPage());
    return grain == 1 || tk % grain == 0 && p.k() % tk == 0;
  }

  private static long grain(long n, int parts, long grain) {
    return parts == 1 ? n : Math.min(n, Math.ceilDiv(Math.ceilDiv(n, grain), parts) * grain);
  }

  /** Slots of operands that cores load together: more where there is room. */
  private int slots(long tm, long tn, long tk, int pieces) {
    int s = MOST_SLOTS;
    while (s > SLOTS && bytes(tm, tn, tk, s, pieces) > p.spm()) {
      s--;
    }
    return s;
  }

  /**
   * The fewest pieces of results with which tiles fit the scratchpad; 0 when none are enough.
   *
   * @param behind whether the array needn't wait for a tile of results to leave
   */
  private int pieces(long tm, long tn, long tk, Parts rows, boolean behind) {
    int most = behind ? MOST_PIECES : 1;
    for (int pieces = 1; pieces <= most; pieces *= 2) {
      if (bytes(tm, tn, tk, SLOTS, pieces) <= p.spm()) {
        return inPieces(tm, pieces, rows) ? pieces : 0;
      }
      if (p.outBits() + p.extraBits() == 0) {
        return 0;
      }
    }
    return 0;
  }

  /** Whether all tiles of a core's rows, the last one too, have as many pieces. */
  private static boolean inPieces(long tm, int pieces, Parts rows) {
    long whole = (pieces - 1) * Math.ceilDiv(tm, (long) pieces);
    return pieces == 1
        || tm >= pieces * FEWEST_ROWS
            && last(rows.min(), tm) > whole
            && last(rows.max(), tm) > whole;
  }

  private static long last(long total, long tile) {
    return total - (Math.ceilDiv(total, tile) - 1) * tile;
  }

  /** Scratchpad bytes of a tile with so many slots per operand's ring. */
  private long bytes(long tm, long tn, long tk, int slots, int pieces) {
    long a = p.aResident() ? 0 : slots * (p.a().bytesFor(tm * tk) + 64);
    long w = p.wResident() ? 0 : slots * (p.w().bytesFor(tk * tn) + 64);
    if (p.widens()) {
      w += 2 * (p.a().bytesFor(tk * tn) + 64) + (long) (2 * tk * tn * p.scaleBits() / 8) + 256;
    }
    long rows = Math.ceilDiv(tm, (long) pieces);
    return a + w + rows * tn * (2L * p.outBits() + p.extraBits()) / 8 + 1024;
  }

  private static long[] array(Set<Long> extents) {
    long[] all = new long[extents.size()];
    int at = all.length;
    for (long e : extents) {
      all[--at] = e;
    }
    return all;
  }

  private Set<Long> depths() {
    Set<Long> c = candidates(p.k(), hw.core().matrix().rows());
    long grain = Math.max(p.kGrain(), p.wPage());
    for (long t = grain; grain > 1 && t < p.k(); t *= 2) {
      c.add(t);
    }
    return c;
  }

  /** The dimension itself, halves, and multiples of the array's extent. */
  private static Set<Long> candidates(long total, long unit) {
    Set<Long> c = new TreeSet<>();
    c.add(total);
    for (long parts = 2; parts <= 256 && parts <= total; parts *= 2) {
      long t = Math.ceilDiv(total, parts);
      c.add(Math.min(total, Math.ceilDiv(t, unit) * unit));
    }
    for (long t = unit; t < total && t <= unit * 64; t *= 2) {
      c.add(t);
    }
    c.add(Math.min(total, unit));
    for (long t = 1; t <= 16 && t < total; t *= 4) {
      c.add(t);
    }
    return c;
  }
}
