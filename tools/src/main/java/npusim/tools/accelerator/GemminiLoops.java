package npusim.tools.accelerator;

import java.util.ArrayList;
import java.util.List;
import npusim.hardware.Hardware;
import npusim.program.Program;

/**
 * Products as Gemmini's loop unroller runs them: a loop per tile, two at a time, each in its half
 * of scratchpad and accumulators. Loads, products and stores of a loop go on without each other and
 * wait where the reservation station finds that they touch the same rows. A loop begins when the
 * last command of the one before the one before it has entered the reservation station, which takes
 * as many commands of a kind as {@code core.sequencer.queue_depths} says and keeps them until they
 * are complete.
 *
 * @param hw the accelerator
 * @param m rows
 * @param n columns
 * @param k contraction
 * @param tm rows of a tile
 * @param tn columns of a tile
 * @param tk contraction of a tile
 * @param transfers whether operands come from memory and results go there
 */
record GemminiLoops(
    Hardware hw, long m, long n, long k, long tm, long tn, long tk, boolean transfers) {
  /** Commands that set up a loop. */
  private static final int SETUP = 6;

  private static final int AT_ONCE = 2;

  Program program() {
    var tiles = tiles(GemminiIsa.of(hw));
    var p = new TokenProgram();
    List<TokenProgram.Op> computes = new ArrayList<>();
    List<TokenProgram.Op> stores = new ArrayList<>();
    List<GemminiTile> stored = new ArrayList<>();
    for (int t = 0; t < tiles.size(); t++) {
      Loop loop = tiles.get(t);
      Loop before = t >= AT_ONCE ? tiles.get(t - AT_ONCE) : null;
      setUp(p, before, computes, stores);
      if (transfers) {
        load(p, loop.tile, before);
      }
      GemminiTile reader =
          transfers && stored.size() >= AT_ONCE ? stored.get(stored.size() - AT_ONCE) : null;
      loop.tile.emitProducts(p, !loop.first, reader, List.of());
      for (int b = 0; b < loop.tile.blocks(); b++) {
        computes.add(loop.tile.compute(b));
      }
      if (loop.last) {
        if (transfers) {
          loop.tile.emitStores(p, !loop.first || loop.tile.depth > 1);
          for (int s = 0; s < loop.tile.storeCount(); s++) {
            stores.add(loop.tile.store(s));
          }
        }
        stored.add(loop.tile);
      }
      loop.done(computes.size(), stores.size());
    }
    return p.build("loops", hw.name());
  }

  /** A loop and how many products and stores there are when its commands are out. */
  private static final class Loop {
    private final GemminiTile tile;
    private final boolean first;
    private final boolean last;
    private int computes;
    private int stores;

    private Loop(GemminiTile tile, boolean first, boolean last) {
      this.tile = tile;
      this.first = first;
      this.last = last;
    }

    private void done(int allComputes, int allStores) {
      computes = allComputes;
      stores = allStores;
    }
  }

  private List<Loop> tiles(GemminiIsa isa) {
    long half = hw.core().scratchpad().bytes() / AT_ONCE;
    long accHalf = hw.core().accumulator().bytes() / AT_ONCE;
    var tiles = new ArrayList<Loop>();
    int outputs = 0;
    for (long i = 0; i < m; i += tm) {
      for (long j = 0; j < n; j += tn) {
        for (long l = 0; l < k; l += tk) {
          long start = tiles.size() % AT_ONCE * half;
          var tile =
              new GemminiTile(
                  isa,
                  Math.min(tm, m - i),
                  Math.min(tn, n - j),
                  Math.min(tk, k - l),
                  start,
                  start + half,
                  outputs % AT_ONCE * accHalf,
                  (outputs % AT_ONCE + 1) * accHalf);
          tiles.add(new Loop(tile, l == 0, l + tk >= k));
        }
        outputs++;
      }
    }
    return tiles;
  }

  /** The commands of a loop are taken up when those of the one before the one before are out. */
  private void setUp(
      TokenProgram p, Loop before, List<TokenProgram.Op> computes, List<TokenProgram.Op> stores) {
    var out = new ArrayList<TokenProgram.Op>();
    if (before != null) {
      at(out, computes, before.computes - 1 - GemminiIsa.blocksHeld(hw));
      if (before.last) {
        at(out, stores, before.stores - 1 - hw.core().sequencer().queueDepths().dmaOut());
      }
    }
    var unroller = hw.core().sequencer().unroller();
    p.add(TokenProgram.idle(), out);
    if (!out.isEmpty()) {
      idle(p, unroller.handOverCycles());
    }
    for (int i = 0; i < SETUP; i++) {
      p.add(GemminiIsa.configure());
    }
    idle(p, unroller.startCycles() - 1);
  }

  private static void idle(TokenProgram p, int cycles) {
    for (int i = 0; i < cycles; i++) {
      p.add(TokenProgram.idle());
    }
  }

  private static void load(TokenProgram p, GemminiTile tile, Loop before) {
    for (var piece : tile.interleaved()) {
      var after = new ArrayList<TokenProgram.Op>();
      if (before != null) {
        for (var old : before.tile.pieces) {
          if (old.overlaps(piece)) {
            after.add(before.tile.lastUse(old));
          }
        }
      }
      tile.loaded(piece, p.add(tile.mvin(piece, true), after));
    }
  }

  private static void at(List<TokenProgram.Op> to, List<TokenProgram.Op> ops, int index) {
    if (index >= 0 && index < ops.size()) {
      to.add(ops.get(index));
    }
  }
}
