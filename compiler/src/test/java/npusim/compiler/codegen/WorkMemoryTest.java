package npusim.compiler.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;

class WorkMemoryTest {
  private final WorkMemory memory = new WorkMemory(Space.SPM, 0, 1024);

  @Test
  void kernelsTakeTurnsAroundTheMemory() {
    assertThat(memory.open().take(512).lo()).isZero();
    assertThat(memory.open().take(256).lo()).isEqualTo(512);
    assertThat(memory.open().take(512).lo()).isZero();
  }

  /** What the kernel before has taken leaves no room for large pieces on either side. */
  @Test
  void aKernelThatTakesMostBeginsAtTheStart() {
    memory.open().take(384);
    WorkMemory.Session torn = memory.open();
    torn.take(256);
    assertThatThrownBy(() -> torn.take(512)).isInstanceOf(NpusimException.class);
    WorkMemory.Session whole = memory.open();
    whole.expect(768);
    assertThat(whole.take(256).lo()).isZero();
    assertThat(whole.take(512).lo()).isEqualTo(256);
  }

  @Test
  void smallKernelsGoOnWhereTheOneBeforeEnded() {
    memory.open().take(384);
    WorkMemory.Session next = memory.open();
    next.expect(256);
    assertThat(next.take(256).lo()).isEqualTo(384);
  }
}
