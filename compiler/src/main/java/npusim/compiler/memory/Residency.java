package npusim.compiler.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import npusim.compiler.codegen.Area;
import npusim.compiler.codegen.Space;
import npusim.compiler.codegen.WorkMemory;
import npusim.hardware.Hardware;
import npusim.program.Buffer;

/**
 * Decides which intermediate tensors stay in the scratchpad between the kernel that makes them and
 * those that read them. Each is live from its first to its last step; those with the fewest
 * byte-steps are placed first, at the lowest address where nothing else lives at the same time. The
 * others go to the SRAM that a chip's cores share, if there is room, by the same rule; what is left
 * goes through DRAM.
 */
public final class Residency {
  private final int cores;
  private final long area;
  private final double memory;
  private final double network;
  private final Map<Storage, Life> lives = new IdentityHashMap<>();
  private final List<Storage> order = new ArrayList<>();
  private final List<Storage> resident = new ArrayList<>();
  private final List<Storage> inSharedSram = new ArrayList<>();
  private final Map<Integer, Integer> division = new HashMap<>();

  /** First and last step, and whether every kernel that touches it can work in place. */
  private static final class Life {
    int first = Integer.MAX_VALUE;
    int last = -1;
    boolean written;
    boolean fit = true;
    boolean divisible = true;
    int loads;
    long address;

    /** By step: the dimension of the step's work that is divided when the tensor is. */
    final Map<Integer, Integer> axes = new HashMap<>();
  }

  /**
   * A plan for one chip.
   *
   * @param cores cores that keep a replica or a part
   */
  public Residency(Hardware hw, int cores) {
    this.cores = cores;
    this.area = area(hw);
    this.memory = 1 / hw.dramBytesPerCycle();
    this.network = (cores - 1) / (cores * hw.noc().bytesPerCycle());
  }

  /** Bytes of a core's scratchpad that tensors may take; small ones need room for rings. */
  public static long area(Hardware hw) {
    long scratchpad = hw.core().scratchpad().bytes();
    return scratchpad <= 64 << 10
        ? scratchpad / 4
        : scratchpad < 1 << 20 ? scratchpad / 2 : scratchpad / 4 * 3;
  }

  /**
   * The largest replica worth its transfer to every core: large ones are where that is faster than
   * to memory and as often back as the tensor is read.
   */
  private long largest(Life l) {
    if (network > 2 * memory && network > (1 + l.loads) * memory) {
      return Math.min(area / 4, 512 << 10);
    }
    return l.loads >= cores ? area : area / 2;
  }

  /**
   * Notes what a step touches.
   *
   * @param v what it reads or writes
   * @param capable whether its kernel can work on a resident tensor there
   * @param axis dimension of its work that it would divide so that each core touches its part of
   *     the tensor only; -1 when it can't
   * @param loads how often it would load the tensor from memory; 0 when it writes it
   */
  public void step(int step, boolean capable, int axis, View v, int loads) {
    Storage s = v.storage();
    Life l = lives.get(s);
    if (l == null) {
      l = new Life();
      lives.put(s, l);
      order.add(s);
    }
    l.first = Math.min(l.first, step);
    l.last = Math.max(l.last, step);
    l.written |= loads == 0;
    l.loads += loads;
    l.fit &= capable;
    l.divisible &= axis >= 0 && l.axes.getOrDefault(step, axis) == axis;
    l.axes.put(step, axis);
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
        new ArrayList<>(order.stream().filter(this::staysWithCores).toList());
    // Large ones first: what a small one needs is less often worth a division of its own.
    candidates.sort(by(s -> -s.bytes()));
    candidates.forEach(this::divide);
    candidates.removeIf(s -> s.held() == s.bytes() && s.bytes() > largest(lives.get(s)));
    // Small and short-lived ones first keep most tensors, large ones first leave fewer gaps.
    Map<Storage, Long> places = packed(candidates, s -> s.held() * steps(s));
    Map<Storage, Long> other = packed(candidates, s -> -s.held());
    places = saved(other) > saved(places) ? other : places;
    long top = 0;
    for (Storage s : candidates) {
      Long at = places.get(s);
      if (at != null) {
        lives.get(s).address = at;
        resident.add(s);
        s.place(Space.SPM, at);
        top = Math.max(top, at + WorkMemory.aligned(s.held()));
      }
    }
    return top;
  }

