package npusim.asm;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Word;
import npusim.program.Buffer;
import npusim.program.ConstData;
import npusim.program.CoreCode;
import npusim.program.NodeInfo;
import npusim.program.Param;
import npusim.program.Program;

/** {@link Program} to text that {@link Assembler} reads back to the same program. */
public final class Disassembler {
  private static final int DATA_BYTES_PER_LINE = 48;

  private final boolean withData;
  private final StringBuilder out = new StringBuilder();

  private Disassembler(boolean withData) {
    this.withData = withData;
  }

  /** The whole program as text, contents of constants included. */
  public static String print(Program program) {
    return print(program, true);
  }

  /**
   * The program as text.
   *
   * @param withData whether contents of constants are printed; without them the text assembles to a
   *     shape-only program
   */
  public static String print(Program program, boolean withData) {
    var disassembler = new Disassembler(withData);
    disassembler.program(program);
    return disassembler.out.toString();
  }

  private void program(Program program) {
    line(
        ".program %s hardware=%s fingerprint=%s cores_per_chip=%d dram=%d",
        AsmStrings.quote(program.name()),
        AsmStrings.quote(program.hardwareName()),
        AsmStrings.quote(program.hardwareFingerprint()),
        program.coresPerChip(),
        program.dramBytes());
    var c = program.coverage();
    line(
        ".coverage nodes=%d mapped=%d fused=%d folded=%d alias=%d operations=%d macs=%d"
            + " weight_bytes=%d",
        c.graphNodes(),
        c.mapped(),
        c.fused(),
        c.folded(),
        c.alias(),
        c.operations(),
        c.macs(),
        c.weightBytes());
    for (Param p : program.params()) {
      line(
          ".param %s r%d min=%d max=%d default=%d",
          AsmStrings.quote(p.name()), p.register(), p.min(), p.max(), p.defaultValue());
    }
    for (Buffer b : program.buffers()) {
      line(
          ".buffer %s kind=%s chip=%d at=%s bytes=%d type=%s dims=%s%s",
          AsmStrings.quote(b.name()),
          b.kind().name().toLowerCase(Locale.ROOT),
          b.chip(),
          AsmNumbers.hex(b.address()),
          b.bytes(),
          b.type().shortName(),
          numbers(b.dims()),
          b.strides().isEmpty() ? "" : " strides=" + numbers(b.strides()));
    }
    for (NodeInfo n : program.nodes()) {
      line(
          ".node %d %s op=%s layer=%s macs=%d flops=%d note=%s runs=%d scratchpad=%d",
          n.id(),
          AsmStrings.quote(n.name()),
          AsmStrings.quote(n.opType()),
          AsmStrings.quote(n.layer()),
          n.macs(),
          n.flops(),
          AsmStrings.quote(n.note()),
          n.runs(),
          n.scratchpadBytes());
    }
    if (withData) {
      program.constants().forEach(this::constant);
    }
    Map<CoreCode, String> streams = new LinkedHashMap<>();
    for (Program.Launch core : program.cores()) {
      streams.computeIfAbsent(
          core.code(), k -> streams.isEmpty() ? "main" : "stream" + streams.size());
    }
    for (int core = 0; core < program.cores().size(); core++) {
      Program.Launch launch = program.cores().get(core);
      var text = new StringBuilder(".core " + core + " stream=" + streams.get(launch.code()));
      for (int r = 1; r < Word.REGISTERS; r++) {
        if (launch.initialRegisters()[r] != 0) {
          text.append(" r").append(r).append('=').append(launch.initialRegisters()[r]);
        }
      }
      line("%s", text);
    }
    streams.forEach((code, name) -> stream(name, code));
  }

  private void constant(ConstData constant) {
    line(".const %s", AsmStrings.quote(constant.buffer()));
    byte[] data = constant.data().get();
    for (int at = 0; at < data.length; at += DATA_BYTES_PER_LINE) {
      int end = Math.min(data.length, at + DATA_BYTES_PER_LINE);
      line(".data \"%s\"", HexFormat.of().formatHex(data, at, end));
    }
  }

  private void stream(String name, CoreCode stream) {
    line("");
    line(".stream %s", name);
    Map<Integer, List<String>> labels = new TreeMap<>();
    stream
        .labels()
        .forEach(
            (label, index) -> labels.computeIfAbsent(index, k -> new ArrayList<>()).add(label));
    IntFunction<String> target =
        index ->
            labels.containsKey(index)
                ? labelText(labels.get(index).getFirst())
                : Integer.toString(index);
    int node = -1;
    int depth = 1;
    for (int i = 0; i < stream.code().length; i++) {
      printLabels(labels.getOrDefault(i, List.of()));
      if (stream.nodeOf()[i] != node) {
        node = stream.nodeOf()[i];
        line("  .at %s", node < 0 ? "none" : Integer.toString(node));
      }
      Instruction instruction = stream.code()[i];
      depth -= instruction.op() == Opcode.ENDLOOP && depth > 1 ? 1 : 0;
      line("%s%s", "  ".repeat(Math.min(depth, 20)), InstructionPrinter.print(instruction, target));
      depth += instruction.op() == Opcode.LOOP ? 1 : 0;
    }
    printLabels(labels.getOrDefault(stream.code().length, List.of()));
  }

  private void printLabels(List<String> labels) {
    labels.forEach(label -> line("%s:", labelText(label)));
  }

  private static String numbers(List<Long> list) {
    return list.toString().replace(" ", "");
  }

  private static String labelText(String label) {
    return label.matches("[A-Za-z_][A-Za-z_0-9]*") && AsmNumbers.register(label) < 0
        ? label
        : AsmStrings.quote(label);
  }

  private void line(String format, Object... arguments) {
    out.append(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments))
        .append('\n');
  }
}
