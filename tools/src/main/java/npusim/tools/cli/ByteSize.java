package npusim.tools.cli;

import java.util.OptionalLong;
import npusim.hardware.Numbers;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size as an argument: bytes, or a number with KiB, MiB, GiB, TiB, kB, MB, GB or TB. */
final class ByteSize implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    OptionalLong size = Numbers.size(text);
    if (size.isEmpty()) {
      throw new TypeConversionException(
          "'" + text + "' is no size in bytes, such as 65536 or 64MiB");
    }
    return size.getAsLong();
  }
}
