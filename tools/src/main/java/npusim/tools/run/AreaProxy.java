package npusim.tools.run;

import npusim.hardware.Hardware;
import npusim.isa.DType;

/**
 * Silicon that a change of arrays or memories costs, for comparing chips with each other: the
 * multipliers and adders of the arrays and the bits of the SRAM, in mm² of a 45 nm process whatever
 * the chip's own. Control, wires, vector units and pads are not in it, so it is no die size.
 */
public final class AreaProxy {
  /**
   * Multiplier and adder in µm² at 45 nm (W. Dally, NIPS 2015 tutorial, with M. Horowitz, ISSCC
   * 2014): 8-bit integer 282 + 36, 32-bit integer 3495 + 137, 16-bit float 1640 + 1360, 32-bit
   * float 7700 + 4184.
   */
  private static final double INT8 = 318;

  private static final double INT32 = 3632;
  private static final double FLOAT16 = 3000;
  private static final double FLOAT32 = 11884;

  /** A six-transistor cell at 45 nm, µm² (K. Mistry et al., IEDM 2007). */
  private static final double SRAM_BIT = 0.346;

  private AreaProxy() {}

  /** One chip, mm². */
  public static double squareMillimetres(Hardware hw) {
    var m = hw.core().matrix();
    double element = 0;
    for (var t : m.throughput().entrySet()) {
      element = Math.max(element, t.getValue() * multiplyAdd(t.getKey()));
    }
    double elements = (double) m.arrays() * m.rows() * m.cols() * hw.chip().cores();
    return (elements * element + hw.sramBytes() * 8.0 * SRAM_BIT) * 1e-6;
  }

  /** Types without a figure take the one of their kind, a multiplier growing with bits squared. */
  private static double multiplyAdd(DType type) {
    int bits = type.bits();
    if (type.isFloat()) {
      return bits > 16 ? FLOAT32 * bits / 32 * bits / 32 : FLOAT16 * bits / 16 * bits / 16;
    }
    return bits > 16 ? INT32 * bits / 32 * bits / 32 : INT8 * bits / 8 * bits / 8;
  }
}
