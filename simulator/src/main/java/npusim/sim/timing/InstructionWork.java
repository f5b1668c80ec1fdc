package npusim.sim.timing;

import java.util.Optional;
import npusim.hardware.VectorClass;
import npusim.isa.DType;

/**
 * What one executed instruction did, as shown to a {@link TraceSink}; valid only during the call.
 */
public final class InstructionWork {
  private static final DType[] TYPES = DType.values();
  private static final VectorClass[] CLASSES = VectorClass.values();

  private final Costs costs;
  private int row = -1;

  InstructionWork(Costs costs) {
    this.costs = costs;
  }

  InstructionWork at(int costRow) {
    row = costRow;
    return this;
  }

  private long value(int field) {
    return row < 0 ? 0 : costs.rows[row + field];
  }

  /** Multiply-accumulates. */
  public long macs() {
    return value(Costs.MACS);
  }

  /** Array slots passed beyond them. */
  public long paddedMacs() {
    return value(Costs.PADDED);
  }

  /** Type that multiply-accumulates or elements are counted under. */
  public DType type() {
    return TYPES[(int) value(Costs.TYPE)];
  }

  /** Class of a vector instruction; empty for others. */
  public Optional<VectorClass> vectorClass() {
    return row < 0 || value(Costs.CLASS) < 0
        ? Optional.empty()
        : Optional.of(CLASSES[(int) value(Costs.CLASS)]);
  }

  /** Elements of a vector instruction. */
  public long vectorElements() {
    return value(Costs.ELEMENTS);
  }

  public long scratchpadReadBytes() {
    return value(Costs.SPM_READ);
  }

  public long scratchpadWrittenBytes() {
    return value(Costs.SPM_WRITE);
  }

  public long accumulatorReadBytes() {
    return value(Costs.ACC_READ);
  }

  public long accumulatorWrittenBytes() {
    return value(Costs.ACC_WRITE);
  }
}
