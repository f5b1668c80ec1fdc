package npusim.compiler.codegen;

import npusim.isa.DType;

/** Says that packed elements would begin or end inside a byte, which no instruction addresses. */
public final class PackedAddressException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PackedAddressException(Aff elements, DType type) {
    super(
        "elements of type "
            + type.onnxName()
            + " begin inside a byte: "
            + elements
            + " of them are no whole bytes");
  }
}
