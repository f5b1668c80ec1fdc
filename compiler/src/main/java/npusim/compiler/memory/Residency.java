package npusim.compiler.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.codegen.Area;
import npusim.compiler.codegen.Space;
import npusim.compiler.codegen.WorkMemory;
import npusim.hardware.Hardware;
import npusim.program.Buffer;

/**
 * Decides which intermediate tensors stay in the scratchpad between the kernel that makes them and
 * those that read them. Each is live from its first to its last step; those with the fewest
 * byte-steps are placed first, at the lowest address where nothing else lives at the same time. The
 * others go through DRAM.
 */
public final class Residency {
  private final long area;
  private final long largest;
  private final Map<Storage, Life> lives = new IdentityHashMap<>();
  private final List<Storage> order = new ArrayList<>();
  private final List<Storage> resident = new ArrayList<>();

  /** First and last step, and whether every kernel that touches it can work in place. */
  private static final class Life {
    int first = Integer.MAX_VALUE;
    int last = -1;
    boolean written;
    boolean fit = true;
    long address;
  }

  /**
   * A plan for one chip.
   *
   * @param cores cores that keep a replica
   */
  public Residency(Hardware hw, int cores) {
    // Rings need room on small chips.
    long scratchpad = hw.core().scratchpad().bytes();
    this.area = scratchpad <= 64 << 10 ? scratchpad / 4 : scratchpad / 2;
    // Replicas cost a transfer to every core, worth it for large tensors where that is faster than
    // to memory and back.
    double memory = 2 / hw.dramBytesPerCycle();
    double network = (cores - 1) / (cores * hw.noc().bytesPerCycle());
    this.largest = network <= memory ? area / 2 : Math.min(area / 4, 512 << 10);
  }

  /**
   * Notes what a step touches.
   *
   * @param capable whether its kernel can work on resident tensors
   */
  public void step(int step, boolean capable, List<View> reads, List<View> writes) {
    reads.forEach(v -> touch(step, capable, v, false));
    writes.forEach(v -> touch(step, capable, v, true));
  }

  private void touch(int step, boolean capable, View v, boolean write) {
    if (v == null) {
      return;
    }
    Storage s = v.storage();
    Life l = lives.get(s);
    if (l == null) {
      l = new Life();
      lives.put(s, l);
      order.add(s);
    }
    l.first = Math.min(l.first, step);
    l.last = Math.max(l.last, step);
    l.written |= write;
    l.fit &= capable;
  }

  /** Steps [from, to] repeat: what lives when they begin is needed until they end. */
  public void repeat(int from, int to) {
    for (Life l : lives.values()) {
      if (l.first < from && l.last >= from) {
        l.last = Math.max(l.last, to);
      }
    }
  }

  /**
   * Places what stays.
   *
   * @return bytes of scratchpad taken
   */
  public long place() {
    List<Storage> candidates =
        new ArrayList<>(order.stream().filter(s -> candidate(s, lives.get(s))).toList());
    candidates.sort(
        Comparator.comparingLong(s -> s.bytes() * (1 + lives.get(s).last - lives.get(s).first)));
    long top = 0;
    for (Storage s : candidates) {
      long at = lowest(s, resident);
      if (at >= 0) {
        lives.get(s).address = at;
        resident.add(s);
        s.place(Space.SPM, at);
        top = Math.max(top, at + WorkMemory.aligned(s.bytes()));
      }
    }
    return top;
  }

  /** Scratchpad of one core that is kept at a step, once tensors have been placed. */
  public List<Area> live(int step) {
    List<Area> areas = new ArrayList<>();
    for (Storage s : resident) {
      Life l = lives.get(s);
      if (l.first <= step && step <= l.last) {
        areas.add(Area.local(Space.SPM, l.address, s.bytes()));
      }
    }
    return areas;
  }

  private boolean candidate(Storage s, Life l) {
    return s.kind() == Buffer.Kind.ACTIVATION
        && l.fit
        && l.written
        && l.last > l.first
        && s.bytes() > 0
        && s.bytes() <= largest
        && !s.type().isPacked()
        && !s.fixed();
  }

  private long lowest(Storage s, List<Storage> placed) {
    Life l = lives.get(s);
    long size = WorkMemory.aligned(s.bytes());
    List<Storage> near = new ArrayList<>();
    for (Storage p : placed) {
      Life o = lives.get(p);
      if (o.first <= l.last && l.first <= o.last) {
        near.add(p);
      }
    }
    near.sort(Comparator.comparingLong(p -> lives.get(p).address));
    long at = 0;
    for (Storage p : near) {
      Life o = lives.get(p);
      if (at + size <= o.address) {
        break;
      }
      at = Math.max(at, o.address + WorkMemory.aligned(p.bytes()));
    }
    return at + size <= area ? at : -1;
  }
}
