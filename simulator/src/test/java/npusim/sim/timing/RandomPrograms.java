package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import npusim.isa.AluFn;
import npusim.isa.BlockFormat;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.UnFn;
import npusim.isa.Unit;
import npusim.isa.Word;
import npusim.program.CoreCode;
import npusim.program.Coverage;
import npusim.program.NodeInfo;
import npusim.program.Program;

/**
 * Random valid programs: sequences of kernels, each a double-buffered loop load → matrix → vector →
 * store over rings with semaphores, or a plain load → vector → store, called as functions or
 * written in line, on one or several cores with barriers between the kernels. Every semaphore is
 * back at 0 after each kernel.
 */
public final class RandomPrograms {
  private static final int IN_FREE = 1;
  private static final int IN_FULL = 2;
  private static final int WEIGHT_FREE = 3;
  private static final int WEIGHT_FULL = 4;
  private static final int ACC_FREE = 5;
  private static final int ACC_FULL = 6;
  private static final int OUT_FREE = 7;
  private static final int OUT_FULL = 8;

  /** Registers of the counterparts on other chips, by how they differ in number, from 1. */
  private static final int PEERS = 12;

  /** Register of a core's place in DRAM, of each chip's own. */
  private static final int OWN = 9;

  /** The same on all chips. */
  private static final int SAME = 8;

  private final Random random;
  private final List<Instruction> code = new ArrayList<>();
  private final List<Integer> nodes = new ArrayList<>();
  private int chips = 1;

  /** Register of where results are stored. */
  private int own = OWN;

  private boolean gathers;
  private int node;
  private int nodeCount;

  private RandomPrograms(long seed) {
    random = new Random(seed);
  }

  /**
   * What the DMA instructions of the last generated program move, and the multiply-accumulates it
   * executes.
   */
  public record Totals(long readBytes, long writtenBytes, long macs) {
    Totals plus(Totals other, long times) {
      return new Totals(
          readBytes + times * other.readBytes,
          writtenBytes + times * other.writtenBytes,
          macs + times * other.macs);
    }
  }

  /** A program with the totals it must show. */
  public record Generated(Program program, Totals totals) {}

  /** A program for {@code cores} cores of one chip. */
  public static Generated generate(long seed, int cores, int kernels, int maxIterations) {
    var random = new RandomPrograms(seed);
    int repeats = 1 + random.random.nextInt(3);
    return random.build(cores, kernels, maxIterations, repeats, random.random.nextBoolean(), 0);
  }

  /**
   * A program that runs its kernels {@code layers} times, as a network runs its layers: what they
   * load lies 2 MiB further in each.
   */
  public static Generated layered(
      long seed, int cores, int kernels, int maxIterations, int layers) {
    return new RandomPrograms(seed).build(cores, kernels, maxIterations, layers, true, 2 << 20);
  }

  /**
   * A program for {@code chips} chips, a power of 2, that run the same: after each kernel every
   * core exchanges results with the same core of other chips: of one after the other twice as far,
   * as an all-reduce does, of all in turn and in pieces, as an all-gather, or of one that is drawn.
   * Each chip stores to addresses of its own.
   */
  public static Generated spmd(
      long seed, int chips, int cores, int kernels, int maxIterations, int layers) {
    var programs = new RandomPrograms(seed);
    programs.chips = chips;
    return programs.build(cores, kernels, maxIterations, layers, true, layers > 3 ? 2 << 20 : 0);
  }

  /**
   * As {@link #spmd}, but all chips store to the same addresses; at the end they exchange some
   * results, which each of them stores to addresses of its own, as language models gather logits.
   */
  public static Generated gathering(
      long seed, int chips, int cores, int kernels, int maxIterations, int layers) {
    var programs = new RandomPrograms(seed);
    programs.chips = chips;
    programs.own = SAME;
    programs.gathers = true;
    return programs.build(cores, kernels, maxIterations, layers, true, layers > 3 ? 2 << 20 : 0);
  }

