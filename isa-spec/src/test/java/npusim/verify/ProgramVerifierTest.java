package npusim.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import npusim.asm.Assembler;
import npusim.diag.Diagnostic;
import npusim.diag.Severity;
import npusim.program.Program;
import org.junit.jupiter.api.Test;

class ProgramVerifierTest {
  private static final Limits LIMITS = new Limits(4096, 1024, 1 << 20, 2, 4, 2, 2, 16, 16);

  private static final String HEAD =
      """
      .buffer x kind=input at=0 bytes=4096 type=f32
      .buffer y kind=output at=4096 bytes=4096 type=f32
      .buffer w kind=weight at=8192 bytes=4096 type=f32
      .buffer t kind=activation at=12288 bytes=4096 type=f32
      """;

  /** Eight tiles through two slots: load, add one in place, store. */
  private static final String RING =
      HEAD
          + """
          .core 0 r2=4096 r3=0
          .stream main
            nop vec signal(s2:2)
            loop 8
              dma.ld d=[64] dst=r3[1] dram=r1[1] wait(s2) signal(s1)
              v.bini add d=[64] dst=r3[1] a=r3[1] imm=1 wait(s1) signal(s3)
              dma.st d=[64] dram=r2[1] a=r3[1] wait(s3) signal(s2)
              s.alu add rd=r1 ra=r1 imm=256
              s.alu add rd=r2 ra=r2 imm=256
              s.alu add rd=r3 ra=r3 imm=256
              s.alu rem rd=r3 ra=r3 imm=512
            endloop
            nop ld wait(s2:2)
            halt
          """;

  private static List<Diagnostic> verify(String text) {
    return ProgramVerifier.verify(Assembler.assemble("p.s", text), LIMITS);
  }

  private static void assertFinds(String text, String code, String... parts) {
    List<Diagnostic> found = verify(text);
    assertThat(found).as(text).isNotEmpty();
    assertThat(found).extracting(Diagnostic::code).contains(code);
    String all = found.toString();
    assertThat(all).contains(parts);
  }

  @Test
  void doubleBufferingIsProved() {
    assertThat(verify(RING)).isEmpty();
  }

