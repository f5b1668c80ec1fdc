package npusim.asm;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import npusim.diag.Names;
import npusim.isa.DType;
import npusim.isa.Word;
import npusim.program.Buffer;
import npusim.program.ConstData;
import npusim.program.CoreCode;
import npusim.program.Coverage;
import npusim.program.NodeInfo;
import npusim.program.Param;
import npusim.program.Program;

/** Collects what directives say about a program. */
final class Directives {
  private static final int INT_MAX = Integer.MAX_VALUE;
  private static final List<String> NAMES =
      List.of(
          ".program",
          ".coverage",
          ".param",
          ".buffer",
          ".const",
          ".data",
          ".node",
          ".stream",
          ".at",
          ".core");

  private final AsmErrors errors;
  private final StreamAssembler streams;
  private final List<Param> params = new ArrayList<>();
  private final Map<String, Buffer> buffers = new LinkedHashMap<>();
  private final Map<String, ByteArrayOutputStream> constants = new LinkedHashMap<>();
  private final Map<String, NpuAsmParser.DirectiveContext> constantAt = new LinkedHashMap<>();
  private final Map<Integer, NodeInfo> nodes = new LinkedHashMap<>();
  private final Map<Integer, CoreEntry> cores = new TreeMap<>();
  private String currentConstant = "";
  private String name;
  private String hardware = "";
  private String fingerprint = "";
  private int coresPerChip = 0;
  private long dramBytes = 0;
  private Coverage coverage = Coverage.NONE;

  private record CoreEntry(String stream, long[] registers, NpuAsmParser.DirectiveContext at) {}

  Directives(AsmErrors errors, StreamAssembler streams, String defaultName) {
    this.errors = errors;
    this.streams = streams;
    this.name = defaultName;
  }

  void apply(NpuAsmParser.DirectiveContext context) {
    String directive = context.DIRECTIVE().getText();
    switch (directive) {
      case ".program" -> program(context);
      case ".coverage" -> coverage(context);
      case ".param" -> param(context);
      case ".buffer" -> buffer(context);
      case ".const" -> constant(context);
      case ".data" -> data(context);
      case ".node" -> node(context);
      case ".stream" ->
          streams.begin(arguments(context, List.of("a name"), List.of()).text(0), context);
      case ".at" -> at(context);
      case ".core" -> core(context);
      default ->
          errors.add(
              context,
              "asm-directive",
              "unknown directive " + directive,
              Names.suggest(directive, NAMES));
    }
  }

  /** The program; call once after the last statement. */
  Program finish() {
    Map<String, CoreCode> codes = streams.finish(nodes.keySet());
    constants.forEach(
        (buffer, bytes) -> {
          Buffer b = buffers.get(buffer);
          if (b == null) {
            errors.add(
                constantAt.get(buffer),
                "asm-const",
                "no buffer " + buffer,
                Names.suggest(buffer, buffers.keySet()));
          } else if (b.bytes() != bytes.size()) {
            errors.add(
                constantAt.get(buffer),
                "asm-const",
                "constant " + buffer + " has " + bytes.size() + " bytes, its buffer " + b.bytes(),
                "");
          }
        });
    if (cores.isEmpty() && !codes.isEmpty()) {
      cores.put(0, new CoreEntry(codes.keySet().iterator().next(), new long[Word.REGISTERS], null));
    }
    streams.unused(cores.values().stream().map(CoreEntry::stream).toList());
    var launches = new ArrayList<Program.Launch>();
    for (var core : cores.entrySet()) {
      CoreEntry entry = core.getValue();
      CoreCode code = codes.get(entry.stream());
      if (core.getKey() != launches.size()) {
        errors.add(
            entry.at(),
            "asm-core",
            "core " + launches.size() + " is missing",
            "cores are numbered from 0 without gaps");
        break;
      }
      if (code == null) {
        errors.add(
            entry.at(),
            "asm-core",
            "no stream " + entry.stream(),
            Names.suggest(entry.stream(), codes.keySet()));
        break;
      }
      launches.add(new Program.Launch(code, entry.registers()));
    }
    errors.raise();
    var data =
        constants.entrySet().stream()
            .map(e -> ConstData.of(e.getKey(), e.getValue().toByteArray()))
            .toList();
    return new Program(
        name,
        hardware,
        fingerprint,
        coresPerChip == 0 ? Math.max(1, launches.size()) : coresPerChip,
        launches,
        params,
        List.copyOf(buffers.values()),
        data,
        List.copyOf(nodes.values()),
        coverage,
        dramBytes);
  }

  private Arguments arguments(
      NpuAsmParser.DirectiveContext context, List<String> positions, List<String> names) {
    return new Arguments(errors, context, positions, names);
  }

  private void program(NpuAsmParser.DirectiveContext context) {
    Arguments a =
        arguments(
            context,
            List.of("a name"),
            List.of("hardware", "fingerprint", "cores_per_chip", "dram"));
    name = a.text(0);
    hardware = a.text("hardware", "");
    fingerprint = a.text("fingerprint", "");
    coresPerChip = (int) a.number("cores_per_chip", 0, 1, INT_MAX);
    dramBytes = a.number("dram", 0, 0, Long.MAX_VALUE);
  }

