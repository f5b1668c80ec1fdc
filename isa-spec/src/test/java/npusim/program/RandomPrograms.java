package npusim.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.RandomInstructions;
import npusim.isa.Word;

/**
 * Structurally valid programs with random contents: well nested loops, existing call targets and
 * node ids.
 */
public final class RandomPrograms {
  private static final String[] NAMES = {
    "conv1", "x", "layers.3/attn", "a \"quoted\" name", "größe\n", "0weird"
  };

  private RandomPrograms() {}

  /** A program. */
  public static Program next(Random random) {
    var nodes = new ArrayList<NodeInfo>();
    for (int i = random.nextInt(4); i > 0; i--) {
      nodes.add(
          new NodeInfo(
              nodes.size() * 3,
              name(random) + i,
              "MatMul",
              name(random),
              random.nextLong() >>> 1,
              random.nextInt(99),
              random.nextBoolean() ? "alias" : "",
              random.nextInt(9),
              random.nextInt(1 << 20)));
    }
    var streams = new ArrayList<CoreCode>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      streams.add(stream(random, nodes));
    }
    var cores = new ArrayList<Program.Launch>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      var registers = new long[Word.REGISTERS];
      for (int r = 1; r < registers.length; r++) {
        registers[r] = random.nextInt(3) == 0 ? random.nextLong() : 0;
      }
      cores.add(new Program.Launch(streams.get(random.nextInt(streams.size())), registers));
    }
    var params = new ArrayList<Param>();
    for (int i = random.nextInt(3); i > 0; i--) {
      params.add(new Param("kv_len" + i, i, -5, random.nextInt(1000), random.nextInt(9)));
    }
    var buffers = new ArrayList<Buffer>();
    var constants = new ArrayList<ConstData>();
    for (int i = random.nextInt(5); i > 0; i--) {
      var data = new byte[random.nextInt(200)];
      random.nextBytes(data);
      var buffer =
          new Buffer(
              name(random) + i,
              Buffer.Kind.values()[random.nextInt(6)],
              random.nextInt(2),
              random.nextInt(1 << 30),
              data.length,
              DType.values()[random.nextInt(17)],
              List.of(random.nextLong() >>> 1, 3L).subList(0, random.nextInt(3)));
      if (random.nextInt(4) == 0) {
        buffers.add(strided("strided" + i, random));
      }
      buffers.add(buffer);
      if (random.nextBoolean()) {
        constants.add(ConstData.of(buffer.name(), data));
      }
    }
    var coverage = new Coverage(random.nextInt(50), 1, 2, 3, 4, 6, random.nextLong() >>> 1, 5);
    return new Program(
        name(random),
        "rngd",
        Long.toHexString(random.nextLong()),
        1 + random.nextInt(8),
        cores,
        params,
        buffers,
        constants,
        nodes,
        coverage,
        random.nextLong() >>> 20);
  }

  private static CoreCode stream(Random random, List<NodeInfo> nodes) {
    var code = new ArrayList<Instruction>();
    int depth = 0;
    int length = 1 + random.nextInt(40);
    while (code.size() < length) {
      Instruction next = RandomInstructions.next(random);
      if (next.op() == Opcode.LOOP) {
        depth++;
      } else if (next.op() == Opcode.ENDLOOP && --depth < 0) {
        depth = 0;
        continue;
      } else if (next.op() == Opcode.CALL) {
        next = next.toBuilder().set(Field.TARGET, random.nextInt(length)).build();
      }
      code.add(next);
    }
    for (; depth > 0; depth--) {
      code.add(Instruction.builder(Opcode.ENDLOOP).build());
    }
    var nodeOf = new int[code.size()];
    for (int i = 0; i < nodeOf.length; i++) {
      nodeOf[i] =
          nodes.isEmpty() || random.nextBoolean()
              ? (i > 0 && random.nextBoolean() ? nodeOf[i - 1] : -1)
              : nodes.get(random.nextInt(nodes.size())).id();
    }
    var labels = new LinkedHashMap<String, Integer>();
    for (int i = random.nextInt(4); i > 0; i--) {
      labels.put(name(random) + "_" + i, random.nextInt(code.size() + 1));
    }
    return new CoreCode(code.toArray(Instruction[]::new), nodeOf, labels);
  }

  private static String name(Random random) {
    return NAMES[random.nextInt(NAMES.length)];
  }

  private static Buffer strided(String name, Random random) {
    long rows = 1 + random.nextInt(5);
    long gap = 7 + random.nextInt(5);
    return new Buffer(
        name,
        Buffer.Kind.INPUT,
        0,
        64,
        4 * rows * gap,
        DType.F32,
        List.of(rows, 7L),
        List.of(gap, 1L));
  }
}