  /**
   * @param apart bytes from what one repetition loads to what the next does; 0 for it to go on
   *     where the one before left off
   */
  private Generated build(
      int cores, int kernels, int maxIterations, int repeats, boolean looped, int apart) {
    var totals = new Totals(0, 0, 0);
    emit(Instruction.builder(Opcode.S_LI).set(Field.RD, 10).set(Field.IMM, 0x100000));
    if (apart > 0) {
      emit(Instruction.builder(Opcode.S_LI).set(Field.RD, 11).set(Field.IMM, 0x100000));
    }
    if (looped) {
      emit(Instruction.builder(Opcode.LOOP).set(Field.COUNT, repeats));
    }
    if (apart > 0) {
      add(10, 11, 0);
      add(11, 11, apart);
    }
    for (int k = 0; k < kernels; k++) {
      node = nodeCount++;
      int iterations = 1 + random.nextInt(maxIterations);
      var one = random.nextInt(3) == 0 ? vectorKernel(iterations) : matrixKernel(iterations);
      totals = totals.plus(one, looped ? repeats : 1);
      collective();
      if (cores > 1) {
        fence(Unit.ST, Unit.COM, 20);
        emit(Instruction.builder(Opcode.C_BARRIER).set(Field.CORES, (1L << cores) - 1));
        fence(Unit.COM, Unit.LD, 21);
      }
    }
    if (looped) {
      add(10, 4096);
      emit(Instruction.builder(Opcode.ENDLOOP));
    }
    if (gathers) {
      node = nodeCount++;
      totals = totals.plus(gather(), 1);
    }
    emit(Instruction.builder(Opcode.HALT));
    var core =
        new CoreCode(
            code.toArray(Instruction[]::new),
            nodes.stream().mapToInt(Integer::intValue).toArray(),
            Map.of());
    var launches = new ArrayList<Program.Launch>();
    for (int i = 0; i < chips * cores; i++) {
      int chip = i / cores;
      var registers = new long[Word.REGISTERS];
      registers[SAME] = i % cores * 0x200000L;
      registers[OWN] = registers[SAME] + chip * 0x3E40L;
      for (int other = 1; other < chips; other++) {
        registers[PEERS + other] = (chip ^ other) * cores + i % cores;
      }
      launches.add(new Program.Launch(core, registers));
    }
    var infos = new ArrayList<NodeInfo>();
    for (int i = 0; i < nodeCount; i++) {
      infos.add(new NodeInfo(i, "node" + i, "Random", "", 0, 0, "", 1, 0));
    }
    var program =
        new Program(
            "random",
            "test",
            "",
            cores,
            launches,
            List.of(),
            List.of(),
            List.of(),
            infos,
            new Coverage(nodeCount, nodeCount, 0, 0, 0, nodeCount, totals.macs, 0),
            1L << 28);
    return new Generated(program, new Totals(0, 0, 0).plus(totals, (long) chips * cores));
  }

  private void collective() {
    if (chips == 1) {
      return;
    }
    fence(Unit.ST, Unit.COM, 22);
    int kind = random.nextInt(4);
    switch (kind) {
      case 0 -> {
        int tiles = pick(1, 2, 5);
        int elements = pick(64, 1000);
        for (int other = 1; other < chips; other++) {
          emit(Instruction.builder(Opcode.LOOP).set(Field.COUNT, tiles));
          exchange(other, elements);
          emit(Instruction.builder(Opcode.ENDLOOP));
        }
      }
      case 1 -> exchange(1 + random.nextInt(chips - 1), pick(1, 64, 1000, 4096));
      default -> {
        int elements = pick(1, 64, 1000, 4096);
        for (int other = 1; other < chips; other *= 2) {
          exchange(other, elements);
        }
      }
    }
    fence(Unit.COM, Unit.LD, 25);
  }

  /** Results of each counterpart go to DRAM, at places that are each chip's own. */
  private Totals gather() {
    own = OWN;
    int elements = pick(16, 500, 4096);
    int tiles = pick(1, 4, 16);
    fence(Unit.ST, Unit.COM, 22);
    for (int other = 1; other < chips; other++) {
      emit(Instruction.builder(Opcode.LOOP).set(Field.COUNT, tiles));
      exchange(other, elements);
      fence(Unit.COM, Unit.ST, 26);
      emit(store(131072, elements, DType.F32));
      fence(Unit.ST, Unit.COM, 27);
      emit(Instruction.builder(Opcode.ENDLOOP));
    }
    return new Totals(0, 4L * elements * tiles * (chips - 1), 0);
  }

