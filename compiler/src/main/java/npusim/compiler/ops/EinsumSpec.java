package npusim.compiler.ops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import npusim.compiler.ir.Dim;

/**
 * Parsed equation of an Einsum: an index letter per dimension of each operand and of the result.
 * Dimensions covered by an ellipsis get digits as letters, {@code '0'} for the last one, {@code
 * '1'} for the one before.
 *
 * @param operands letters of each operand
 * @param output letters of the result
 * @param extents extent by letter
 */
public record EinsumSpec(List<String> operands, String output, Map<Character, Dim> extents) {

  /** Extents of the result. */
  public List<Dim> outputDims() {
    List<Dim> out = new ArrayList<>();
    for (char l : output.toCharArray()) {
      out.add(extents.get(l));
    }
    return out;
  }

  /** Parses the equation of a node against the shapes of its operands. */
  public static EinsumSpec parse(OpContext c, List<List<Dim>> shapes) {
    String equation = c.attr("equation", "").replace(" ", "");
    int arrow = equation.indexOf("->");
    String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
    if (terms.length != shapes.size()) {
      throw c.fail(
          "equation '"
              + equation
              + "' has "
              + terms.length
              + " operands, the node "
              + shapes.size());
    }
    List<String> operands = new ArrayList<>();
    Map<Character, Dim> extents = new LinkedHashMap<>();
    int longest = 0;
    for (int i = 0; i < terms.length; i++) {
      List<Dim> dims = shapes.get(i);
      String t = terms[i];
      int dots = dims.size() - t.replace("...", "").length();
      if (dots < 0 || (dots > 0 && !t.contains("..."))) {
        throw c.fail(
            "operand " + i + " of equation '" + equation + "' doesn't match rank " + dims.size());
      }
      longest = Math.max(longest, dots);
      String letters = t.replace("...", ellipsis(dots));
      operands.add(letters);
      for (int k = 0; k < letters.length(); k++) {
        merge(c, extents, letters.charAt(k), dims.get(k), equation);
      }
    }
    String output =
        arrow >= 0
            ? equation.substring(arrow + 2).replace("...", ellipsis(longest))
            : implied(operands, longest);
    for (char l : output.toCharArray()) {
      if (!extents.containsKey(l)) {
        throw c.fail("equation '" + equation + "' has an output index that no operand has");
      }
    }
    return new EinsumSpec(operands, output, extents);
  }

  private static String ellipsis(int n) {
    StringBuilder s = new StringBuilder();
    for (int i = n - 1; i >= 0; i--) {
      s.append((char) ('0' + i));
    }
    return s.toString();
  }

  private static String implied(List<String> operands, int longest) {
    String all = String.join("", operands);
    StringBuilder out = new StringBuilder(ellipsis(longest));
    TreeSet<Character> letters = new TreeSet<>();
    for (char l : all.toCharArray()) {
      if (Character.isLetter(l) && all.indexOf(l) == all.lastIndexOf(l)) {
        letters.add(l);
      }
    }
    letters.forEach(out::append);
    return out.toString();
  }

  private static void merge(
      OpContext c, Map<Character, Dim> extents, char letter, Dim d, String equation) {
    Dim old = extents.get(letter);
    if (old == null || (old.known() && old.value() == 1)) {
      extents.put(letter, d);
    } else if (old.known() && d.known() && old.value() != d.value() && d.value() != 1) {
      throw c.fail("index '" + letter + "' of equation '" + equation + "' is " + old + " and " + d);
    }
  }
}
