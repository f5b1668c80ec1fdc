package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.program.CoreCode;
import npusim.program.Program;

/**
 * The loops of a program that run a whole layer many times on every core. With memory whose answers
 * depend on bank state and refresh no two runs of a layer are equal to the cycle, so such a loop
 * never becomes steady exactly; but each run after the first few takes as long as the next within a
 * fraction of a percent. {@link LayerWatch} ends such a loop once that is so.
 */
final class LayerLoops {
  /** A loop worth shortening has this many iterations and instructions in its body. */
  private static final long LEAST_ITERATIONS = 6;

  private static final int LEAST_BODY = 100;
  private static final int MOST_LOOPS = 8;

  private final Program program;
  private final Map<CoreCode, int[]> places = new IdentityHashMap<>();
  private int count;

  LayerLoops(Program program) {
    this.program = program;
    long[] counts = null;
    for (Program.Launch core : program.cores()) {
      int[] at = places.computeIfAbsent(core.code(), c -> find(c.code()));
      long[] n = new long[at.length];
      for (int i = 0; i < n.length; i++) {
        n[i] = core.code().code()[at[i]].get(Field.COUNT);
      }
      if (counts != null && !Arrays.equals(n, counts)) {
        return;
      }
      counts = n;
    }
    count = counts == null || counts.length > MOST_LOOPS ? 0 : counts.length;
  }

  /** Number of loops; 0 when there is none that all cores run alike. */
  int count() {
    return count;
  }

  /** Where each core's loops begin: by core, then loop, the instruction after the loop's own. */
  int[][] bodies() {
    int[][] bodies = new int[program.cores().size()][];
    for (int core = 0; core < bodies.length; core++) {
      bodies[core] =
          Arrays.stream(places.get(program.cores().get(core).code())).map(at -> at + 1).toArray();
    }
    return bodies;
  }

  /** The program with other iteration counts. */
  Program with(long... iterations) {
    Map<CoreCode, CoreCode> changed = new IdentityHashMap<>();
    places.forEach((code, at) -> changed.put(code, with(code, at, iterations)));
    List<Program.Launch> cores = new ArrayList<>();
    for (Program.Launch c : program.cores()) {
      cores.add(new Program.Launch(changed.get(c.code()), c.initialRegisters()));
    }
    return new Program(
        program.name(),
        program.hardwareName(),
        program.hardwareFingerprint(),
        program.coresPerChip(),
        cores,
        program.params(),
        program.buffers(),
        program.constants(),
        program.nodes(),
        program.coverage(),
        program.dramBytes());
  }

  private static CoreCode with(CoreCode code, int[] at, long... iterations) {
    Instruction[] copy = code.code().clone();
    for (int i = 0; i < at.length; i++) {
      copy[at[i]] = Instruction.builder(Opcode.LOOP).set(Field.COUNT, iterations[i], 0).build();
    }
    return new CoreCode(copy, code.nodeOf(), code.labels());
  }

  /** Outermost loops of constant count and long body. */
  private static int[] find(Instruction... code) {
    List<Integer> found = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int pc = 0; pc < code.length; pc++) {
      if (code[pc].op() == Opcode.LOOP) {
        start = depth++ == 0 ? pc : start;
      } else if (code[pc].op() == Opcode.ENDLOOP
          && --depth == 0
          && pc - start >= LEAST_BODY
          && code[start].reg(Field.COUNT) == 0
          && code[start].get(Field.COUNT) >= LEAST_ITERATIONS) {
        found.add(start);
      }
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }
}