  /** An exchange with a counterpart and a computation on what it brought. */
  private void exchange(int other, int elements) {
    emit(
        Instruction.builder(Opcode.C_EXCHANGE)
            .set(Field.D3, elements)
            .set(Field.A, 131072)
            .set(Field.A_S3, 1)
            .set(Field.DST, 163840)
            .set(Field.DST_S3, 1)
            .set(Field.PEER, 0, PEERS + other)
            .set(Field.TAG, other)
            .signal(23, 1));
    emit(unary(DType.F32, 163840, 131072, elements).wait(23, 1).signal(24, 1));
    emit(nop(Unit.COM).wait(24, 1));
  }

  private Totals matrixKernel(int iterations) {
    int m = pick(1, 4, 16, 17, 32);
    int k = pick(8, 16, 32, 33);
    int n = pick(8, 16, 32);
    int slots = 1 + random.nextInt(2);
    boolean f32 = random.nextBoolean();
    var type = f32 ? DType.F32 : DType.I8;
    int aBytes = m * k * type.bits() / 8;
    long wDense = (long) k * n * type.bits() / 8;
    boolean twoDims = random.nextBoolean();
    start(Unit.MAT, IN_FREE, slots);
    start(Unit.MAT, WEIGHT_FREE, slots);
    start(Unit.VEC, ACC_FREE, slots);
    start(Unit.ST, OUT_FREE, slots);
    add(10, 64L * random.nextInt(100));
    emit(Instruction.builder(Opcode.LOOP).set(Field.COUNT, iterations));
    emit(
        load(0, 0, twoDims ? m : 1, twoDims ? k : (long) m * k, type, twoDims ? k + 8L : 0)
            .wait(IN_FREE, 1)
            .signal(IN_FULL, 1));
    boolean packed = random.nextInt(3) == 0;
    BlockFormat format = BlockFormat.nm(2, 4, 8, type.bits());
    emit(
        (packed
                ? expand(65536, (long) k * n / 8, format, type)
                : load(1, 65536, 1, (long) k * n, type, 0))
            .wait(WEIGHT_FREE, 1)
            .signal(WEIGHT_FULL, 1));
    emit(
        Instruction.builder(Opcode.M_GEMM)
            .set(Field.M2, m)
            .set(Field.K2, k)
            .set(Field.N, n)
            .set(Field.ACC, Word.ACC_BASE)
            .set(Field.ACC_S2, n)
            .set(Field.ACC_T, f32 ? DType.F32 : DType.I32)
            .set(Field.A, 0)
            .set(Field.A_SM2, k)
            .set(Field.A_T, type)
            .set(Field.W, 65536)
            .set(Field.W_SK2, n)
            .set(Field.W_T, type)
            .wait(IN_FULL, 1)
            .wait(WEIGHT_FULL, 1)
            .wait(ACC_FREE, 1)
            .signal(IN_FREE, 1)
            .signal(WEIGHT_FREE, 1)
            .signal(ACC_FULL, 1));
    emit(
        unary(f32 ? DType.F32 : DType.I32, Word.ACC_BASE, 131072, (long) m * n)
            .wait(ACC_FULL, 1)
            .wait(OUT_FREE, 1)
            .signal(ACC_FREE, 1)
            .signal(OUT_FULL, 1));
    emit(
        store(131072, (long) m * n, f32 ? DType.F32 : DType.I32)
            .wait(OUT_FULL, 1)
            .signal(OUT_FREE, 1));
    add(10, random.nextBoolean() ? aBytes : 64);
    emit(Instruction.builder(Opcode.ENDLOOP));
    end(Unit.LD, 0, IN_FREE, slots);
    end(Unit.LD, 1, WEIGHT_FREE, slots);
    end(Unit.MAT, 0, ACC_FREE, slots);
    end(Unit.VEC, 0, OUT_FREE, slots);
    return new Totals(
        iterations * (aBytes + (packed ? (long) k * n / 8 * format.bytes() : wDense)),
        4L * iterations * m * n,
        (long) iterations * m * n * k);
  }

