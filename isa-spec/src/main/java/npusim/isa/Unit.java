package npusim.isa;

import java.util.Locale;

/**
 * The units of a core. Each executes its instructions in order and is asynchronous to the others.
 */
public enum Unit {
  /** Sequencer: scalar and control instructions; dispatches the others. */
  SEQ,
  /** Load queues of the DMA engine: DRAM or another core to local memory. */
  LD,
  /** Store queue of the DMA engine: local memory to DRAM or other cores. */
  ST,
  /** Matrix unit. */
  MAT,
  /** Vector unit. */
  VEC,
  /** Communication unit: barriers, remote signals, chip-to-chip transfers. */
  COM;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** Name in assembly, such as {@code vec}. */
  public String label() {
    return label;
  }
}
