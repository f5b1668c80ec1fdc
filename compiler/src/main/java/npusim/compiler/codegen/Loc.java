package npusim.compiler.codegen;

import npusim.isa.DType;

/**
 * A strided n-dimensional operand in memory.
 *
 * @param area the memory it lies in
 * @param address byte address of the element at the origin (local address space: the accumulator
 *     memory begins at {@link Space#ACC_BASE})
 * @param strides per dimension, in elements
 * @param type element type
 */
public record Loc(Area area, Aff address, long[] strides, DType type) {

  /** Number of dimensions. */
  public int rank() {
    return strides.length;
  }

  /** The same operand with its origin moved by elements per dimension. */
  public Loc at(Aff... origin) {
    Aff elements = Aff.ZERO;
    for (int i = 0; i < origin.length; i++) {
      elements = elements.plus(origin[i].times(strides[i]));
    }
    return new Loc(area, address.plus(bytes(elements, type)), strides, type);
  }

  /** The same operand with its origin moved by elements of the memory. */
  public Loc plus(long elements) {
    return new Loc(area, address.plus(bytes(Aff.of(elements), type)), strides, type);
  }

  /** The same bytes walked with other strides. */
  public Loc withStrides(long... other) {
    return new Loc(area, address, other, type);
  }

  /** The same bytes read as another type of the same width. */
  public Loc withType(DType other) {
    return new Loc(area, address, strides, other);
  }

  /**
   * The operand with the chosen dimensions in the chosen order; -1 inserts a broadcast dimension.
   */
  public Loc dims(int... order) {
    long[] s = new long[order.length];
    for (int i = 0; i < s.length; i++) {
      s[i] = order[i] < 0 ? 0 : strides[order[i]];
    }
    return new Loc(area, address, s, type);
  }

  /**
   * Bytes of an element count.
   *
   * @throws PackedAddressException when packed elements don't end on a byte
   */
  public static Aff bytes(Aff elements, DType type) {
    if (type.bits() >= 8) {
      return elements.times(type.bits() / 8);
    }
    Aff bits = elements.times(type.bits());
    if (!bits.divisibleBy(8)) {
      throw new PackedAddressException(elements, type);
    }
    return bits.dividedBy(8);
  }
}