  private Totals vectorKernel(int iterations) {
    int elements = pick(1, 16, 100, 512, 2048);
    int slots = 1 + random.nextInt(2);
    start(Unit.VEC, IN_FREE, slots);
    start(Unit.ST, OUT_FREE, slots);
    emit(Instruction.builder(Opcode.LOOP).set(Field.COUNT, iterations));
    emit(load(0, 0, 1, elements, DType.F32, 0).wait(IN_FREE, 1).signal(IN_FULL, 1));
    emit(
        unary(DType.F32, 0, 131072, elements)
            .wait(IN_FULL, 1)
            .wait(OUT_FREE, 1)
            .signal(IN_FREE, 1)
            .signal(OUT_FULL, 1));
    emit(store(131072, elements, DType.F32).wait(OUT_FULL, 1).signal(OUT_FREE, 1));
    emit(Instruction.builder(Opcode.ENDLOOP));
    end(Unit.LD, 0, IN_FREE, slots);
    end(Unit.VEC, 0, OUT_FREE, slots);
    return new Totals(4L * iterations * elements, 4L * iterations * elements, 0);
  }

  private static Instruction.Builder load(
      int q, long local, long rows, long columns, DType type, long dramStride) {
    return Instruction.builder(Opcode.DMA_LD)
        .set(Field.Q, q)
        .set(Field.D2, rows)
        .set(Field.D3, columns)
        .set(Field.DST, local)
        .set(Field.DST_S2, columns)
        .set(Field.DST_S3, 1)
        .set(Field.DST_T, type)
        .set(Field.DRAM, 0x40000, 10)
        .set(Field.DRAM_S2, dramStride)
        .set(Field.DRAM_S3, 1);
  }

  private static Instruction.Builder expand(
      long local, long blocks, BlockFormat format, DType type) {
    return Instruction.builder(Opcode.DMA_LDZ)
        .set(Field.Q, 1)
        .set(Field.D3, blocks)
        .set(Field.DST, local)
        .set(Field.DST_S3, format.block())
        .set(Field.DST_T, type)
        .set(Field.DRAM, 0x40000, 10)
        .set(Field.DRAM_S3, format.bytes())
        .set(Field.CODING, format.coding())
        .set(Field.BLOCK, format.block())
        .set(Field.BYTES, format.bytes());
  }

  private Instruction.Builder store(long local, long elements, DType type) {
    return Instruction.builder(Opcode.DMA_ST)
        .set(Field.D3, elements)
        .set(Field.A, local)
        .set(Field.A_S3, 1)
        .set(Field.A_T, type)
        .set(Field.DRAM, 0x800000, own)
        .set(Field.DRAM_S3, 1);
  }

  private Instruction.Builder unary(DType type, long from, long to, long elements) {
    UnFn[] fns = {UnFn.NEG, UnFn.EXP, UnFn.SQRT, UnFn.TANH};
    return Instruction.builder(Opcode.V_UN)
        .set(Field.FN, fns[random.nextInt(fns.length)])
        .set(Field.D3, elements)
        .set(Field.DST, to)
        .set(Field.DST_S3, 1)
        .set(Field.DST_T, DType.F32)
        .set(Field.A, from)
        .set(Field.A_S3, 1)
        .set(Field.A_T, type);
  }

  private int pick(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private void add(int register, long amount) {
    add(register, register, amount);
  }

  private void add(int register, int from, long amount) {
    emit(
        Instruction.builder(Opcode.S_ALU)
            .set(Field.FN, AluFn.ADD)
            .set(Field.RD, register)
            .set(Field.RA, from)
            .set(Field.IMM, amount));
  }

  private void start(Unit unit, int semaphore, int count) {
    emit(nop(unit).signal(semaphore, count));
  }

  // The producer takes the free places back itself: it is the only one that waits for them.
  private void end(Unit unit, int q, int semaphore, int count) {
    emit(nop(unit).set(Field.Q, q).wait(semaphore, count));
  }

  private void fence(Unit from, Unit to, int semaphore) {
    emit(nop(from).signal(semaphore, 1));
    emit(nop(to).wait(semaphore, 1));
  }

  private static Instruction.Builder nop(Unit unit) {
    return Instruction.builder(Opcode.NOP).set(Field.UNIT, unit);
  }

  private void emit(Instruction.Builder builder) {
    code.add(builder.build());
    nodes.add(node);
  }

  @Override
  public String toString() {
    return Arrays.toString(code.toArray());
  }
}
