package npusim.compiler.codegen;

/** Byte offset of the present slot of a ring: 0, size, 2*size, … and around again. */
public final class Cursor extends Sym {
  private final int slots;
  private final long slotBytes;

  /** A cursor at slot 0. */
  public Cursor(String name, int slots, long slotBytes) {
    super(name);
    this.slots = slots;
    this.slotBytes = slotBytes;
  }

  /** Slots of the ring. */
  public int slots() {
    return slots;
  }

  /** Bytes from slot to slot. */
  public long slotBytes() {
    return slotBytes;
  }
}
