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

/** The DRAM of one chip: storages are placed one after the other. */
public final class MemoryMap {
  private static final long ALIGN = 256;

  private final long capacity;
  private final List<Storage> storages = new ArrayList<>();
  private long next = ALIGN;
  private final Set<String> names = new HashSet<>();
  private int temps;

  /** An empty memory of {@code capacity} bytes. */
  public MemoryMap(long capacity) {
    this.capacity = capacity;
  }

  /** Places a storage in DRAM. */
  public void place(Storage s) {
    // The body of a repeated layer may use a name that the graph around uses too.
    for (int i = 1; !names.add(s.bufferName()); i++) {
      s.renameBuffer(s.name() + "#" + i);
    }
    s.place(Space.DRAM, next);
    next += (s.bytes() + ALIGN) / ALIGN * ALIGN;
    storages.add(s);
    if (next > capacity) {
      throw NpusimException.infeasible(
          "dram-size",
          "needs more than " + next + " bytes of DRAM, the chip has " + capacity,
          "use a smaller data type (--dtype) or a chip with more memory");
    }
  }

  /** A temporary tensor. */
  public Storage temp(String name, DType type, long... dims) {
    Storage s = new Storage(name + "#" + temps++, Buffer.Kind.ACTIVATION, type, dims);
    place(s);
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

  /** Bytes used. */
  public long bytes() {
    return next;
  }
}
