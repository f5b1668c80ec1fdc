package npusim.tools.cli;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import npusim.program.CoreCode;
import npusim.program.Program;
import npusim.tools.report.Quantity;

/** A program in one line. */
final class ProgramSummary {
  private ProgramSummary() {}

  /** Cores, instructions stored (code that cores share is counted once) and DRAM. */
  static String of(Program p) {
    Set<CoreCode> streams = Collections.newSetFromMap(new IdentityHashMap<>());
    p.cores().forEach(core -> streams.add(core.code()));
    long instructions = streams.stream().mapToLong(c -> c.code().length).sum();
    return p.cores().size()
        + (p.cores().size() == 1 ? " core · " : " cores · ")
        + Quantity.count(instructions)
        + " instructions · "
        + Quantity.si(p.dramBytes())
        + "B DRAM";
  }
}
