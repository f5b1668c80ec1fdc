package npusim.diag;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Suggests the name a user meant. */
public final class Names {
  private Names() {}

  /**
   * The candidate nearest to a mistyped name by edit distance (insert, delete, replace, swap of
   * neighbours; case ignored). Ties go to the first in the collection's order.
   *
   * @return empty when no candidate is near: more than a third of the longer name's characters
   *     differ (at least one difference is always allowed) and neither name contains the other
   */
  public static Optional<String> nearest(String name, Collection<String> candidates) {
    String wanted = name.toLowerCase(Locale.ROOT);
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      String c = candidate.toLowerCase(Locale.ROOT);
      int distance = distance(wanted, c);
      int limit = Math.max(1, Math.max(wanted.length(), c.length()) / 3);
      boolean contained = wanted.length() >= 3 && (c.contains(wanted) || wanted.contains(c));
      if ((distance <= limit || contained) && distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * A hint for an unknown name: {@code did you mean "x"?} when one is near, otherwise the known
   * names in their order, at most 20 of them.
   */
  public static String suggest(String name, Collection<String> candidates) {
    return nearest(name, candidates)
        .map(near -> "did you mean \"" + near + "\"?")
        .orElseGet(() -> known(candidates));
  }

  private static String known(Collection<String> candidates) {
    if (candidates.isEmpty()) {
      return "";
    }
    String list = String.join(", ", candidates.stream().limit(20).toList());
    return "known: " + list + (candidates.size() > 20 ? ", …" : "");
  }

  /** Damerau-Levenshtein distance in its optimal-string-alignment form. */
  static int distance(String a, String b) {
    int[] beforePrevious = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, Math.min(previous[j], current[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          best = Math.min(best, beforePrevious[j - 2] + 1);
        }
        current[j] = best;
      }
      int[] recycled = beforePrevious;
      beforePrevious = previous;
      previous = current;
      current = recycled;
    }
    return previous[b.length()];
  }
}