  private void coverage(NpuAsmParser.DirectiveContext context) {
    Arguments a =
        arguments(
            context,
            List.of(),
            List.of(
                "nodes",
                "mapped",
                "fused",
                "folded",
                "alias",
                "operations",
                "macs",
                "weight_bytes"));
    coverage =
        new Coverage(
            (int) a.number("nodes", 0, 0, INT_MAX),
            (int) a.number("mapped", 0, 0, INT_MAX),
            (int) a.number("fused", 0, 0, INT_MAX),
            (int) a.number("folded", 0, 0, INT_MAX),
            (int) a.number("alias", 0, 0, INT_MAX),
            (int) a.number("operations", 0, 0, INT_MAX),
            a.number("macs", 0, 0, Long.MAX_VALUE),
            a.number("weight_bytes", 0, 0, Long.MAX_VALUE));
  }

  private void param(NpuAsmParser.DirectiveContext context) {
    Arguments a =
        arguments(context, List.of("a name", "a register"), List.of("min", "max", "default"));
    int register = AsmNumbers.register(a.text(1));
    if (register < 1) {
      errors.add(
          context,
          "asm-param",
          "parameter " + a.text(0) + " needs a register r1..r31, not " + a.text(1),
          "");
      return;
    }
    long min = a.number("min", Long.MIN_VALUE, Long.MIN_VALUE, Long.MAX_VALUE);
    long max = a.number("max", Long.MAX_VALUE, min, Long.MAX_VALUE);
    params.add(
        new Param(
            a.text(0),
            register,
            min,
            max,
            a.number("default", Math.clamp(0, min, max), Long.MIN_VALUE, Long.MAX_VALUE)));
  }

  private void buffer(NpuAsmParser.DirectiveContext context) {
    Arguments a =
        arguments(
            context,
            List.of("a name"),
            List.of("kind", "chip", "at", "bytes", "type", "dims", "strides"));
    var kinds = new ArrayList<String>();
    for (Buffer.Kind kind : Buffer.Kind.values()) {
      kinds.add(kind.name().toLowerCase(Locale.ROOT));
    }
    var types = new ArrayList<String>();
    for (DType type : DType.values()) {
      types.add(type.shortName());
    }
    var buffer =
        new Buffer(
            a.text(0),
            Buffer.Kind.values()[a.choice("kind", kinds)],
            (int) a.number("chip", 0, 0, INT_MAX),
            a.required("at", 0, Long.MAX_VALUE),
            a.required("bytes", 0, Long.MAX_VALUE),
            DType.values()[a.choice("type", types)],
            a.numbers("dims", 0, Long.MAX_VALUE),
            a.numbers("strides", 0, Long.MAX_VALUE));
    if (!buffer.holdsStrides()) {
      errors.add(
          context,
          "asm-buffer",
          "strides of buffer " + buffer.name() + " lead out of it",
          "one per dimension, in elements");
    }
    if (buffers.put(buffer.name(), buffer) != null) {
      errors.add(context, "asm-buffer", "buffer " + buffer.name() + " is declared twice", "");
    }
  }

  private void constant(NpuAsmParser.DirectiveContext context) {
    currentConstant = arguments(context, List.of("a buffer name"), List.of()).text(0);
    constantAt.put(currentConstant, context);
    if (constants.put(currentConstant, new ByteArrayOutputStream()) != null) {
      errors.add(context, "asm-const", "constant " + currentConstant + " is given twice", "");
    }
  }

  private void data(NpuAsmParser.DirectiveContext context) {
    String hex = arguments(context, List.of("a string of hexadecimal digits"), List.of()).text(0);
    if (!constants.containsKey(currentConstant)) {
      errors.add(
          context,
          "asm-const",
          ".data without a .const before it",
          "name the buffer first: .const \"name\"");
      return;
    }
    try {
      constants.get(currentConstant).writeBytes(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      errors.add(
          context, "asm-const", "not pairs of hexadecimal digits", "write .data \"00ff7f…\"");
    }
  }

  private void node(NpuAsmParser.DirectiveContext context) {
    Arguments a =
        arguments(
            context,
            List.of("a number", "a name"),
            List.of("op", "layer", "macs", "flops", "note", "runs", "scratchpad"));
    int id = (int) a.number(0, 0, INT_MAX);
    var node =
        new NodeInfo(
            id,
            a.text(1),
            a.text("op", ""),
            a.text("layer", ""),
            a.number("macs", 0, 0, Long.MAX_VALUE),
            a.number("flops", 0, 0, Long.MAX_VALUE),
            a.text("note", ""),
            a.number("runs", 1, 0, Long.MAX_VALUE),
            a.number("scratchpad", 0, 0, Long.MAX_VALUE));
    if (nodes.put(id, node) != null) {
      errors.add(context, "asm-node", "node " + id + " is declared twice", "");
    }
  }

  private void at(NpuAsmParser.DirectiveContext context) {
    Arguments a = arguments(context, List.of("a node number or none"), List.of());
    streams.node(a.text(0).equals("none") ? -1 : (int) a.number(0, 0, INT_MAX), context);
  }

  private void core(NpuAsmParser.DirectiveContext context) {
    var names = new ArrayList<>(List.of("stream"));
    for (int r = 1; r < Word.REGISTERS; r++) {
      names.add("r" + r);
    }
    Arguments a = arguments(context, List.of("a number"), names);
    var registers = new long[Word.REGISTERS];
    for (int r = 1; r < Word.REGISTERS; r++) {
      registers[r] = a.number("r" + r, 0, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    int core = (int) a.number(0, 0, INT_MAX);
    if (cores.put(
            core, new CoreEntry(a.text("stream", StreamAssembler.DEFAULT), registers, context))
        != null) {
      errors.add(context, "asm-core", "core " + core + " is declared twice", "");
    }
  }
}
