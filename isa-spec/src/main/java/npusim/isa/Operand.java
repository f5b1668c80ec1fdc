package npusim.isa;

import java.util.List;
import java.util.Optional;

/**
 * A group of fields that belong together and are written as one in assembly: extents, or an address
 * with its strides and element type.
 *
 * @param name name in assembly, such as {@code dst}
 * @param shape template the fields come from
 * @param access how the memory is used
 * @param address address field, absent for extents
 * @param numbers strides, or the extents themselves, outermost first
 * @param type element type field; absent when {@code typeOf} names another operand or there is no
 *     memory
 * @param typeOf name of the operand whose element type this one has, {@link #BYTES}, or empty
 * @param meaning one line for the reference
 */
public record Operand(
    String name,
    OperandShape shape,
    Access access,
    Optional<Field> address,
    List<Field> numbers,
    Optional<Field> type,
    String typeOf,
    String meaning) {
  /** In place of an operand's name: strides are in bytes. */
  public static final String BYTES = "bytes";
}
