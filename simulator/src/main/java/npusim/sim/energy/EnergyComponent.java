package npusim.sim.energy;

/** Parts of a chip that energy is accounted to. */
public enum EnergyComponent {
  /** Multiply-accumulates, array slots without a useful operand included. */
  MATRIX("matrix"),
  /** Vector element operations. */
  VECTOR("vector"),
  /** Scratchpad accesses; static: all SRAM. */
  SCRATCHPAD("scratchpad"),
  /** Accumulator memory accesses. */
  ACCUMULATOR("accumulator"),
  /** Accesses to the SRAM that a chip's cores share. */
  SHARED_SRAM("shared SRAM"),
  /** Bytes and hops on the network on chip. */
  NOC("NoC"),
  /** DRAM accesses and row activations; static: standby and refresh. */
  DRAM("DRAM"),
  /** Chip-to-chip links. */
  LINK("links"),
  /** Instruction fetch and issue; static: the cores' leakage and clocks. */
  CORE("cores"),
  /** Static only: controllers, PHYs, board. */
  OTHER("other");

  private final String label;

  EnergyComponent(String label) {
    this.label = label;
  }

  /** Name for people. */
  public String label() {
    return label;
  }
}
