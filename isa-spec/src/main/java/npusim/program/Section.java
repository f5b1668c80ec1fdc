package npusim.program;

import java.util.Optional;

/**
 * Sections of the container, in file order. The names are four ASCII characters in the section
 * table.
 */
enum Section {
  /** Name, hardware, sizes, coverage. */
  META,
  /** Distinct instruction streams. */
  CODE,
  /** Stream and launch registers of every core. */
  CORE,
  /** Labels of every stream. */
  SYMB,
  /** Graph node of every instruction. */
  NMAP,
  /** Launch parameters. */
  PARM,
  /** Memory map: buffers. */
  BUFF,
  /** Graph nodes. */
  NODE,
  /** Contents of constant buffers. */
  DATA;

  static final int TABLE_ENTRY_BYTES = 4 + 8 + 8 + 4;

  static Optional<Section> ofName(String name) {
    for (Section section : values()) {
      if (section.name().equals(name)) {
        return Optional.of(section);
      }
    }
    return Optional.empty();
  }
}
