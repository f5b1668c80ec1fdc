package npusim.program;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * Contents of a {@link Buffer}. A constant buffer without one is shape only: it can be timed but
 * not executed.
 *
 * @param buffer name of the buffer
 * @param data gives the bytes, as many as the buffer has; may compute or read them when asked
 */
public record ConstData(String buffer, Supplier<byte[]> data) {
  public ConstData {
    Objects.requireNonNull(buffer, "buffer");
    Objects.requireNonNull(data, "data");
  }

  /** Contents already in memory; the array must not be changed. */
  public static ConstData of(String buffer, byte[] bytes) {
    return new ConstData(buffer, () -> bytes);
  }
}
