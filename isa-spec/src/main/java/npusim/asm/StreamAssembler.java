package npusim.asm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.program.CoreCode;
import org.antlr.v4.runtime.ParserRuleContext;

/** Collects the instructions and labels of every stream and resolves call targets. */
final class StreamAssembler {
  /** Stream of instructions before any {@code .stream}. */
  static final String DEFAULT = "main";

  private final AsmErrors errors;
  private final Map<String, Stream> streams = new LinkedHashMap<>();
  private Optional<Stream> current = Optional.empty();

  StreamAssembler(AsmErrors errors) {
    this.errors = errors;
  }

  /** A label that a call names. */
  private record Call(String label, Location at) {}

  private static final class Stream {
    final List<Instruction> code = new ArrayList<>();
    final List<Location> places = new ArrayList<>();
    final List<Integer> nodes = new ArrayList<>();
    final Map<Integer, Location> nodeAt = new LinkedHashMap<>();
    final Map<String, Integer> labels = new LinkedHashMap<>();
    final Map<Integer, Call> calls = new LinkedHashMap<>();
    int node = -1;
  }

  void begin(String name, ParserRuleContext at) {
    var stream = new Stream();
    if (streams.put(name, stream) != null) {
      errors.add(at, "asm-stream", "stream " + name + " is declared twice", "");
    }
    current = Optional.of(stream);
  }

  /** Reports declared streams that are not among the used ones. */
  void unused(Collection<String> used) {
    streams.forEach(
        (name, s) -> {
          if (!used.contains(name) && !s.places.isEmpty()) {
            errors.add(
                s.places.getFirst(),
                "asm-stream",
                "no core runs stream " + name,
                "add .core 0 stream=" + name);
          }
        });
  }

  /** Node of the instructions that follow. */
  void node(int id, ParserRuleContext at) {
    stream().node = id;
    if (id >= 0) {
      stream().nodeAt.putIfAbsent(id, errors.location(at));
    }
  }

  void label(NpuAsmParser.LabelContext label) {
    String name =
        label.STRING() != null
            ? AsmStrings.unquote(label.STRING().getText())
            : label.ID().getText();
    if (stream().labels.putIfAbsent(name, stream().code.size()) != null) {
      errors.add(label, "asm-label", "label " + name + " is defined twice", "");
    }
  }

  void instruction(NpuAsmParser.InstructionContext context) {
    Stream s = stream();
    Optional<InstructionAssembler.Result> result = InstructionAssembler.assemble(errors, context);
    if (result.isEmpty()) {
      return;
    }
    result.get().label().ifPresent(label -> s.calls.put(s.code.size(), call(label)));
    s.code.add(result.get().instruction());
    s.places.add(errors.location(context));
    s.nodes.add(s.node);
  }

  /** The streams by name; faults of labels, nesting and node numbers are reported. */
  Map<String, CoreCode> finish(Set<Integer> nodes) {
    var codes = new LinkedHashMap<String, CoreCode>();
    streams.forEach(
        (name, s) -> {
          s.nodeAt.forEach(
              (id, at) -> {
                if (!nodes.contains(id)) {
                  errors.add(
                      at,
                      "asm-node",
                      "node " + id + " is not declared",
                      "declare it with .node " + id + " \"name\"");
                }
              });
          resolveCalls(s);
          checkNesting(s);
          codes.put(
              name,
              new CoreCode(
                  s.code.toArray(Instruction[]::new),
                  s.nodes.stream().mapToInt(n -> n).toArray(),
                  s.labels));
        });
    return codes;
  }

  private Stream stream() {
    return current.orElseGet(
        () -> {
          var stream = new Stream();
          streams.put(DEFAULT, stream);
          current = Optional.of(stream);
          return stream;
        });
  }

  private Call call(NpuAsmParser.ItemContext item) {
    return item instanceof NpuAsmParser.NamedItemContext named
        ? new Call(named.operand().getText(), errors.location(named.operand()))
        : new Call(InstructionAssembler.labelName(item), errors.location(item));
  }

  private void resolveCalls(Stream s) {
    s.calls.forEach(
        (index, call) -> {
          Integer at = s.labels.get(call.label());
          if (at == null) {
            errors.add(
                call.at(),
                "asm-label",
                "label " + call.label() + " is not defined",
                Names.suggest(call.label(), s.labels.keySet()));
          } else {
            s.code.set(index, s.code.get(index).toBuilder().set(Field.TARGET, at).build());
          }
        });
    for (int i = 0; i < s.code.size(); i++) {
      Instruction in = s.code.get(i);
      if (in.op() == Opcode.CALL && in.get(Field.TARGET) >= s.code.size()) {
        errors.add(
            s.places.get(i),
            "asm-label",
            "call to instruction " + in.get(Field.TARGET) + " of " + s.code.size(),
            "");
      }
    }
  }

  private void checkNesting(Stream s) {
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < s.code.size(); i++) {
      if (s.code.get(i).op() == Opcode.LOOP) {
        open.push(i);
      } else if (s.code.get(i).op() == Opcode.ENDLOOP && open.pollFirst() == null) {
        errors.add(s.places.get(i), "asm-loop", "endloop without loop", "");
      }
    }
    for (int i : open) {
      errors.add(s.places.get(i), "asm-loop", "loop without endloop", "");
    }
  }
}
