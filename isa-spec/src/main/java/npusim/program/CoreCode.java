package npusim.program;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import npusim.isa.Instruction;

/**
 * The instruction stream of a core. Cores that run the same code share one object and differ in
 * their launch registers ({@link Program.Launch}). Execution starts at instruction 0.
 *
 * @param code instructions; not copied, must not be changed
 * @param nodeOf {@link NodeInfo#id} each instruction was made for, -1 for none; same length as
 *     {@code code}
 * @param labels instruction index by name, for functions and places of interest; kept in order of
 *     index, then name
 */
public record CoreCode(Instruction[] code, int[] nodeOf, Map<String, Integer> labels) {
  public CoreCode {
    if (code.length != nodeOf.length) {
      throw new IllegalArgumentException(
          code.length + " instructions, " + nodeOf.length + " node entries");
    }
    var ordered = new LinkedHashMap<String, Integer>();
    if (!labels.isEmpty()) {
      labels.entrySet().stream()
          .sorted(
              Map.Entry.<String, Integer>comparingByValue()
                  .thenComparing(Map.Entry.comparingByKey()))
          .forEach(e -> ordered.put(e.getKey(), e.getValue()));
    }
    labels = Collections.unmodifiableMap(ordered);
  }

  /**
   * The last label at or before an instruction, with the distance to it, such as {@code layer+12}.
   */
  public Optional<String> place(int index) {
    String best = null;
    int at = -1;
    for (var e : labels.entrySet()) {
      if (e.getValue() <= index && e.getValue() > at) {
        best = e.getKey();
        at = e.getValue();
      }
    }
    return Optional.ofNullable(best == null || at == index ? best : best + "+" + (index - at));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CoreCode that
        && Arrays.equals(code, that.code)
        && Arrays.equals(nodeOf, that.nodeOf)
        && labels.equals(that.labels);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(code) + Arrays.hashCode(nodeOf);
  }

  @Override
  public String toString() {
    return "CoreCode[" + code.length + " instructions, labels " + labels.keySet() + "]";
  }
}
