package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Map;
import npusim.asm.Assembler;
import npusim.hardware.HardwareLoader;
import npusim.program.Program;
import org.junit.jupiter.api.Test;

class AllocationTest {
  /** A product and two vector instructions that hand tiles to each other. */
  private static final String LOOP =
      """
      .program "on-chip" hardware="edge" fingerprint="" cores_per_chip=1 dram=4096
      .coverage nodes=1 mapped=1 folded=0 alias=0 macs=1 weight_bytes=0
      .node 0 "ring" op="MatMul" layer="" macs=1 flops=2 note=""
      .core 0 stream=main

      .stream main
        .at 0
        nop mat signal(s1:2)
        loop %d
          m.gemm m=[32] k=[32] acc=0x80000000[32] a=0[32,0,0,1] w=0x4000[32,1] n=32 wait(s1) signal(s2)
          v.un relu d=[32,32] dst=0x8000:f32[32,1] a=0x80000000[32,1] wait(s2) signal(s3)
          v.bini add d=[32,32] dst=0x8000:f32[32,1] a=0x8000[32,1] imm=0 wait(s3) signal(s1)
        endloop
        nop mat wait(s1:2)
        .at none
        halt
      """;

  private static long allocated(int iterations) {
    Program program = Assembler.assemble("loop", LOOP.replace("%d", Integer.toString(iterations)));
    var simulator = new TimingSimulator(HardwareLoader.load("edge"), TimingOptions.exactly());
    var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = thread.getCurrentThreadAllocatedBytes();
    TimingResult result = simulator.run(program, Map.of());
    long bytes = thread.getCurrentThreadAllocatedBytes() - before;
    assertThat(result.counters().instructions()).isGreaterThan(4L * iterations);
    return bytes;
  }

  /** However long a run, what it allocates it allocates at its start. */
  @Test
  void simulatingAllocatesNothingOnceUnderWay() {
    allocated(1000);
    long few = allocated(1000);
    long many = allocated(50_000);
    assertThat(many - few).isLessThan(4096);
  }
}
