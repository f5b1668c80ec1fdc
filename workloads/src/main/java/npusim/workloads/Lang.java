package npusim.workloads;

import java.util.Locale;

/** Languages whose token counts are known. */
public enum Lang {
  KO("Korean"),
  EN("English");

  private final String title;

  Lang(String title) {
    this.title = title;
  }

  /** English name of the language. */
  public String title() {
    return title;
  }

  /** Code as written on the command line. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
