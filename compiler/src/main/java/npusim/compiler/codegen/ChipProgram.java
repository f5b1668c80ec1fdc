package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import npusim.compiler.memory.Storage;
import npusim.isa.Field;
import npusim.isa.Opcode;

/**
 * Code of all cores of a chip. A kernel is launched on every core, each doing its part; where a
 * core touches what another one has touched since the last barrier, a barrier is put in between.
 * Where kernels are programs by themselves all cores meet before each.
 */
public final class ChipProgram {
  private final List<CoreProgram> cores;
  private final List<Touch> touched = new ArrayList<>();
  private final Map<Object, Object> found = new HashMap<>();
  private final Map<Integer, Long> scratchpad = new HashMap<>();
  private List<Area> resident = List.of();
  private boolean remoteUsed;
  private List<Storage> divided = List.of();
  private long reserved;
  private long live;
  private Peers peers = new Peers(1, 1);
  private final boolean oneByOne;
  private boolean started;

  private record Touch(int core, Area area, boolean write) {
    boolean conflicts(Touch o) {
      if (!write && !o.write || !area.overlaps(o.area)) {
        return false;
      }
      if (area.shared() && o.area.shared()) {
        // What is replicated is written by one core into the memory of all.
        return core != o.core || area.space() == Space.SPM;
      }
      // A core's part of a divided tensor is its own until others write replicas there.
      return area.shared() && write || o.area.shared() && o.write;
    }
  }

  /** What a kernel does on one core. */
  @FunctionalInterface
  public interface Body {
    /**
     * Records the core's part.
     *
     * @param part number of the core
     * @param parts number of cores
     */
    void emit(Emitter e, int part, int parts);
  }

  /**
   * A chip without code.
   *
   * @param oneByOne whether each kernel starts when the one before has ended on all cores
   */
  public ChipProgram(List<CoreProgram> cores, boolean oneByOne) {
    this.cores = List.copyOf(cores);
    this.oneByOne = oneByOne;
  }

  /** What runs the same program on other chips. */
  public Peers peers() {
    return peers;
  }

  /** Has other chips run the same program. */
  public void runWith(Peers others) {
    peers = others;
  }

  /** The cores. */
  public List<CoreProgram> cores() {
    return cores;
  }

  /** Keeps the first bytes of every scratchpad for resident tensors; before the first kernel. */
  public void reserveScratchpad(long bytes) {
    reserved = bytes;
    live = bytes;
    cores.forEach(c -> c.spm().reserve(bytes));
  }

  /** Scratchpad of a core that a kernel of its own may take now. */
  public long scratchpadBytes() {
    return cores.getFirst().spmBytes() + reserved - live;
  }

  /** From here on these areas of every scratchpad are in use, whatever kernels touch. */
  public void resident(List<Area> areas) {
    resident = List.copyOf(areas);
    live = areas.stream().mapToLong(Area::hi).max().orElse(0);
  }

  /** Most scratchpad of one core in use while a node's kernels run, in bytes. */
  public long scratchpadBytes(int node) {
    return scratchpad.getOrDefault(node, 0L);
  }

  /** Storages of which every core keeps a part; before the first kernel. */
  public void divide(List<Storage> storages) {
    divided = List.copyOf(storages);
  }

  private void occupy(int node, Emitter e) {
    Set<Area> areas = new HashSet<>(resident);
    for (Op op : e.ops()) {
      addScratchpad(op.reads(), areas);
      addScratchpad(op.writes(), areas);
    }
    scratchpad.merge(node, union(areas), Math::max);
  }

  private static void addScratchpad(List<Area> from, Set<Area> to) {
    for (Area a : from) {
      if (a.space() == Space.SPM) {
        to.add(a);
      }
    }
  }

  /** Bytes in any of the areas. */
  private static long union(Set<Area> areas) {
    List<Area> sorted = new ArrayList<>(areas);
    sorted.sort((a, b) -> Long.compare(a.lo(), b.lo()));
    long bytes = 0;
    long end = 0;
    for (Area a : sorted) {
      bytes += Math.max(0, a.hi() - Math.max(a.lo(), end));
      end = Math.max(end, a.hi());
    }
    return bytes;
  }

  /**
   * As {@link #launch}, for a kernel whose cores write each other's scratchpads: what all of them
   * take lies at the same place in each.
   */
  public void launchTogether(int node, Body body) {
    cores.forEach(c -> c.together(cores.getFirst()));
    launchInRoom(node, body, true);
  }

