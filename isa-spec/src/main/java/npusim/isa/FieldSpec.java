package npusim.isa;

import java.util.Optional;

/**
 * A field of an instruction: where its bits are and what may stand in it.
 *
 * @param field global name
 * @param kind what it holds
 * @param width bits of the constant, without the register number
 * @param offset first bit in the instruction word
 * @param defaultValue value when not set
 * @param types legal element types, for {@link FieldKind#DTYPE}
 * @param enumeration class of the constants, for {@link FieldKind#ENUM}
 * @param space memory an {@link FieldKind#ADDRESS} points into
 * @param realWhen element type field; when that is a float type and no register is added, a {@link
 *     FieldKind#VALUE} holds the bits of a binary64, else it is an integer
 * @param meaning one line for the reference
 */
public record FieldSpec(
    Field field,
    FieldKind kind,
    int width,
    int offset,
    long defaultValue,
    Optional<TypeGroup> types,
    Optional<Class<? extends Enum<?>>> enumeration,
    Optional<Space> space,
    Optional<Field> realWhen,
    String meaning) {

  /** Bits of a register number. */
  public static final int REGISTER_BITS = 5;

  /** Memory an address points into. */
  public enum Space {
    /** A core's scratchpad and accumulator memory. */
    LOCAL,
    /** The chip's DRAM. */
    DRAM
  }

  /** Bits including the register number of an operand that has one. */
  public int totalBits() {
    return width + (kind.plusRegister() ? REGISTER_BITS : 0);
  }

  /** Smallest legal constant. */
  public long min() {
    return switch (kind) {
      case SEM -> 1;
      case IMM, VALUE, COUNT, ADDRESS, STRIDE, SIGNED -> -1L << (width - 1);
      case UNSIGNED, DTYPE, ENUM, FLAG, REGISTER -> 0;
    };
  }

  /** Largest legal constant. */
  public long max() {
    return switch (kind) {
      case IMM, VALUE, COUNT, ADDRESS, STRIDE, SIGNED -> ~(-1L << (width - 1));
      case DTYPE -> DType.values().length - 1L;
      case ENUM -> enumeration.orElseThrow().getEnumConstants().length - 1L;
      case UNSIGNED, FLAG, REGISTER, SEM -> ~(-1L << width);
    };
  }

  /** Name in assembly, such as {@code dst_s3}. */
  public String label() {
    return field.label();
  }

  FieldSpec at(int newOffset) {
    return new FieldSpec(
        field, kind, width, newOffset, defaultValue, types, enumeration, space, realWhen, meaning);
  }
}
