package npusim.compiler.codegen;

import npusim.isa.Field;

/** Fields of the operand shapes, by operand name. */
final class Operands {
  static final Field[] EXTENTS = {Field.D0, Field.D1, Field.D2, Field.D3};
  static final Operands DST = new Operands("DST");
  static final Operands A = new Operands("A");
  static final Operands B = new Operands("B");
  static final Operands C = new Operands("C");
  static final Operands COND = new Operands("COND");
  static final Operands SCALE = new Operands("SCALE");
  static final Operands ZP = new Operands("ZP");
  static final Operands IDX = new Operands("IDX");
  static final Operands DRAM = new Operands("DRAM");

  final Field address;
  final Field[] strides = new Field[4];
  final Field type;

  private Operands(String name) {
    address = Field.valueOf(name);
    for (int i = 0; i < 4; i++) {
      strides[i] = Field.valueOf(name + "_S" + i);
    }
    type = name.equals("DRAM") ? null : Field.valueOf(name + "_T");
  }

  void set(Op op, Loc at, long[] s) {
    op.set(address, at.address());
    for (int i = 0; i < 4; i++) {
      op.set(strides[i], s[i]);
    }
    if (type != null) {
      op.set(type, at.type());
    }
  }
}
