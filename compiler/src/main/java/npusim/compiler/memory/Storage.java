package npusim.compiler.memory;

import java.util.Arrays;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Area;
import npusim.compiler.codegen.Reg;
import npusim.compiler.codegen.Space;
import npusim.compiler.ir.Tensor;
import npusim.isa.BlockFormat;
import npusim.isa.DType;
import npusim.program.Buffer;

/**
 * Contiguous memory that holds one tensor: in DRAM, or resident in the scratchpad (then replicated
 * at the same address in every core, or divided among the cores). The place is decided by the
 * planner after all storages are known.
 */
public final class Storage {
  private final String name;
  private final DType type;
  private final long[] dims;
  private final long bytes;
  private Buffer.Kind kind;
  private Tensor data;
  private Space space = Space.DRAM;
  private long address = -1;
  private Reg base;
  private int parts = 1;
  private int part;
  private long reach;
  private MemoryMap placer;
  private String bufferName;
  private long block;
  private long blockRows;
  private long pageRows;
  private long[] bufferDims;
  private long[] bufferStrides = {};
  private Storage coded;
  private BlockFormat format;
  private Margins margins;
  private Storage around;
  private Aff shift;

  /**
   * A storage without a place.
   *
   * @param name tensor name
   * @param dims shape, for the memory map
   */
  public Storage(String name, Buffer.Kind kind, DType type, long... dims) {
    this.name = name;
    this.kind = kind;
    this.type = type;
    this.dims = dims.clone();
    long n = 1;
    for (long d : dims) {
      n = Math.multiplyExact(n, d);
    }
    this.bytes = type.bytesFor(n);
    this.bufferName = name;
    this.bufferDims = this.dims;
  }

  /**
   * Weights whose blocks lie compressed in another storage; their element addresses count
   * uncompressed elements.
   *
   * @param dims shape uncompressed, the last one a multiple of the block
   */
  public static Storage compressed(
      String name, DType type, long[] dims, Storage coded, BlockFormat format) {
    Storage s = new Storage(name, coded.kind(), type, dims);
    s.coded = coded;
    s.format = format;
    return s;
  }

  /**
   * The same memory with all addresses moved.
   *
   * @param bytes how far, within the storage whatever the registers in it hold
   */
  public static Storage moved(Storage storage, Aff bytes) {
    Storage s = new Storage(storage.name, storage.kind, storage.type, storage.dims);
    s.around = storage;
    s.shift = bytes;
    return s;
  }

  /** The form of compressed blocks, or null when elements lie there as they are. */
  public BlockFormat format() {
    return format;
  }

  /** Tensor name. */
  public String name() {
    return name;
  }

  /** What it is for. */
  public Buffer.Kind kind() {
    return kind;
  }

  /** Element type. */
  public DType type() {
    return type;
  }

  /** Shape. */
  public long[] dims() {
    return dims.clone();
  }

  /** Size. */
  public long bytes() {
    return bytes;
  }

  /** Constant contents (maybe shape only), or null. */
  public Tensor data() {
    return data;
  }

  /**
   * Weights whose columns (their first dimension) lie in blocks of this many, each block of all
   * rows in one piece; 0 when they don't. Views of them are exact at the first column of a block
   * only.
   */
  public long block() {
    return block;
  }

  /** Says that columns lie in blocks. */
  public Storage inBlocks(long columns) {
    block = columns;
    return this;
  }

  /**
   * Rows of a page of weights in blocks: pages of so many rows lie one block's beside the next
   * one's, then those of the rows that follow, so that cores which each read blocks of their own
   * from the first row on read adjoining memory at the same time. 0 when a block's rows are one
   * piece. Views are exact at the first row of a page only.
   */
  public long pageRows() {
    return pageRows;
  }

  /** Says that blocks lie in pages of so many rows; 0 for all rows. */
  public Storage inPages(long rows) {
    pageRows = rows;
    return this;
  }

  /** Room around the places of the image it holds, or null. */
  public Margins margins() {
    return margins;
  }

  /** Says that there is room around the places of the image it holds. */
  public Storage within(Margins m) {
    margins = m;
    return this;
  }

