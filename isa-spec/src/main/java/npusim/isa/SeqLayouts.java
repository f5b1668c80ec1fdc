// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

/** Field layouts of the instructions. */
final class SeqLayouts {
  private SeqLayouts() {}

  static Layout sLi() {
    return new Layout("scalar", TimingClass.SCALAR)
        .summary("Set a scalar register to a constant.")
        .semantics("r[rd] = imm")
        .field(
            Field.RD, FieldKind.REGISTER, 5, 0L, "destination register; writing r0 has no effect")
        .field(Field.IMM, FieldKind.IMM, 64, 0L, "value");
  }

  static Layout sAlu() {
    return new Layout("scalar", TimingClass.SCALAR)
        .summary("Scalar arithmetic on signed 64-bit registers, wrapping.")
        .semantics("r[rd] = fn(r[ra], imm)")
        .choice(Field.FN, 4, AluFn.ADD, "function")
        .field(
            Field.RD, FieldKind.REGISTER, 5, 0L, "destination register; writing r0 has no effect")
        .field(Field.RA, FieldKind.REGISTER, 5, 0L, "first operand")
        .field(Field.IMM, FieldKind.VALUE, 64, 0L, "second operand b, constant plus register");
  }

  static Layout sLd() {
    return new Layout("scalar", TimingClass.SCALAR_LOAD)
        .summary(
            "Read an integer scalar from local memory into a register, "
                + "for data-dependent counts.")
        .semantics("r[rd] = a[0], sign- or zero-extended to 64 bits")
        .operand("a", OperandShape.SCALAR, Access.READ, TypeGroup.INTEGER, "where the scalar is")
        .field(Field.RD, FieldKind.REGISTER, 5, 0L, "destination register");
  }

  static Layout loop() {
    return new Layout("control", TimingClass.CONTROL)
        .summary(
            "Execute the instructions up to the matching endloop count "
                + "times; count ≤ 0 skips them.")
        .semantics("repeat count times { body }")
        .field(Field.COUNT, FieldKind.COUNT, 40, 1L, "iterations");
  }

  static Layout endloop() {
    return new Layout("control", TimingClass.CONTROL)
        .summary("End of the innermost loop.")
        .semantics("back to the matching loop while iterations remain");
  }

  static Layout call() {
    return new Layout("control", TimingClass.CONTROL)
        .summary(
            "Call a function; at most 8 calls deep. Registers are shared " + "with the caller.")
        .semantics("push(pc + 1); pc = target")
        .field(Field.TARGET, FieldKind.UNSIGNED, 24, 0L, "instruction index of the function");
  }

  static Layout ret() {
    return new Layout("control", TimingClass.CONTROL)
        .summary("Return to the instruction after the call.")
        .semantics("pc = pop()");
  }

  static Layout halt() {
    return new Layout("control", TimingClass.CONTROL)
        .summary(
            "End of the core's program. Complete once all units are idle; "
                + "every semaphore must be 0 then.")
        .semantics("stop");
  }

  static Layout nop() {
    return new Layout("control", TimingClass.NOP)
        .summary(
            "Do nothing on the named unit; carries waits and signals in " + "that unit's order.")
        .semantics("")
        .choice(Field.UNIT, 3, Unit.SEQ, "unit that executes it")
        .field(Field.Q, FieldKind.UNSIGNED, 2, 0L, "load queue when the unit is ld");
  }
}
