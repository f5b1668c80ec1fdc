package npusim.isa;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects what describes an instruction: its fields in encoding order, each given its bits, and
 * its texts.
 */
final class Layout {
  private final List<FieldSpec> fields = new ArrayList<>();
  private final List<Operand> operands = new ArrayList<>();
  private final String family;
  private final TimingClass timing;
  private Optional<OpClass> opClass = Optional.empty();
  private String summary = "";
  private String semantics = "";
  private int bits = Word.HEADER_BITS;

  Layout(String family, TimingClass timing) {
    this.family = family;
    this.timing = timing;
  }

  String family() {
    return family;
  }

  TimingClass timing() {
    return timing;
  }

  Optional<OpClass> opClass() {
    return opClass;
  }

  String summary() {
    return summary;
  }

  String semantics() {
    return semantics;
  }

  Layout summary(String text) {
    summary = text;
    return this;
  }

  Layout semantics(String text) {
    semantics = text;
    return this;
  }

  Layout opClass(OpClass value) {
    opClass = Optional.of(value);
    return this;
  }

  List<FieldSpec> fields() {
    return List.copyOf(fields);
  }

  List<Operand> operands() {
    return List.copyOf(operands);
  }

  Layout extents(String name, OperandShape shape, String meaning) {
    return operand(name, shape, Access.NONE, Optional.empty(), "", meaning);
  }

  Layout operand(String name, OperandShape shape, Access access, TypeGroup types, String meaning) {
    return operand(name, shape, access, Optional.of(types), "", meaning);
  }

  Layout untyped(String name, OperandShape shape, Access access, String typeOf, String meaning) {
    return operand(name, shape, access, Optional.empty(), typeOf, meaning);
  }

  Layout field(Field field, FieldKind kind, int width, long defaultValue, String meaning) {
    return add(spec(field, kind, width, defaultValue, Optional.empty(), meaning));
  }

  /**
   * A 64-bit constant plus register that is a binary64 when the type in {@code realWhen} is a float
   * type.
   */
  Layout real(Field field, Field realWhen, String meaning) {
    return add(
        new FieldSpec(
            field,
            FieldKind.VALUE,
            64,
            0,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(realWhen),
            meaning));
  }

  <E extends Enum<E>> Layout choice(Field field, int width, E defaultValue, String meaning) {
    return add(
        new FieldSpec(
            field,
            FieldKind.ENUM,
            width,
            0,
            defaultValue.ordinal(),
            Optional.empty(),
            Optional.of(defaultValue.getDeclaringClass()),
            Optional.empty(),
            Optional.empty(),
            meaning));
  }

  private Layout operand(
      String name,
      OperandShape shape,
      Access access,
      Optional<TypeGroup> types,
      String typeOf,
      String meaning) {
    Optional<Field> address = Optional.empty();
    Optional<Field> type = Optional.empty();
    var numbers = new ArrayList<Field>();
    for (OperandShape.Part part : shape.parts()) {
      Field field = part.field(name);
      switch (part.kind()) {
        case ADDRESS -> address = Optional.of(field);
        case DTYPE -> type = Optional.of(field);
        default -> numbers.add(field);
      }
      String what =
          part.kind() == FieldKind.COUNT ? part.meaning() : meaning + ": " + part.meaning();
      FieldSpec spec =
          spec(field, part.kind(), part.width(), part.defaultValue(), part.space(), what);
      add(part.kind() == FieldKind.DTYPE ? typed(spec, types) : spec);
    }
    operands.add(
        new Operand(name, shape, access, address, List.copyOf(numbers), type, typeOf, meaning));
    return this;
  }

  private static FieldSpec typed(FieldSpec spec, Optional<TypeGroup> types) {
    DType byDefault = DType.values()[(int) spec.defaultValue()];
    TypeGroup group = types.orElseThrow();
    long value = (group.contains(byDefault) ? byDefault : group.types().getFirst()).ordinal();
    return new FieldSpec(
        spec.field(),
        spec.kind(),
        spec.width(),
        0,
        value,
        types,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        spec.meaning());
  }

  private static FieldSpec spec(
      Field field,
      FieldKind kind,
      int width,
      long defaultValue,
      Optional<FieldSpec.Space> space,
      String meaning) {
    return new FieldSpec(
        field,
        kind,
        width,
        0,
        defaultValue,
        Optional.empty(),
        Optional.empty(),
        space,
        Optional.empty(),
        meaning);
  }

  private Layout add(FieldSpec spec) {
    fields.add(spec.at(bits));
    bits += spec.totalBits();
    if (bits > Word.BYTES * 8) {
      throw new IllegalStateException(spec.field() + " ends at bit " + bits);
    }
    return this;
  }
}