  /** Records a kernel on every core and appends it. */
  public void launch(int node, Body body) {
    cores.forEach(CoreProgram::alone);
    launchInRoom(node, body, false);
  }

  /** Where no tensor lives now there is room for kernels. */
  private void launchInRoom(int node, Body body, boolean together) {
    cores.forEach(c -> c.spm().reserve(live));
    launch(node, body, together);
    cores.forEach(c -> c.spm().reserve(reserved));
  }

  private void launch(int node, Body body, boolean together) {
    List<Emitter> emitters = new ArrayList<>();
    Set<Touch> mine = new LinkedHashSet<>();
    for (CoreProgram c : cores) {
      Emitter e = c.begin();
      divided.forEach(s -> s.of(c.index()));
      body.emit(e, c.index(), cores.size());
      emitters.add(e);
      occupy(node, e);
      for (Op op : e.ops()) {
        for (Area a : op.reads()) {
          if (met(a) && !a.readOnly()) {
            mine.add(new Touch(c.index(), a, false));
          }
        }
        for (Area a : op.writes()) {
          if (met(a)) {
            mine.add(new Touch(c.index(), a, true));
          }
        }
      }
    }
    if (emitters.stream().allMatch(e -> e.ops().isEmpty())) {
      return;
    }
    // A signal must not come to a core that still uses the semaphore for an earlier kernel.
    boolean early = together && remoteUsed;
    if (oneByOne && started) {
      start(node);
    } else if (cores.size() > 1 && (early || conflict(mine))) {
      barrier(node, early);
    }
    started = true;
    remoteUsed |= emitters.stream().anyMatch(Emitter::usesRemoteSemaphores);
    touched.addAll(mine);
    for (int i = 0; i < cores.size(); i++) {
      cores.get(i).append(emitters.get(i), node);
    }
  }

  /** True for memory that other cores may touch: shared, or where resident tensors are. */
  private boolean met(Area a) {
    return a.shared() || a.space() == Space.SPM && a.lo() < reserved;
  }

  /**
   * What is launched from here to {@link #endRepeat} runs {@code count} times.
   *
   * @param steps registers that are 0 in the first run, and what each gains from run to run
   */
  public void beginRepeat(long count, Map<Reg, Long> steps) {
    meet();
    started = true;
    cores.forEach(c -> c.beginRepeat(count, steps));
  }

  /** Ends what {@link #beginRepeat} began. */
  public void endRepeat() {
    meet();
    cores.forEach(c -> c.endRepeat(!oneByOne));
  }

  private void meet() {
    if (cores.size() > 1 && (remoteUsed || !touched.isEmpty())) {
      barrier(-1, remoteUsed);
    }
  }

  private boolean conflict(Set<Touch> mine) {
    for (Touch t : touched) {
      for (Touch m : mine) {
        if (t.conflicts(m)) {
          return true;
        }
      }
    }
    return false;
  }

  /** The result of a search that depends on its key alone, made once. */
  @SuppressWarnings("unchecked")
  public <T> T once(Object key, Supplier<T> search) {
    return (T) found.computeIfAbsent(key, k -> search.get());
  }

  /**
   * All cores go on once all have got here.
   *
   * @param semaphores whether they are done with the semaphores that others may signal, too
   */
  private void barrier(int node, boolean semaphores) {
    Set<Area> read = new LinkedHashSet<>();
    Set<Area> written = new LinkedHashSet<>();
    touched.forEach(t -> (t.write() ? written : read).add(t.area()));
    for (CoreProgram c : cores) {
      Emitter e = c.begin();
      Op op = meeting();
      read.forEach(op::reads);
      written.forEach(op::writes);
      if (semaphores) {
        op.writes(CoreProgram.remoteSemaphores());
      }
      e.emit(op);
      c.append(e, node);
    }
    touched.clear();
    remoteUsed &= !semaphores;
  }

  /** The next kernel's program is started when all cores are done with everything. */
  private void start(int node) {
    cores.forEach(c -> c.startKernel(meeting().set(Field.KERNEL, 1), node));
    touched.clear();
    remoteUsed = false;
  }

  private Op meeting() {
    long mask = cores.size() == 64 ? -1 : (1L << cores.size()) - 1;
    return new Op(Opcode.C_BARRIER, Lane.COM).set(Field.CORES, mask);
  }
}
