package npusim.tools.run;

import java.util.Arrays;
import java.util.List;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/** Element types by name. */
public final class ElementTypes {
  private ElementTypes() {}

  /**
   * The type of a name such as {@code bf16}.
   *
   * @param option what the user wrote it after, for the message
   * @throws NpusimException (usage) when there is none
   */
  public static DType parse(String name, String option, Location where) {
    return DType.ofName(name)
        .filter(DType::supported)
        .orElseThrow(
            () -> {
              List<String> names =
                  Arrays.stream(DType.values())
                      .filter(DType::supported)
                      .map(DType::shortName)
                      .toList();
              return NpusimException.usage(
                  "dtype",
                  option + " " + name + " is no element type",
                  where,
                  Names.suggest(name, names));
            });
  }
}
