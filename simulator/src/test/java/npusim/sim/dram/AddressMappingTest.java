package npusim.sim.dram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import npusim.hardware.Dram;
import npusim.hardware.HardwareLoader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Channels that are no power of two, turned by what is above them in the address. */
class AddressMappingTest {
  private static AddressMapping of(String chip) {
    Dram dram = HardwareLoader.load(chip).dram();
    return new AddressMapping(dram, dram.spec().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a100", "wormhole-n150"})
  void aBlockHasARunInEveryChannelAndTheSameRow(String chip) {
    AddressMapping map = of(chip);
    int block = map.turnedBlock();
    int run = map.run();
    assertThat(block).isEqualTo(run * map.channels());
    var random = new Random(5);
    for (int i = 0; i < 500; i++) {
      long start = random.nextInt(1 << 20) * (long) block;
      map.decode(start);
      int first = map.channel();
      int pseudo = map.pseudoChannel();
      int group = map.group();
      int bank = map.bank();
      int row = map.row();
      for (int t = 0; t < block; t++) {
        map.decode(start + t);
        assertThat(map.channel()).isEqualTo((first + t / run) % map.channels());
        assertThat(map.pseudoChannel()).isEqualTo(pseudo);
        assertThat(map.group()).isEqualTo(group);
        assertThat(map.bank()).isEqualTo(bank);
        assertThat(map.row()).isEqualTo(row);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a100", "wormhole-n150"})
  void channelsAreTurnedByTheSumOfTheDigitsAbove(String chip) {
    AddressMapping map = of(chip);
    int n = map.channels();
    var random = new Random(6);
    for (int i = 0; i < 2000; i++) {
      long number = random.nextLong(1L << 30);
      long turn = 0;
      for (long above = number / map.turnedBlock(); above > 0; above /= n) {
        turn += above % n;
      }
      map.decode(number);
      assertThat((long) map.channel()).isEqualTo((number / map.run() % n + turn) % n);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a100", "wormhole-n150", "tpu-v4"})
  void theShortWayDecodesAlike(String chip) {
    AddressMapping map = of(chip);
    var random = new Random(7);
    for (int i = 0; i < 5000; i++) {
      long number = random.nextLong(i < 2500 ? 1L << 20 : 1L << 30);
      map.decode(number);
      int[] want = {map.channel(), map.pseudoChannel(), map.group(), map.bank(), map.row()};
      map.decodeTurned(number);
      int[] got = {map.channel(), map.pseudoChannel(), map.group(), map.bank(), map.row()};
      assertThat(got).as("%d", number).isEqualTo(want);
    }
  }

  /** A stride of all channels' runs, times a power of two, meets every channel. */
  @ParameterizedTest
  @ValueSource(strings = {"a100", "wormhole-n150"})
  void stridesMeetEveryChannel(String chip) {
    AddressMapping map = of(chip);
    for (int power = 0; power < 8; power++) {
      var met = new BitSet();
      for (int i = 0; i < 64 * map.channels(); i++) {
        map.decode((long) i * map.turnedBlock() << power);
        met.set(map.channel());
      }
      assertThat(met.cardinality()).as("times 2^%d", power).isEqualTo(map.channels());
    }
  }
}
