package npusim.compiler.quant;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import npusim.diag.NpusimException;

/**
 * Which weights are pruned: the ones of least magnitude in every group along the sums.
 *
 * @param name as given, such as {@code 2:4}
 * @param keep weights kept of every {@code of} (N:M pruning); 0 for unstructured pruning
 * @param of weights per group (N:M pruning)
 * @param fraction share of the weights that is pruned
 */
public record Pruning(String name, int keep, int of, double fraction) {
  /** Elements of a compressed block at most. */
  private static final int LARGEST_BLOCK = 256;

  private static final int SMALLEST_BLOCK = 8;
  private static final int MOST_OF = 16;
  private static final Pattern STRUCTURED = Pattern.compile("(\\d{1,2}):(\\d{1,2})");
  private static final String UNSTRUCTURED = "unstructured:";

  /**
   * Pruning by its name: {@code N:M} keeps N of every M weights, {@code unstructured:F} prunes a
   * share F of the weights wherever they are.
   *
   * @throws NpusimException exit code 2 for anything else
   */
  public static Pruning parse(String text) {
    String s = text.strip().toLowerCase(Locale.ROOT);
    Matcher m = STRUCTURED.matcher(s);
    if (m.matches()) {
      int n = Integer.parseInt(m.group(1));
      int of = Integer.parseInt(m.group(2));
      if (n >= 1 && n < of && of <= MOST_OF && Integer.bitCount(of) == 1) {
        return new Pruning(s, n, of, 1 - (double) n / of);
      }
    } else if (s.startsWith(UNSTRUCTURED)) {
      double f = fraction(s.substring(UNSTRUCTURED.length()));
      if (f > 0 && f < 1) {
        return new Pruning(s, 0, 0, f);
      }
    }
    throw NpusimException.usage(
        "prune",
        "--prune " + text + " is no known pruning",
        "2:4 keeps 2 of every 4 weights (1 ≤ N < M, M one of 2, 4, 8, 16); unstructured:0.6 prunes"
            + " 60% of them");
  }

  private static double fraction(String s) {
    try {
      return Double.parseDouble(s);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** True for N of every M. */
  public boolean structured() {
    return keep > 0;
  }

  /** True when of every aligned four weights at most two are left. */
  public boolean isTwoOfFour() {
    return structured() && of <= 4 && 2 * keep <= of;
  }

  /** Weights kept of so many in one group. */
  public int kept(int elements) {
    return structured()
        ? elements / of * keep
        : elements - (int) Math.floor(fraction * elements + 1e-9);
  }

  /**
   * Elements of the blocks that sums of {@code k} products are pruned and stored in: all blocks of
   * a weight keep as many elements, so that they take as many bytes.
   *
   * @return empty when the sums don't divide into blocks
   */
  public Optional<Integer> block(long k) {
    long largest = Math.min(LARGEST_BLOCK, Long.lowestOneBit(k));
    return largest >= Math.max(SMALLEST_BLOCK, of) ? Optional.of((int) largest) : Optional.empty();
  }
}