  /**
   * Rows that tiles of weights in blocks are rounded up to when they are loaded: the storage has
   * room for them. 1 where they aren't rounded.
   */
  public long blockRows() {
    return Math.max(1, blockRows);
  }

  /** Says that blocks are loaded in multiples of so many rows and of whole columns. */
  public Storage inTiles(long rows) {
    blockRows = rows;
    return this;
  }

  /** Gives it constant contents. */
  public Storage withData(Tensor t) {
    data = t;
    return this;
  }

  /** Makes it the buffer of a graph output. */
  public void becomeOutput(String output, long... shape) {
    kind = Buffer.Kind.OUTPUT;
    bufferName = output;
    bufferDims = shape.clone();
  }

  /**
   * Says how the elements that the host sees lie in it.
   *
   * @param v a view of its elements, from its first one on
   */
  public Storage seenAs(View v) {
    bufferDims = v.dims();
    bufferStrides = v.strides();
    return this;
  }

  /** Places it. */
  public void place(Space where, long at) {
    space = where;
    address = at;
  }

  /** Lets the storage be placed in DRAM when its address is first needed. */
  public Storage placedBy(MemoryMap memory) {
    placer = memory;
    return this;
  }

  /**
   * Makes the address relative to a register, for storages of a repeated layer.
   *
   * @param most largest value of the register
   */
  public void relativeTo(Reg register, long most) {
    base = register;
    reach = most;
  }

  /** True when it has a place already, or shares another storage's. */
  public boolean fixed() {
    return coded != null || around != null || address >= 0 || base != null;
  }

  /** Where it is. */
  public Space space() {
    return space;
  }

  /**
   * Divides it along its outermost dimension: every core keeps its own part, all at the same
   * address.
   *
   * @param cores how many, a divisor of {@link #outer}
   */
  public void divide(int cores) {
    parts = cores;
  }

  /** True when every core keeps a part of its own. */
  public boolean divided() {
    return parts > 1 && resident();
  }

  /** Says whose part addresses are for; no matter where it isn't divided. */
  public void of(int core) {
    part = core;
  }

  /** Extent of the outermost dimension in memory that has one. */
  public long outer() {
    for (long d : dims) {
      if (d > 1) {
        return d;
      }
    }
    return 1;
  }

  /** Bytes that one core keeps when it is in the scratchpad. */
  public long held() {
    return bytes / parts;
  }

  /** True when it stays in the scratchpad. */
  public boolean resident() {
    return space == Space.SPM;
  }

  /** True for weights and constants. */
  public boolean constant() {
    return kind == Buffer.Kind.WEIGHT || kind == Buffer.Kind.CONST;
  }

  /** First byte. */
  public long address() {
    return address;
  }

  /** First byte, with the base register if any. */
  public Aff start() {
    if (coded != null) {
      return coded.start();
    }
    if (around != null) {
      return around.start().plus(shift);
    }
    Aff a = Aff.of(divided() ? placed() - part * held() : placed());
    return base == null ? a : a.plus(Aff.of(base));
  }

  private long placed() {
    if (address < 0) {
      if (placer == null) {
        throw new IllegalStateException("no place for " + name + " yet");
      }
      placer.place(this);
    }
    return address;
  }

  /** The memory it takes. */
  public Area area() {
    if (coded != null) {
      return coded.area();
    }
    if (around != null) {
      return around.area();
    }
    if (divided()) {
      return Area.local(space, placed(), held());
    }
    return new Area(space, placed(), address + reach + Math.max(bytes, 1), true, constant());
  }

  /** Its entry in the memory map. */
  public Buffer buffer(int chip) {
    return new Buffer(
        bufferName,
        kind,
        chip,
        address,
        bytes,
        type,
        Arrays.stream(bufferDims).boxed().toList(),
        Arrays.stream(bufferStrides).boxed().toList());
  }

  /** Gives its buffer a name of its own. */
  void renameBuffer(String other) {
    bufferName = other;
  }

  /** Name of its buffer. */
  public String bufferName() {
    return bufferName;
  }

  @Override
  public String toString() {
    return name + "@" + space + ":" + address;
  }
}
