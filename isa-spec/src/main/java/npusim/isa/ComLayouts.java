// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

/** Field layouts of the instructions. */
final class ComLayouts {
  private ComLayouts() {}

  static Layout cBarrier() {
    return new Layout("communication", TimingClass.BARRIER)
        .summary(
            "Wait until all cores of the mask (own chip) have arrived at "
                + "their barrier with the same mask.")
        .semantics("arrive(cores); wait until all have arrived")
        .field(
            Field.CORES,
            FieldKind.VALUE,
            64,
            0L,
            "cores within the chip, bit c for core c; the own core is one " + "of them")
        .field(
            Field.KERNEL,
            FieldKind.FLAG,
            1,
            0L,
            "a kernel starts behind it: the cores go on " + "core.sequencer.kernel_cycles later");
  }

  static Layout cSignal() {
    return new Layout("communication", TimingClass.MESSAGE)
        .summary("Add to a semaphore of other cores on the chip.")
        .semantics("core.sem += amount for each core in cores")
        .field(Field.CORES, FieldKind.VALUE, 64, 0L, "cores within the chip, bit c for core c")
        .field(Field.SEM, FieldKind.SEM, 6, 1L, "semaphore on those cores")
        .field(Field.AMOUNT, FieldKind.UNSIGNED, 8, 1L, "added count");
  }

  static Layout cSend() {
    return new Layout("communication", TimingClass.LINK)
        .summary(
            "Send a region of local memory to a core of another chip; "
                + "meets the matching c.recv by (peer, tag) in order.")
        .semantics("link(self → peer, tag) ← a[i·a_s] for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "region to send")
        .field(
            Field.PEER,
            FieldKind.COUNT,
            32,
            0L,
            "receiving core in the system (chip · cores per chip + core)")
        .field(Field.TAG, FieldKind.COUNT, 32, 0L, "message tag");
  }

  static Layout cRecv() {
    return new Layout("communication", TimingClass.LINK)
        .summary(
            "Receive a region from a core of another chip; as many bytes "
                + "as the matching c.send.")
        .semantics("dst[i·dst_s] ← link(peer → self, tag) for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents")
        .operand("dst", OperandShape.LOCAL4, Access.WRITE, TypeGroup.ANY, "where to put it")
        .field(
            Field.PEER,
            FieldKind.COUNT,
            32,
            0L,
            "sending core in the system (chip · cores per chip + core)")
        .field(Field.TAG, FieldKind.COUNT, 32, 0L, "message tag");
  }

  static Layout cExchange() {
    return new Layout("communication", TimingClass.LINK)
        .summary(
            "Send a region of local memory to a core of another chip and "
                + "receive as many bytes from it, both at once; meets the "
                + "peer's c.exchange by (peer, tag) in order.")
        .semantics(
            "link(self → peer, tag) ← a[i·a_s]; dst[i·dst_s] ← link(peer "
                + "→ self, tag) for i in d")
        .extents("d", OperandShape.EXTENTS, "iteration extents, of both regions")
        .operand("a", OperandShape.LOCAL4, Access.READ, TypeGroup.ANY, "region to send")
        .operand(
            "dst",
            OperandShape.LOCAL4,
            Access.WRITE,
            TypeGroup.ANY,
            "where to put what the peer sends; does not overlap a")
        .field(
            Field.PEER,
            FieldKind.COUNT,
            32,
            0L,
            "the other core in the system (chip · cores per chip + core)")
        .field(Field.TAG, FieldKind.COUNT, 32, 0L, "message tag");
  }
}
