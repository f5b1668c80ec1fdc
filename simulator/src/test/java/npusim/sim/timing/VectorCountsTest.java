package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import npusim.asm.Assembler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes and elements that vector instructions are counted with. */
class VectorCountsTest {
  private static Counters run(String instruction) {
    return new TimingSimulator(TestHardware.small(), TimingOptions.exactly())
        .run(Assembler.assemble("test.npuasm", instruction + "\nhalt"), Map.of())
        .counters();
  }

  /** The strides of the dimensions that a reduction takes away don't count, whatever they are. */
  @ParameterizedTest
  @CsvSource({
    "1, 60, '[0,20,5,1]'",
    "2, 40, '[20,0,5,1]'",
    "4, 30, '[20,5,0,1]'",
    "8, 24, '[20,5,1,0]'",
    "12, 6, '[20,5,0,0]'",
    "15, 1, '[0,0,0,0]'",
  })
  void aReductionWritesWhatIsLeft(int mask, int results, String strides) {
    String red = "v.red sum d=[2,3,4,5] dst=0x4000%s a=0[60,20,5,1] mask=" + mask;
    Counters c = run(red.formatted(strides));
    assertThat(c.scratchpadWrittenBytes()).isEqualTo(4L * results);
    assertThat(c.scratchpadReadBytes()).isEqualTo(4 * 120);
    Counters odd = run(red.formatted("[60,20,5,1]"));
    assertThat(odd.scratchpadWrittenBytes()).isEqualTo(4L * results);
  }

  @Test
  void whatIsReadAgainAndAgainCountsOnce() {
    Counters c = run("v.bin add d=[6,7] dst=0[7,1] a=0x1000[7,1] b=0x2000[0,1]");
    assertThat(c.scratchpadReadBytes()).isEqualTo(4 * (42 + 7));
    assertThat(c.scratchpadWrittenBytes()).isEqualTo(4 * 42);
  }
}
