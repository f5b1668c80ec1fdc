package npusim.compiler.tiling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import npusim.compiler.tiling.Sharing.Parts;
import npusim.hardware.Hardware;

/**
 * Search of tile extents, loop order and division among cores for a convolution on the matrix unit;
 * {@link ConvCost} says what a candidate costs.
 */
public final class ConvTiling {
  private static final int GRAIN = 16;

  /** Slots of a ring. */
  private static final int SLOTS = 2;

  private static final int MOST_SLOTS = 4;

  private final Hardware hw;
  private final ConvProblem p;
  private final ConvCost cost;
  private final long taps;
  private final long grain;

  private ConvTiling(Hardware hw, ConvProblem p) {
    this.hw = hw;
    this.p = p;
    this.grain = p.block() > 0 ? p.block() : GRAIN;
    this.cost = new ConvCost(hw, p);
    this.taps = p.taps();
  }

  /** The cheapest tiling, or null when not even the smallest tile fits. */
  public static ConvTiles search(Hardware hw, ConvProblem p) {
    return new ConvTiling(hw, p).search();
  }

  private ConvTiles search() {
    ConvTiles best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int[] cut : divisions()) {
      Share s = share(cut);
      Set<Long> ocs =
          p.block() > 0 ? blocks(cut[2]) : candidates(s.oc(), hw.core().matrix().cols());
      int rows = hw.core().matrix().rows();
      // Where every tap is a product of its own, its channels fill the rows.
      long deep = hw.core().matrix().tapsTogether() ? Math.max(1, rows / taps) : rows;
      Set<Long> ics = candidates(p.ic(), deep);
      for (long parts = 2; p.shares() && p.ic() % parts == 0 && parts <= 8; parts *= 2) {
        // Tiles that cores divide are all alike.
        ics.add(p.ic() / parts);
      }
      for (Patch patch : patches(s)) {
        for (long toc : ocs) {
          if (patch.rows() * toc * 8 > p.acc()) {
            continue;
          }
          for (long tic : ics) {
            if (bytes(patch, toc, tic, SLOTS) > p.spm()) {
              continue;
            }
            for (int o = 0; o < 4; o++) {
              boolean outer = (o & 1) == 0;
              int dim = o < 2 ? ConvTiles.ALONE : dim(patch, toc, tic, cut, outer);
              int slots = dim == ConvTiles.ALONE ? SLOTS : slots(patch, toc, tic);
              if (o >= 2 && (dim == ConvTiles.ALONE || slots < SLOTS)) {
                continue;
              }
              ConvTiles t =
                  new ConvTiles(
                      patch.images(),
                      patch.spatial(),
                      toc,
                      tic,
                      outer,
                      cut[0],
                      cut[1],
                      cut[2],
                      cut[3],
                      grain,
                      dim,
                      slots);
              double c = cost.of(t, s) * (t.isShared() ? Sharing.DOUBT : 1);
              if (c < least * 0.999) {
                least = c;
                best = t;
              }
            }
          }
        }
      }
    }
    return best;
  }

  /**
   * The dimension of the weights along which cores that have the same channels divide tiles of
   * them: input channels, or else the window; {@link ConvTiles#ALONE} when tiles are too small, or
   * when the cores don't go through the same tiles.
   */
  private int dim(Patch patch, long toc, long tic, int[] cut, boolean ocOuter) {
    int group = cut[0] * cut[3];
    if (!p.shares() || group == 1) {
      return ConvTiles.ALONE;
    }
    boolean once = ocOuter && tic >= p.ic();
    boolean alike =
        Parts.of(p.batch(), 1, cut[0]).alike(once ? p.batch() : patch.images())
            && Parts.of(p.out()[0], 1, cut[3]).alike(once ? p.out()[0] : patch.spatial()[0]);
    Parts ocs = Parts.of(p.oc(), cut[2] == 1 ? p.oc() : grain, cut[2]);
    boolean known = ocs.max() <= toc || ocs.min() == ocs.max() && ocs.max() % toc == 0;
    if (!alike || !known) {
      return ConvTiles.ALONE;
    }
    if (new Parts(p.ic(), p.ic()).divides(tic, group)) {
      return 2;
    }
    return tic >= p.ic() && p.kernel()[0] >= group ? 3 : ConvTiles.ALONE;
  }

  /** Slots of weights that cores load together: more where there is room; 0 when there is none. */
  private int slots(Patch patch, long toc, long tic) {
    int s = MOST_SLOTS;
    while (s > 0 && bytes(patch, toc, tic, s) > p.spm()) {
      s--;
    }
    return s;
  }

  /** What the busiest core has to do. */
  record Share(long images, long groups, long oc, long[] out) {}

  private Share share(int[] cut) {
    long oc =
        cut[2] == 1
            ? p.oc()
            : Math.min(p.oc(), Math.ceilDiv(Math.ceilDiv(p.oc(), grain), cut[2]) * grain);
    long[] out = p.out().clone();
    out[0] = Math.ceilDiv(out[0], cut[3]);
    return new Share(Math.ceilDiv(p.batch(), cut[0]), Math.ceilDiv(p.groups(), cut[1]), oc, out);
  }

  /** Ways to divide the cores: batch, groups, channels, first spatial dimension. */
  private List<int[]> divisions() {
    List<int[]> all = new ArrayList<>();
    int n = p.cores();
    if (p.byImage()) {
      return List.of(new int[] {n, 1, 1, 1});
    }
    for (int b = 1; b <= n; b++) {
      for (int g = 1; b * g <= n; g++) {
        for (int o = 1; b * g * o <= n; o++) {
          int s = n / (b * g * o);
          if (b * g * o * s == n
              && (b == 1 || b <= p.batch())
              && (g == 1 || g <= p.groups())
              && (o == 1 || o <= Math.ceilDiv(p.oc(), grain))
              && (s == 1 || s <= p.out()[0])) {
            all.add(new int[] {b, g, o, s});
          }
        }
      }
    }
    if (all.isEmpty()) {
      all.add(new int[] {1, 1, 1, (int) Math.min(n, p.out()[0])});
    }
    return all;
  }

  /** Images and places computed at once. */
  private record Patch(long images, long[] spatial, long rows) {
    Patch(long images, long[] spatial) {
      this(images, spatial, images * Arrays.stream(spatial).reduce(1, Math::multiplyExact));
    }
  }

  /**
   * Several whole images, one, then parts of the outermost dimension down to 1, then of the next.
   */
  private List<Patch> patches(Share s) {
    List<Patch> all = new ArrayList<>();
    long[] t = s.out().clone();
    // An instruction has three dimensions of rows.
    for (long n = s.images(); n > 1 && t.length < 3; n = Math.ceilDiv(n, 2)) {
      all.add(new Patch(n, t.clone()));
    }
    all.add(new Patch(1, t.clone()));
    for (int d = 0; d < t.length; d++) {
      long whole = t[d];
      for (long parts = 2; t[d] > 1; parts = parts < 8 ? parts + 1 : parts * 2) {
        long next = Math.max(1, Math.ceilDiv(whole, parts));
        if (next != t[d]) {
          t[d] = next;
          all.add(new Patch(1, t.clone()));
        }
      }
    }
    return all;
  }

  private long bytes(Patch t, long toc, long tic, int slots) {
    long deep = p.byChannel() ? toc : tic;
    long x = p.xInPlace() ? 0 : 2 * (p.x().bytesFor(t.images() * p.span(t.spatial()) * deep) + 64);
    long w = slots * (p.w().bytesFor(toc * tic * taps) + 64);
    long ring = p.outResident() ? 0 : 2L * p.outBits();
    return x + w + t.rows() * toc * (ring + p.extraBits()) / 8 + 2048;
  }

  /** Numbers of blocks that divide every core's evenly, in columns. */
  private Set<Long> blocks(int parts) {
    Set<Long> c = new TreeSet<>();
    long blocks = p.oc() / p.block();
    long each = blocks % parts == 0 ? blocks / parts : 1;
    for (long n = 1; n <= each; n++) {
      if (each % n == 0) {
        c.add(n * p.block());
      }
    }
    return c;
  }

  private static Set<Long> candidates(long total, long unit) {
    Set<Long> c = new TreeSet<>();
    c.add(total);
    c.add(Math.min(total, unit));
    for (long parts = 2; parts <= 64 && parts <= total; parts *= 2) {
      c.add(Math.min(total, Math.ceilDiv(Math.ceilDiv(total, parts), unit) * unit));
    }
    c.add(Math.min(total, 4));
    c.add(1L);
    return c;
  }
}
