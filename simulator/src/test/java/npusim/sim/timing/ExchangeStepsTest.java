package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import npusim.asm.Assembler;
import npusim.hardware.Hardware;
import npusim.isa.Instruction;
import npusim.program.Program;
import org.junit.jupiter.api.Test;

/** Pairs of chips that come to the exchanges of all chips at times of their own. */
class ExchangeStepsTest {
  /** Cycles that 1600 bytes take on a link, and that a link takes. */
  private static final long BYTES = 100;

  private static final long LATENCY = 500;

  private final Program program =
      Assembler.assemble(
          "test.npuasm",
          """
          .program p cores_per_chip=1
          .core 0 stream=a r4=1
          .core 1 stream=a r4=0
          .core 2 stream=a r4=3
          .core 3 stream=a r4=2
          .stream a
          c.exchange d=[400] a=0[1] dst=0x8000[1] peer=r4
          halt
          """);

  private final Counterparts four = Counterparts.of(program).orElseThrow();
  private final Instruction exchange = four.code(0, 0).code()[0];

  private ExchangeSteps steps() {
    Hardware hw = TestHardware.small("system.chips=4", "system.link.topology=ring");
    return new ExchangeSteps(new ChipLinks(hw, 4), four);
  }

  private long first(ExchangeSteps s, long t) {
    return s.pair(0, 1, exchange, 1600, t);
  }

  private long second(ExchangeSteps s, long t) {
    return s.pair(2, 3, exchange, 1600, t);
  }

  @Test
  void allTogetherAreOne() {
    ExchangeSteps s = steps();
    assertThat(s.step(0, exchange).crossed()).isEqualTo(4);
    assertThat(s.all(0, exchange, 1600, 30)).isEqualTo(30 + BYTES + LATENCY);
    assertThat(s.all(0, exchange, 1600, 40)).isEqualTo(130 + BYTES + LATENCY);
  }

  @Test
  void whoComesLaterEndsLaterAndWhoComesEarlierGoesWithTheFirst() {
    ExchangeSteps s = steps();
    assertThat(first(s, 20)).isEqualTo(20 + BYTES + LATENCY);
    assertThat(second(s, 50)).isEqualTo(50 + BYTES + LATENCY);
    // The links are free again when the later pair's bytes have crossed them.
    assertThat(first(s, 60)).isEqualTo(150 + BYTES + LATENCY);
    assertThat(second(s, 70)).isEqualTo(150 + BYTES + LATENCY);
  }

  @Test
  void aPairMayBeManyExchangesAhead() {
    ExchangeSteps s = steps();
    int ahead = 11;
    for (int i = 0; i < ahead; i++) {
      assertThat(first(s, 0)).as("exchange %d", i).isEqualTo((i + 1) * BYTES + LATENCY);
    }
    for (int i = 0; i < ahead; i++) {
      assertThat(second(s, 0)).as("exchange %d", i).isEqualTo((i + 1) * BYTES + LATENCY);
    }
    assertThat(first(s, 0)).isEqualTo((ahead + 1) * BYTES + LATENCY);
    assertThat(second(s, 5000)).isEqualTo(5000 + BYTES + LATENCY);
    assertThat(second(s, 0)).isEqualTo(5100 + BYTES + LATENCY);
  }

  @Test
  void snapshotsDifferInHowFarEachPairIs() {
    ExchangeSteps even = steps();
    first(even, 0);
    second(even, 0);
    ExchangeSteps ahead = steps();
    first(ahead, 0);
    ExchangeSteps other = steps();
    second(other, 0);
    assertThat(snapshot(even, 10).sameFacts(snapshot(steps(), 10))).isTrue();
    assertThat(snapshot(ahead, 10).sameFacts(snapshot(even, 10))).isFalse();
    assertThat(snapshot(ahead, 10).sameFacts(snapshot(other, 10))).isFalse();
    assertThat(snapshot(other, 10).sameFacts(snapshot(other, 20))).isTrue();
    ExchangeSteps later = steps();
    first(later, 50);
    assertThat(snapshot(later, 10).sameFacts(snapshot(ahead, 10))).isTrue();
    assertThat(snapshot(later, 10).sameTimes(snapshot(ahead, 10))).isFalse();
    assertThat(snapshot(later, 60).sameTimes(snapshot(ahead, 10))).isTrue();
  }

  private static Snapshot snapshot(ExchangeSteps s, long now) {
    var to = new Snapshot(now);
    s.snapshot(to);
    return to;
  }

  @Test
  void whatIsUnderWayMovesWithTheMachine() {
    ExchangeSteps s = steps();
    first(s, 40);
    s.shift(30, 1000);
    assertThat(second(s, 0)).isEqualTo(1040 + BYTES + LATENCY);
    ExchangeSteps before = steps();
    first(before, 40);
    before.shift(50, 1000);
    assertThat(second(before, 0)).isEqualTo(40 + BYTES + LATENCY);
  }
}
