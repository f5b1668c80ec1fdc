package npusim.compiler.memory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import npusim.compiler.codegen.Space;
import npusim.compiler.ir.Tensor;
import npusim.diag.NpusimException;
import npusim.isa.DType;
import npusim.program.Buffer;

/**
 * The off-core memory of one chip: storages are placed in DRAM one after the other. Addresses below
 * the DRAM's first are those of the shared SRAM, if the chip has one.
 */
public final class MemoryMap {
  private static final long ALIGN = 256;

  private final long first;
  private final long capacity;
  private final List<Storage> storages = new ArrayList<>();
  private long next;
  private final Set<String> names = new HashSet<>();
  private int temps;
  private long sharedNext;

  /**
   * An empty memory.
   *
   * @param first address of the DRAM's first byte
   * @param capacity bytes of DRAM
   */
  public MemoryMap(long first, long capacity) {
    this.first = first;
    this.capacity = capacity;
    next = first + ALIGN;
  }

  /** Places a storage in DRAM. */
  public void place(Storage s) {
    enter(s, next);
    next += (s.bytes() + ALIGN) / ALIGN * ALIGN;
    if (next - first > capacity) {
      throw NpusimException.infeasible(
          "dram-size",
          "needs more than " + (next - first) + " bytes of DRAM, the chip has " + capacity,
          "use a smaller data type (--dtype) or a chip with more memory");
    }
  }

  /** Bytes of shared SRAM. */
  long sharedBytes() {
    return first;
  }

  /** Places a storage in the shared SRAM; others may lie there at other times. */
  void placeShared(Storage s, long address) {
    enter(s, address);
  }

  /**
   * The temporaries of the steps so far are needed no more; what reuses their memory waits.
   *
   * @param kept bytes of shared SRAM from its first on that the next step leaves alone
   */
  public void forgetTemps(long kept) {
    sharedNext = (kept + ALIGN - 1) / ALIGN * ALIGN;
  }

  /** Bytes of shared SRAM that the present step may still take. */
  public long sharedFree() {
    return Math.max(0, first - sharedNext);
  }

  private void enter(Storage s, long address) {
    // The body of a repeated layer may use a name that the graph around uses too.
    for (int i = 1; !names.add(s.bufferName()); i++) {
      s.renameBuffer(s.name() + "#" + i);
    }
    s.place(Space.DRAM, address);
    storages.add(s);
  }

  /** A temporary tensor of one step: in the shared SRAM where it fits beside what stays there. */
  public Storage temp(String name, DType type, long... dims) {
    Storage s = new Storage(name + "#" + temps++, Buffer.Kind.ACTIVATION, type, dims);
    if (sharedNext + s.bytes() <= first) {
      enter(s, sharedNext);
      sharedNext += (s.bytes() + ALIGN) / ALIGN * ALIGN;
    } else {
      place(s);
    }
    return s;
  }

  /** The count of a bounded dimension, readable after the run. */
  public Storage count(String dimension) {
    Storage s = new Storage(dimension, Buffer.Kind.OUTPUT, DType.I64, 1);
    place(s);
    return s;
  }

  /** A constant of the compiler's own. */
  public Storage constant(String name, Tensor t) {
    Storage s = new Storage(name + "#" + temps++, Buffer.Kind.CONST, t.dtype(), t.dims());
    s.withData(t);
    place(s);
    return s;
  }

  /** Everything placed so far. */
  public List<Storage> storages() {
    return storages;
  }

  /** Addresses used, from 0 on. */
  public long bytes() {
    return next;
  }
}
