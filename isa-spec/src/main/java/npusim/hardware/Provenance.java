package npusim.hardware;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a parameter's value comes from.
 *
 * @param status how well it is known
 * @param source document, file or reason; never blank
 */
public record Provenance(Status status, String source) {

  /** How well a value is known. */
  public enum Status {
    /** Stated in a primary document. */
    PUBLISHED,
    /** Stated by someone else: another simulator's configuration, a secondary page. */
    THIRD_PARTY,
    /** Arithmetic on published numbers. */
    DERIVED,
    /** Found by looking at measured rows that the chip is validated with; the source says which. */
    FITTED,
    /** Engineering judgement, with its reason. */
    ESTIMATE,
    /** Widely quoted, from memory, unverified. */
    RECALLED,
    /** A choice of this description, not a claim about silicon (generic chips, policies). */
    CHOICE,
    /** The schema's default; the description does not set it. */
    DEFAULT,
    /** Set on the command line. */
    OVERRIDE,
    /** Set in a file that gives no source for it. */
    UNSTATED;

    /** The spelling in YAML and in listings. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a description may state it; the others are given by the loader. */
    public boolean writable() {
      return ordinal() <= CHOICE.ordinal();
    }

    /** Labels a description may state. */
    public static List<String> writableLabels() {
      return Arrays.stream(values()).filter(Status::writable).map(Status::label).toList();
    }

    /** Finds a status by its label. */
    public static Optional<Status> parse(String label) {
      for (var s : values()) {
        if (s.label().equals(label)) {
          return Optional.of(s);
        }
      }
      return Optional.empty();
    }
  }
}
