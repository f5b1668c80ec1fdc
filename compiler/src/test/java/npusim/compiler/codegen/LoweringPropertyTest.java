package npusim.compiler.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import npusim.isa.AluFn;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;

/**
 * Loop nests with affine addresses become instructions that visit the same addresses in the same
 * order, whether loops are unrolled or run in hardware, with counts from constants or registers.
 */
class LoweringPropertyTest {
  private static final int LENGTH = 2;
  private static final int FIRST_FREE = 4;
  private static final int MAX_EXECUTED = 20_000;

  /** Makes a random nest, and the addresses it visits. */
  private static final class Nest {
    private final SplittableRandom random;
    private final long length;
    private final Map<Sym, Long> now = new IdentityHashMap<>();
    private final List<Long> visited = new ArrayList<>();

    Nest(long seed, long length) {
      this.random = new SplittableRandom(seed);
      this.length = length;
    }

    List<Item> items(int depth, List<Sym> around) {
      List<Item> out = new ArrayList<>();
      int n = 1 + random.nextInt(3);
      for (int i = 0; i < n; i++) {
        out.add(depth > 0 && random.nextInt(3) > 0 ? loop(depth, around) : touch(around));
      }
      return out;
    }

    private Item.Emit touch(List<Sym> around) {
      Aff a = Aff.of(random.nextInt(1000));
      for (Sym s : around) {
        if (random.nextInt(3) > 0) {
          a = a.plus(Aff.of(s).times(random.nextInt(-5, 50)));
        }
      }
      if (random.nextInt(4) == 0) {
        a = a.plus(Aff.of(new Reg("length", LENGTH)).times(1));
      }
      return new Item.Emit(new Op(Opcode.DMA_LD, Lane.LD0).set(Field.DRAM, a));
    }

    private Item.Loop loop(int depth, List<Sym> around) {
      boolean launched = random.nextInt(4) == 0;
      long tile = 1 + random.nextInt(6);
      Aff total = launched ? Aff.of(new Reg("length", LENGTH)) : Aff.of(1 + random.nextInt(40));
      Var v =
          launched ? new Var("r", total) : new Var("i", Aff.of(Math.ceilDiv(total.value(), tile)));
      List<Sym> inside = new ArrayList<>(around);
      inside.add(v);
      if (random.nextBoolean()) {
        inside.add(new Extent(v, launched ? 1 : tile, total));
      }
      return new Item.Loop(v, items(depth - 1, inside));
    }

    void visit(List<Item> items) {
      for (Item i : items) {
        switch (i) {
          case Item.Emit e -> visited.add(value(e.op().value(0)));
          case Item.Loop l -> {
            long n = value(l.var().count());
            for (long k = 0; k < n && visited.size() < MAX_EXECUTED; k++) {
              now.put(l.var(), k);
              visit(l.body());
            }
          }
          case Item.Step s -> throw new IllegalStateException("no cursors here: " + s);
        }
      }
    }

    private long value(Aff a) {
      long sum = a.constant();
      for (int i = 0; i < a.terms(); i++) {
        sum += a.coef(i) * value(a.sym(i));
      }
      return sum;
    }

    private long value(Sym s) {
      return switch (s) {
        case Reg r -> length;
        case Extent e -> Math.min(e.tile(), value(e.total()) - e.tile() * now.get(e.var()));
        default -> now.get(s);
      };
    }
  }

  /** What the instructions visit. */
  private static List<Long> execute(Instruction[] code, long length) {
    long[] regs = new long[32];
    regs[LENGTH] = length;
    List<Long> visited = new ArrayList<>();
    Deque<long[]> loops = new ArrayDeque<>();
    int deepest = 0;
    for (int pc = 0; pc < code.length; pc++) {
      Instruction i = code[pc];
      switch (i.op()) {
        case S_LI -> regs[i.getInt(Field.RD)] = i.resolve(Field.IMM, regs);
        case S_ALU ->
            regs[i.getInt(Field.RD)] =
                alu(
                    i.choice(Field.FN, AluFn.class),
                    regs[i.getInt(Field.RA)],
                    i.resolve(Field.IMM, regs));
        case LOOP -> {
          loops.push(new long[] {pc, i.resolve(Field.COUNT, regs)});
          deepest = Math.max(deepest, loops.size());
        }
        case ENDLOOP -> {
          if (--loops.peek()[1] > 0) {
            pc = (int) loops.peek()[0];
          } else {
            loops.pop();
          }
        }
        default -> visited.add(i.resolve(Field.DRAM, regs));
      }
    }
    assertThat(deepest).isLessThanOrEqualTo(4);
    return visited;
  }

  private static long alu(AluFn fn, long a, long b) {
    return switch (fn) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case MIN -> Math.min(a, b);
      case MAX -> Math.max(a, b);
      default -> throw new IllegalStateException("unexpected " + fn);
    };
  }

  @Property(tries = 500, seed = "20251")
  void visitsTheSameAddressesInTheSameOrder(
      @ForAll @LongRange(min = 0, max = 1_000_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 9) int length,
      @ForAll @IntRange(min = 1, max = 3) int depth) {
    Nest nest = new Nest(seed, length);
    List<Item> items = nest.items(depth, List.of());
    nest.visit(items);
    Code code = new Code();
    new Lowering(items, code, 0, FIRST_FREE, 4).run();
    if (nest.visited.size() < MAX_EXECUTED) {
      assertThat(execute(code.instructions(), length)).isEqualTo(nest.visited);
    }
  }
}