  @Test
  void everyMissingSemaphoreIsFound() {
    var missing = new ArrayList<String>();
    for (String clause :
        List.of(
            " wait(s2)",
            " signal(s1)",
            " wait(s1)",
            " signal(s3)",
            " wait(s3)",
            " signal(s2)\n",
            " wait(s2:2)",
            " signal(s2:2)")) {
      String changed = RING.replace(clause, clause.endsWith("\n") ? "\n" : "");
      if (verify(changed).stream().noneMatch(d -> d.severity() == Severity.ERROR)) {
        missing.add(clause);
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void everyWrongCountIsFound() {
    assertFinds(
        RING.replace("signal(s2:2)", "signal(s2:3)")
            .replace("nop ld wait(s2:2)", "nop ld wait(s2:3)"),
        "verify-race",
        "vec");
    assertFinds(
        RING.replace("signal(s2:2)", "signal(s2:3)"), "verify-leak", "s2 of core 0 is 1 at halt");
    assertFinds(
        RING.replace("nop ld wait(s2:2)", "nop ld wait(s2:3)"),
        "verify-deadlock",
        "waits for s2 ≥ 3");
  }

  @Test
  void racesNameBothInstructions() {
    assertFinds(
        HEAD
            + """
            start: dma.ld d=[64] dst=0x0[1] dram=0[1]
            v.bini add d=[32] dst=0x80[1] a=0x80[1] imm=1
            halt
            """,
        "verify-race",
        "core 0, instruction 1 (start+1) `v.bini add",
        "vec reads bytes of the scratchpad of core 0 near 0x80 that ld0 writes in core 0,"
            + " instruction 0 (start) `dma.ld");
  }

  @Test
  void queuesOfTheLoadUnitAreApart() {
    String text =
        HEAD
            + "dma.ld d=[64] dst=0x0[1] dram=0[1]\ndma.ld d=[64] dst=0x0[1] dram=0[1] q=%d\nhalt\n";
    assertThat(verify(text.formatted(0))).isEmpty();
    assertFinds(text.formatted(1), "verify-race", "ld1 writes");
    assertFinds(text.formatted(2), "verify-range", "load queue 2 of 2");
  }

  @Test
  void sequencerOrdersWhatItDispatchesLater() {
    String text =
        """
        v.fill d=[4] dst=0:i32[1] imm=3 signal(s1)
        s.ld rd=r1 a=0:i32 wait(s1)
        v.fill d=[4] dst=0:i32[1] imm=4
        halt
        """;
    assertThat(verify(HEAD + text)).isEmpty();
    assertFinds(
        HEAD + text.replace(" signal(s1)", "").replace(" wait(s1)", ""),
        "verify-race",
        "seq reads");
  }

  @Test
  void unwrittenBytesAreNamed() {
    assertFinds(
        HEAD + "v.fill d=[16] dst=0[1]\nv.bini add d=[20] dst=0x100[1] a=0[1] imm=1\nhalt",
        "verify-uninitialised",
        "reads byte 0x40 of the scratchpad of core 0");
    assertFinds(
        HEAD + "dma.ld d=[4] dst=0[1] dram=0x3000[1]\nhalt",
        "verify-uninitialised",
        "byte 0x3000 of the DRAM");
    assertFinds(
        HEAD
            + "v.fill d=[16] dst=0[1]\n"
            + "m.gemm m=[4] k=[4] n=4 acc=0x80000000[4] a=0[4,0,0,1] w=0[4,1] accum=1\n"
            + "halt",
        "verify-uninitialised",
        "acc reads byte 0x0 of the accumulator");
  }

  @Test
  void boundsAreChecked() {
    assertFinds(
        HEAD + "v.fill d=[16] dst=0xfd0[1]\nhalt",
        "verify-bounds",
        "touches bytes 0xfd0..0x100f of the scratchpad of core 0, which has 4096 bytes");
    assertFinds(HEAD + "v.fill d=[16] dst=0x40[-2]\nhalt", "verify-bounds", "which has 4096");
    assertFinds(
        HEAD + "v.fill d=[300] dst=0x80000000[1]\nhalt",
        "verify-bounds",
        "accumulator memory of core 0, which has 1024");
    assertFinds(
        HEAD + "dma.ld d=[4] dst=0[1] dram=0x200000[1]\nhalt", "verify-bounds", "DRAM of chip 0");
    assertFinds(
        ".buffer big at=0 bytes=0x200000\nhalt",
        "verify-bounds",
        "buffer big ends at byte 2097152");
  }

  @Test
  void expandedBlocksAreReadCompressedAndWrittenWhole() {
    String expand =
        HEAD
            + """
            dma.ldz d=[2] dst=0x0:i8[64] dram=8192[40] coding=nm block=64 bytes=40 keep=2 of=4 signal(s1)
            v.copy d=[128] dst=0x200:i8[1] a=0x0:i8[1] wait(s1)
            halt
            """;
    assertThat(verify(expand)).isEmpty();
    assertFinds(expand.replace("d=[128]", "d=[129]"), "verify-uninitialised", "byte 0x80");
    assertFinds(expand.replace("i8[64]", "i8[65]"), "verify-uninitialised", "byte 0x40");
    assertFinds(expand.replace("dst=0x0:i8[64]", "dst=0xfa0:i8[64]"), "verify-bounds", "dma.ldz");
    assertThat(verify(expand.replace("8192[40]", "12208[40]"))).isEmpty();
    assertFinds(expand.replace("8192[40]", "12209[40]"), "verify-uninitialised", "dma.ldz");
  }

  @Test
  void weightsMustNotBeWritten() {
    assertFinds(
        HEAD
            + "v.fill d=[16] dst=0[1] signal(s1)\n"
            + "dma.st d=[16] dram=0x2000[1] a=0[1] wait(s1)\n"
            + "halt",
        "verify-constant",
        "writes weights");
  }

  @Test
  void structureIsChecked() {
    assertFinds("v.fill d=[4] dst=0[1]", "verify-structure", "no halt");
    assertFinds(
        "loop 1\n"
            + "loop 1\n"
            + "loop 1\n"
            + "loop 1\n"
            + "loop 1\n"
            + "nop vec\n"
            + "endloop\n"
            + "endloop\n"
            + "endloop\n"
            + "endloop\n"
            + "endloop\n"
            + "halt",
        "verify-range",
        "loops nest 5 deep, the hardware has 4");
    assertFinds("f: call f\nhalt", "verify-structure", "more than 8 nested calls");
    assertFinds("ret\nhalt", "verify-structure", "ret without call");
    assertFinds("s.alu div rd=r1 ra=r1 imm=0\nhalt", "verify-structure", "division by zero");
    assertFinds("v.copy dst=0:i8 a=0:i16\nhalt", "verify-type", "dst_t is i8 but a_t is i16");
    assertFinds("m.load k2=17 n=4\nhalt", "verify-range", "k2 = 17 is more than the array's 16");
    assertFinds(
        "nop vec\nm.load k2=4 n=17\nhalt",
        "verify-range",
        "n = 17 is more than the array's 16",
        "core 0, instruction 1");
    assertFinds(
        "m.gemm acc=0x80000000:i32 a=0:f32 w=0:i8\nhalt",
        "verify-type",
        "i32 accumulators with f32");
    assertFinds("m.gemm acc=0x10\nhalt", "verify-range", "acc is not in the accumulator memory");
    assertFinds(
        ".core 0\n.core 1\n.core 2\n.core 3\n.core 4\nhalt", "verify-bounds", "needs 5 cores");
  }

  @Test
  void reusedSemaphoresMustBeOrdered() {
    // The store's wait may take the load's token, since nothing orders it behind the matrix unit's
    // wait.
    assertFinds(
        """
        nop ld signal(s1)
        nop mat wait(s1)
        nop vec signal(s1)
        nop st wait(s1)
        halt
        """,
        "verify-semaphore",
        "st may take the tokens of s1");
    // The vector unit's signal may come before the load's and wake the matrix unit too early.
    assertFinds(
        """
        nop ld signal(s1)
        nop mat wait(s1)
        nop vec signal(s1)
        nop mat wait(s1)
        halt
        """,
        "verify-semaphore",
        "the signal of s1 may satisfy core 0, instruction 1");
    assertThat(
            verify(
                """
                nop ld signal(s1)
                nop mat wait(s1) signal(s2)
                nop vec wait(s2) signal(s1)
                nop mat wait(s1)
                halt
                """))
        .isEmpty();
  }

  @Test
  void waitsForSeveralUnitsOrderAllOfThem() {
    String text =
        HEAD
            + """
            dma.ld d=[16] dst=0[1] dram=0[1] signal(s1)
            dma.ld d=[16] dst=0x40[1] dram=0[1] q=1 signal(s1)
            v.bini add d=[32] dst=0x100[1] a=0[1] imm=1 wait(s1:2)
            halt
            """;
    assertThat(verify(text)).isEmpty();
    assertFinds(
        text.replace("wait(s1:2)", "wait(s1)").replace("halt", "nop vec wait(s1)\nhalt"),
        "verify-race",
        "vec reads");
  }

  private static final String TWO_CORES =
      HEAD
          + """
          .core 0 stream=main r1=0 r9=0x40
          .core 1 stream=main r1=4 r9=0x44
          .stream main
          """;

  @Test
  void interleavedColumnsOfTwoCoresDoNotConflict() {
    // Each core writes every other element of a row of 32 bytes; then eight rows of four, side by
    // side.
    String text =
        TWO_CORES
            + """
            v.fill d=[64] dst=0[1] signal(s1)
            dma.st d=[64] dram=0x3000+r1[2] a=0[1] wait(s1)
            c.barrier cores=3
            halt
            """;
    assertThat(verify(text)).isEmpty();
    assertFinds(
        text.replace("[2] a=0", "[1] a=0"), "verify-race", "DRAM of chip 0", "core 1", "core 0");
  }

  @Test
  void multicastNeedsABarrier() {
    String text =
        TWO_CORES
            + """
            v.fill d=[1] dst=r9[1] signal(s1)
            dma.put d=[1] dst=r9[1] a=r9[1] cores=3 wait(s1) signal(s2)
            c.barrier cores=3 wait(s2) signal(s3)
            v.bini add d=[2] dst=0x100[1] a=0x40[1] imm=1 wait(s3)
            halt
            """;
    assertThat(verify(text)).isEmpty();
    assertFinds(text.replace("c.barrier cores=3", "nop com"), "verify-race", "st writes");
    assertFinds(
        text.replace("v.fill d=[1] dst=r9[1] signal(s1)\n", "").replace(" wait(s1)", ""),
        "verify-uninitialised",
        "a reads");
  }

  @Test
  void coresThatNeverMeetDeadlock() {
    assertFinds(
        ".core 0 stream=a\n.core 1 stream=b\n.stream a\nc.barrier cores=3\nhalt\n.stream b\nhalt",
        "verify-deadlock",
        "not all cores of the mask arrive");
    assertFinds(
        ".core 0 stream=a\n"
            + ".core 1 stream=b\n"
            + ".stream a\n"
            + "c.send peer=1\n"
            + "halt\n"
            + ".stream b\n"
            + "c.send peer=0\n"
            + "halt",
        "verify-deadlock",
        "no matching c.recv");
  }

  @Test
  void deadlocksNameTheSemaphoreThatIsTooLow() {
    String text = "nop vec signal(s4, s5)\nnop ld wait(s4, s5:2, s6)\nhalt";
    assertThat(verify(text).stream().map(Diagnostic::message))
        .singleElement()
        .asString()
        .contains("waits for s5 ≥ 2")
        .endsWith("above 1");
  }

  @Test
  void waitsForOneSemaphoreInSeveralSlotsAddUp() {
    assertThat(verify("nop vec signal(s1:2)\nnop ld wait(s1, s1)\nhalt")).isEmpty();
    assertFinds(
        "nop vec signal(s1)\nnop ld wait(s1, s1)\nhalt", "verify-deadlock", "waits for s1 ≥ 2");
  }

  @Test
  void messagesOrderCores() {
    String text =
        """
        .program p cores_per_chip=1
        .core 0 stream=a
        .core 1 stream=b
        .stream a
        v.fill d=[4] dst=0[1] signal(s1)
        c.send d=[4] a=0[1] peer=1 wait(s1)
        halt
        .stream b
        c.recv d=[4] dst=0[1] peer=0 signal(s1)
        v.bini add d=[4] dst=0x10[1] a=0[1] imm=1 wait(s1)
        halt
        """;
    assertThat(verify(text)).isEmpty();
    assertFinds(
        text.replace("c.recv d=[4]", "c.recv d=[5]"),
        "verify-range",
        "sends 16 bytes",
        "receives 20");
    assertFinds(
        """
        .core 0 stream=a
        .core 1 stream=b
        .stream a
        c.signal cores=2 sem=s5
        halt
        .stream b
        nop vec wait(s5:2)
        halt
        """,
        "verify-deadlock",
        "waits for s5 ≥ 2");
  }

  @Test
  void exchangesMeetAndOrderBothCores() {
    String text =
        """
        .program p cores_per_chip=1
        .core 0 stream=a
        .core 1 stream=b
        .stream a
        v.fill d=[4] dst=0[1] signal(s1)
        c.exchange d=[4] a=0[1] dst=0x10[1] peer=1 tag=7 wait(s1) signal(s2)
        v.bini add d=[4] dst=0[1] a=0x10[1] imm=1 wait(s2)
        halt
        .stream b
        v.fill d=[4] dst=0x20[1] signal(s1)
        c.exchange d=[4] a=0x20[1] dst=0x30[1] peer=0 tag=7 wait(s1) signal(s2)
        v.bini add d=[4] dst=0x20[1] a=0x30[1] imm=1 wait(s2)
        halt
        """;
    assertThat(verify(text)).isEmpty();
    assertFinds(
        text.replace("d=[4] a=0x20[1]", "d=[5] a=0x20[1]"),
        "verify-range",
        "sends 16 bytes",
        "receives 20");
    assertFinds(
        text.replace("peer=0 tag=7", "peer=0 tag=8"), "verify-deadlock", "no matching c.exchange");
    assertFinds(
        text.replace("c.exchange d=[4] a=0x20[1] dst", "c.recv d=[4] dst"),
        "verify-deadlock",
        "no matching c.exchange",
        "no matching c.send");
    assertFinds(text.replace("peer=1", "peer=2"), "verify-range", "core 2 does not exist");
    assertFinds(text.replace("peer=1", "peer=0"), "verify-deadlock", "no matching c.exchange");
    assertFinds(
        text.replace("dst=0x30[1] peer", "dst=0x2c[1] peer"), "verify-overlap", "dst overlaps a");
    assertFinds(
        text.replace("a=0x10[1] imm=1 wait(s2)", "a=0x10[1] imm=1"),
        "verify-race",
        "com writes in core 0");
    assertFinds(text.replace("tag=7 wait(s1)", "tag=7"), "verify-race", "near 0x0 that vec writes");
    assertFinds(text.replace("dst=0x10[1] peer", "dst=0x1000[1] peer"), "verify-bounds", "dst");
  }

  @Test
  void parametersTakeTheirLargestValue() {
    String text = HEAD + ".param n r5 min=1 max=%d default=4\nv.fill d=[r5] dst=0[1]\nhalt";
    assertThat(verify(text.formatted(1024))).isEmpty();
    assertFinds(text.formatted(1025), "verify-bounds", "0x1003");
  }

  @Test
  void valuesFromMemoryAreLeftOutWithAWarning() {
    List<Diagnostic> found =
        verify(
            HEAD
                + """
                v.fill d=[4] dst=0:i32[1] imm=3 signal(s1)
                s.ld rd=r1 a=0:i32 wait(s1)
                s.alu add rd=r2 ra=r1 imm=1
                loop r2
                  v.fill d=[r2] dst=0x40[1]
                endloop
                halt
                """);
    assertThat(found)
        .singleElement()
        .satisfies(d -> assertThat(d.severity()).isEqualTo(Severity.WARNING));
    assertThat(found.getFirst().message()).contains("depends on a value read at run time");
  }

  @Test
  void longLoopsAreShortenedButStillProved() {
    String text =
        RING.replace("loop 8", "loop 1001")
            .replace("s.alu add rd=r1 ra=r1 imm=256", "nop seq")
            .replace("s.alu add rd=r2 ra=r2 imm=256", "nop seq");
    assertThat(shortened(text)).isEmpty();
    assertThat(shortened(text.replace(" wait(s1)", "")))
        .extracting(Diagnostic::code)
        .contains("verify-race");
    // Seven items per iteration, through two slots: what is skipped leaves the ring where it was.
    String item = text.substring(text.indexOf("    dma.ld"), text.indexOf("  endloop"));
    String odd = text.replace(item, item.repeat(7)).replace("loop 1001", "loop 101");
    for (int count = 1; count <= 40; count++) {
      assertThat(shortened(odd.replace("loop 101", "loop " + count))).isEmpty();
    }
    // Only the last iterations leave the DRAM.
    String last = RING.replace("loop 8", "loop 4081").replace("dram=0", "");
    assertThat(shortened(last)).extracting(Diagnostic::code).contains("verify-bounds");
  }

  private static List<Diagnostic> shortened(String text) {
    return ProgramVerifier.verify(Assembler.assemble("p.s", text), LIMITS, 500);
  }

  @Test
  void eachProgramIsCheckedForItsOwnHardware() {
    Program program = Assembler.assemble("p.s", RING);
    var small = new Limits(511, 1024, 1 << 20, 2, 4, 1, 1, 16, 16);
    assertThat(ProgramVerifier.verify(program, small))
        .extracting(Diagnostic::code)
        .contains("verify-bounds");
  }
}