  /** As Comparator.comparingLong, whose lambda the JVM's start-up cache doesn't take. */
  private static Comparator<Storage> by(ToLongFunction<Storage> key) {
    return (a, b) -> Long.compare(key.applyAsLong(a), key.applyAsLong(b));
  }

  /** Places of those that fit, one after the other in the order of a key. */
  private Map<Storage, Long> packed(List<Storage> candidates, ToLongFunction<Storage> key) {
    Map<Storage, Long> places = new IdentityHashMap<>();
    List<Storage> placed = new ArrayList<>();
    for (Storage s : candidates.stream().sorted(by(key)).toList()) {
      long at = lowest(s, placed, Storage::held, area);
      if (at >= 0) {
        lives.get(s).address = at;
        placed.add(s);
        places.put(s, at);
      }
    }
    return places;
  }

  /** Bytes that don't go through memory. */
  private long saved(Map<Storage, Long> places) {
    return places.keySet().stream().mapToLong(s -> s.bytes() * (1 + lives.get(s).loads)).sum();
  }

  /** Divides a tensor among cores when all steps that touch it can be divided alike. */
  private void divide(Storage s) {
    Life l = lives.get(s);
    boolean even = cores > 1 && s.outer() % cores == 0;
    boolean alike =
        l.axes.entrySet().stream()
            .allMatch(e -> division.getOrDefault(e.getKey(), e.getValue()).equals(e.getValue()));
    if (even && l.divisible && alike) {
      division.putAll(l.axes);
      s.divide(cores);
    }
  }

  /** Tensors that are divided among the cores, once tensors have been placed. */
  public List<Storage> divided() {
    return resident.stream().filter(Storage::divided).toList();
  }

  /** Places in shared SRAM what did not stay in the scratchpads, as far as it fits. */
  public void share(MemoryMap memory) {
    if (memory.sharedBytes() == 0) {
      return;
    }
    List<Storage> candidates = new ArrayList<>(order.stream().filter(this::intermediate).toList());
    candidates.sort(by(s -> s.bytes() * steps(s)));
    for (Storage s : candidates) {
      long at = lowest(s, inSharedSram, Storage::bytes, memory.sharedBytes());
      if (at >= 0) {
        lives.get(s).address = at;
        inSharedSram.add(s);
        memory.placeShared(s, at);
      }
    }
  }

  /** Bytes of shared SRAM from its first on in which tensors live at a step. */
  public long shared(int step) {
    long top = 0;
    for (Storage s : inSharedSram) {
      Life l = lives.get(s);
      if (l.first <= step && step <= l.last) {
        top = Math.max(top, l.address + s.bytes());
      }
    }
    return top;
  }

  /** Steps from the first to the last that touch it. */
  private long steps(Storage s) {
    return 1L + lives.get(s).last - lives.get(s).first;
  }

  /** Scratchpad of one core that is kept at a step, once tensors have been placed. */
  public List<Area> live(int step) {
    List<Area> areas = new ArrayList<>();
    for (Storage s : resident) {
      Life l = lives.get(s);
      if (l.first <= step && step <= l.last) {
        areas.add(Area.local(Space.SPM, l.address, s.held()));
      }
    }
    return areas;
  }

  private boolean staysWithCores(Storage s) {
    return intermediate(s) && lives.get(s).fit && !s.type().isPacked();
  }

  /** Whether a place other than DRAM may be sought for it. */
  private boolean intermediate(Storage s) {
    Life l = lives.get(s);
    return s.kind() == Buffer.Kind.ACTIVATION
        && l.written
        && l.last > l.first
        && s.bytes() > 0
        && !s.fixed();
  }

  /** Lowest address below {@code end} where nothing of {@code placed} lives when it does, or -1. */
  private long lowest(Storage s, List<Storage> placed, ToLongFunction<Storage> bytes, long end) {
    Life l = lives.get(s);
    long size = WorkMemory.aligned(bytes.applyAsLong(s));
    List<Storage> near = new ArrayList<>();
    for (Storage p : placed) {
      Life o = lives.get(p);
      if (o.first <= l.last && l.first <= o.last) {
        near.add(p);
      }
    }
    near.sort(by(p -> lives.get(p).address));
    long at = 0;
    for (Storage p : near) {
      Life o = lives.get(p);
      if (at + size <= o.address) {
        break;
      }
      at = Math.max(at, o.address + WorkMemory.aligned(bytes.applyAsLong(p)));
    }
    return at + size <= end ? at : -1;
  }
}
