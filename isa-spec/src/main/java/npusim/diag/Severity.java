package npusim.diag;

import java.util.Locale;

/** How bad a {@link Diagnostic} is. Only errors stop the work. */
public enum Severity {
  ERROR,
  WARNING,
  NOTE;

  /** The word printed in a message: {@code error}, {@code warning} or {@code note}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
