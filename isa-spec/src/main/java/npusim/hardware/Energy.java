package npusim.hardware;

import java.util.Map;
import npusim.isa.DType;

/**
 * Energy coefficients of one chip, dynamic in pJ, static in W.
 *
 * @param macPj one multiply-accumulate in the array with its pipeline registers, per native type
 * @param vectorPj one element operation of 32 bits in a vector lane, per class; narrower types cost
 *     in proportion to their bits
 * @param scratchpadReadPjPerByte reading one byte of scratchpad
 * @param scratchpadWritePjPerByte writing one byte of scratchpad
 * @param accumulatorReadPjPerByte reading one byte of accumulator memory
 * @param accumulatorWritePjPerByte writing one byte of accumulator memory
 * @param sharedSramReadPjPerByte reading one byte of shared SRAM
 * @param sharedSramWritePjPerByte writing one byte of shared SRAM
 * @param nocPjPerByteHop one byte over one hop of the network on chip
 * @param dramReadPjPerByte one byte read from an open DRAM row, interface and controller included
 * @param dramWritePjPerByte one byte written to an open DRAM row, interface and controller included
 * @param dramActivatePj one row activation with its precharge
 * @param linkPjPerByte one byte over one chip-to-chip link
 * @param instructionPj fetching, decoding and issuing one instruction
 * @param statics power spent whether or not anything happens
 */
public record Energy(
    Map<DType, Double> macPj,
    Map<VectorClass, Double> vectorPj,
    double scratchpadReadPjPerByte,
    double scratchpadWritePjPerByte,
    double accumulatorReadPjPerByte,
    double accumulatorWritePjPerByte,
    double sharedSramReadPjPerByte,
    double sharedSramWritePjPerByte,
    double nocPjPerByteHop,
    double dramReadPjPerByte,
    double dramWritePjPerByte,
    double dramActivatePj,
    double linkPjPerByte,
    double instructionPj,
    Static statics) {

  /**
   * Static power of one chip (leakage, clock tree, standby).
   *
   * @param corePowerW each core
   * @param sramPowerW all SRAM of the chip
   * @param dramPowerW DRAM standby and refresh
   * @param otherPowerW network, controllers, PHYs, board
   */
  public record Static(
      double corePowerW, double sramPowerW, double dramPowerW, double otherPowerW) {
    public Static {
      Checks.notNegative(corePowerW, "energy.static.core_w");
      Checks.notNegative(sramPowerW, "energy.static.sram_w");
      Checks.notNegative(dramPowerW, "energy.static.dram_w");
      Checks.notNegative(otherPowerW, "energy.static.other_w");
    }

    /** Static power of a chip with that many cores, W. */
    public double totalW(int cores) {
      return corePowerW * cores + sramPowerW + dramPowerW + otherPowerW;
    }
  }

  public Energy {
    macPj = Maps.immutable(macPj);
    vectorPj = Maps.immutable(vectorPj);
  }

  /**
   * Energy of one multiply-accumulate, pJ.
   *
   * @throws IllegalArgumentException if the chip has no coefficient for the type
   */
  public double macPj(DType type) {
    var pj = macPj.get(type);
    if (pj == null) {
      throw new IllegalArgumentException("no MAC energy for " + type);
    }
    return pj;
  }

  /** Energy of one vector element operation, pJ: the class's 32-bit coefficient times bits/32. */
  public double vectorPj(VectorClass c, DType type) {
    return vectorPj.get(c) * type.bits() / 32.0;
  }
}
