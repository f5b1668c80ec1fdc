package npusim.sim.functional;

import java.util.ArrayList;
import java.util.List;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Unit;

/**
 * Results that a core's vector instructions hand on in a chain: once that is done nothing may read
 * them, since a unit that chains never stores them.
 */
final class HandedOn {
  private final List<LocalOperand> results = new ArrayList<>();
  private final List<long[]> extents = new ArrayList<>();

  /** Takes note of an instruction that was executed. */
  void executed(Core core, Args args) {
    Instruction i = args.instruction();
    if (i.unit() != Unit.VEC || !i.op().has(Field.DST)) {
      return;
    }
    if (i.op().has(Field.CHAIN) && i.flag(Field.CHAIN)) {
      results.add(LocalOperand.indexed(core, args, LocalOperand.Fields.DST));
      extents.add(args.extents());
    } else if (!results.isEmpty()) {
      for (int r = 0; r < results.size(); r++) {
        results.get(r).forget(extents.get(r));
      }
      results.clear();
      extents.clear();
      // The last of them stores its result, maybe in place of one handed on.
      LocalOperand.indexed(core, args, LocalOperand.Fields.DST).markWritten(args.extents());
    }
  }
}
