package npusim.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.asm.InstructionPrinter;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.Severity;
import npusim.program.CoreCode;
import npusim.program.NodeInfo;
import npusim.program.Program;

/** Collects what is wrong with a program; says the same thing about the same instruction once. */
final class Findings {
  private static final int LIMIT = 50;

  private final Program program;
  private final Map<Integer, NodeInfo> nodes = new HashMap<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();

  Findings(Program program) {
    this.program = program;
    program.nodes().forEach(n -> nodes.put(n.id(), n));
  }

  List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /** True when nothing more will be recorded. */
  boolean isFull() {
    return diagnostics.size() >= LIMIT;
  }

  void error(String code, int core, int instruction, String message, String hint) {
    add(Severity.ERROR, code, core, instruction, message, hint);
  }

  void warning(String code, int core, int instruction, String message, String hint) {
    add(Severity.WARNING, code, core, instruction, message, hint);
  }

  /** A finding about the program as a whole. */
  void general(Severity severity, String code, String message, String hint) {
    if (seen.add(code + message) && !isFull()) {
      diagnostics.add(new Diagnostic(severity, code, message, Location.NONE, hint));
    }
  }

  /** Core, instruction, label, node and text of an instruction. */
  String place(int core, int instruction) {
    CoreCode code = program.cores().get(core).code();
    var text = new StringBuilder("core " + core + ", instruction " + instruction);
    var details = new ArrayList<String>();
    code.place(instruction).ifPresent(details::add);
    if (instruction < code.nodeOf().length && nodes.containsKey(code.nodeOf()[instruction])) {
      details.add("node " + nodes.get(code.nodeOf()[instruction]).name());
    }
    text.append(details.isEmpty() ? "" : " (" + String.join(", ", details) + ")");
    if (instruction < code.code().length) {
      text.append(" `").append(InstructionPrinter.print(code.code()[instruction])).append('`');
    }
    return text.toString();
  }

  private void add(
      Severity severity, String code, int core, int instruction, String message, String hint) {
    // Cores that share a stream mostly share its faults.
    String key =
        code + System.identityHashCode(program.cores().get(core).code()) + ":" + instruction;
    if (!isFull() && seen.add(key)) {
      diagnostics.add(
          new Diagnostic(
              severity, code, place(core, instruction) + ": " + message, Location.NONE, hint));
    }
  }
}
