package npusim.sim.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import npusim.hardware.VectorClass;
import npusim.isa.DType;
import npusim.sim.timing.Category;
import npusim.sim.timing.Counters;
import npusim.sim.timing.DramTime;
import npusim.sim.timing.NodeTime;
import npusim.sim.timing.TestHardware;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counts times coefficients that were chosen so that every product shows in the sum. */
class EnergyModelTest {
  private static final String[] COEFFICIENTS = {
    "energy.mac_pj.i8=2",
    "energy.mac_pj.bf16=4",
    "energy.mac_pj.f32=16",
    "energy.vector_pj.simple=8",
    "energy.vector_pj.exp=24",
    "energy.scratchpad_read_pj_per_byte=3",
    "energy.scratchpad_write_pj_per_byte=5",
    "energy.accumulator_read_pj_per_byte=7",
    "energy.accumulator_write_pj_per_byte=11",
    "energy.shared_sram_read_pj_per_byte=13",
    "energy.shared_sram_write_pj_per_byte=17",
    "energy.noc_pj_per_byte_hop=19",
    "energy.dram_read_pj_per_byte=23",
    "energy.dram_write_pj_per_byte=29",
    "energy.dram_activate_pj=31",
    "energy.link_pj_per_byte=37",
    "energy.instruction_pj=41",
    "energy.static.core_w=0.25",
    "energy.static.sram_w=0.5",
    "energy.static.dram_w=1",
    "energy.static.other_w=2",
    "chip.cores=3"
  };

  private static final int TYPES = DType.values().length;

  private final EnergyModel model = new EnergyModel(TestHardware.small(COEFFICIENTS));

  private static long[] byType(DType type, long count) {
    var counts = new long[TYPES];
    counts[type.ordinal()] = count;
    return counts;
  }

  private static long[] elements() {
    var counts = new long[TYPES * VectorClass.values().length];
    counts[VectorClass.SIMPLE.ordinal() * TYPES + DType.F32.ordinal()] = 10;
    counts[VectorClass.EXP.ordinal() * TYPES + DType.BF16.ordinal()] = 6;
    return counts;
  }

  /** What a run of 500 cycles of 1 ns counted, on some chips. */
  private static TimingResult run(DType type, int chips) {
    var counters =
        new Counters(
            byType(type, 100),
            byType(type, 20),
            elements(),
            101,
            103,
            107,
            109,
            113,
            127,
            131,
            137,
            139,
            149,
            151,
            157);
    var dram = new DramTime(0, 131, 137, 139, 0, 0, 0, new long[1]);
    return new TimingResult(
        500,
        new long[Category.values().length],
        List.of(),
        List.of(),
        new ArrayList<>(Collections.nCopies(chips, dram)),
        counters,
        0);
  }

  @Test
  void everyCountCostsItsCoefficient() {
    EnergyResult e = model.account(run(DType.I8, 1));
    assertThat(e.dynamicPj(EnergyComponent.MATRIX)).isEqualTo(2 * (100 + 20));
    assertThat(e.dynamicPj(EnergyComponent.VECTOR)).isEqualTo(8 * 10 + 24 / 2 * 6);
    assertThat(e.dynamicPj(EnergyComponent.SCRATCHPAD)).isEqualTo(3 * 101 + 5 * 103);
    assertThat(e.dynamicPj(EnergyComponent.ACCUMULATOR)).isEqualTo(7 * 107 + 11 * 109);
    assertThat(e.dynamicPj(EnergyComponent.NOC)).isEqualTo(19 * 113);
    assertThat(e.dynamicPj(EnergyComponent.LINK)).isEqualTo(37 * 127);
    assertThat(e.dynamicPj(EnergyComponent.DRAM)).isEqualTo(23 * 131 + 29 * 137 + 31 * 139);
    assertThat(e.dynamicPj(EnergyComponent.SHARED_SRAM)).isEqualTo(13 * 149 + 17 * 151);
    assertThat(e.dynamicPj(EnergyComponent.CORE)).isEqualTo(41 * 157);
    assertThat(e.dynamicPj(EnergyComponent.OTHER)).isZero();
  }

  @Test
  void staticPowerCountsCoresChipsAndTime() {
    EnergyResult e = model.account(run(DType.I8, 2));
    assertThat(e.seconds()).isEqualTo(500e-9);
    double pj = 500e-9 * 2 * 1e12;
    assertThat(e.staticPj(EnergyComponent.CORE)).isCloseTo(3 * 0.25 * pj, Offset.offset(1e-6));
    assertThat(e.staticPj(EnergyComponent.SCRATCHPAD)).isCloseTo(0.5 * pj, Offset.offset(1e-6));
    assertThat(e.staticPj(EnergyComponent.DRAM)).isCloseTo(pj, Offset.offset(1e-6));
    assertThat(e.staticPj(EnergyComponent.OTHER)).isCloseTo(2 * pj, Offset.offset(1e-6));
    assertThat(e.totalStaticPj()).isCloseTo(4.25 * pj, Offset.offset(1e-6));
    assertThat(model.staticPowerW(2)).isCloseTo(2 * 4.25, Offset.offset(1e-9));
  }

  @ParameterizedTest
  @CsvSource({"I8, 2", "U8, 2", "F16, 4", "I16, 4", "F32, 16", "I32, 16", "F64, 64"})
  void aTypeWithoutCoefficientTakesThatOfTheNarrowestThatHoldsIt(DType type, double pj) {
    double matrix = model.account(run(type, 1)).dynamicPj(EnergyComponent.MATRIX);
    assertThat(matrix).isEqualTo(pj * 120);
  }

  @Test
  void aNodeGetsItsShareOfEveryPart() {
    TimingResult run = run(DType.I8, 1);
    var all =
        new NodeTime(
            0,
            0,
            new long[Category.values().length],
            new long[TimingUnit.values().length],
            131,
            137,
            100,
            20,
            16,
            101 + 103,
            107 + 109,
            113,
            127,
            149 + 151);
    EnergyResult e = model.account(run);
    double counted = e.totalDynamicPj() - e.dynamicPj(EnergyComponent.CORE);
    assertThat(model.nodeDynamicPj(run, all)).isCloseTo(counted, Offset.offset(1e-6));
    var products =
        new NodeTime(1, 0, all.categoryCycles(), all.busyCycles(), 0, 0, 50, 10, 0, 0, 0, 0, 0, 0);
    assertThat(model.nodeDynamicPj(run, products)).isCloseTo(120, Offset.offset(1e-9));
  }
}
