package npusim.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.program.Buffer;
import npusim.program.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssemblerTest {
  private static final String EXAMPLE =
      """
      // Adds one to 256 floats, in four tiles.
      .program "add one" hardware="edge"
      .buffer x kind=input at=0x0 bytes=1024 type=f32 dims=[256]
      .buffer y kind=output at=0x400 bytes=1024 type=f32 dims=[256]
      .node 0 "Add_0" op=Add flops=256
      .core 0 r1=0x400

      .stream main
        .at 0
        loop 4
          dma.ld d=[64] dst=0x100[1] dram=r2[1] wait(s2) signal(s1)
          v.bini add d=[64] dst=0x200[1] a=0x100[1] imm=1 wait(s1) signal(s2, s3:2)
          dma.st d=[64] dram=r1[1] a=0x200[1] wait(s3:2)
          s.alu add rd=r1 ra=r1 imm=256
          s.alu add rd=r2 ra=r2 imm=256
        endloop
        call "done here"
        halt
      "done here":
        ret
      """;

  @Test
  void readsPrograms() {
    Program program = Assembler.assemble("add.s", EXAMPLE);
    assertThat(program.name()).isEqualTo("add one");
    assertThat(program.hardwareName()).isEqualTo("edge");
    assertThat(program.buffer("y").orElseThrow())
        .isEqualTo(Buffer.of("y", Buffer.Kind.OUTPUT, 0, 1024, 1024, DType.F32, 256));
    assertThat(program.cores()).hasSize(1);
    assertThat(program.cores().getFirst().initialRegisters()[1]).isEqualTo(1024);
    var code = program.cores().getFirst().code();
    assertThat(code.code()).hasSize(10);
    assertThat(code.nodeOf()).containsOnly(0);
    assertThat(code.labels()).containsEntry("done here", 9);
    assertThat(code.code()[7].get(Field.TARGET)).isEqualTo(9);
    Instruction add = code.code()[2];
    assertThat(add)
        .isEqualTo(
            Instruction.builder(Opcode.V_BINI)
                .set(Field.FN, BinFn.ADD)
                .set(Field.D3, 64)
                .set(Field.DST, 0x200)
                .set(Field.DST_S3, 1)
                .set(Field.A, 0x100)
                .set(Field.A_S3, 1)
                .setDouble(Field.IMM, 1.0)
                .wait(1, 1)
                .signal(2, 1)
                .signal(3, 2)
                .build());
    assertThat(code.code()[1].reg(Field.DRAM)).isEqualTo(2);
  }

  @Test
  void printsReadably() {
    Program program = Assembler.assemble("add.s", EXAMPLE);
    assertThat(Disassembler.print(program))
        .contains(
            "    v.bini add d=[64] dst=0x200[1] a=0x100[1] imm=1.0 wait(s1) signal(s2, s3:2)\n")
        .contains("  call \"done here\"\n  halt\n\"done here\":\n  ret\n");
  }

  @Test
  void integerTypesTakeIntegerConstants() {
    Program program =
        Assembler.assemble(
            "i.s",
            "v.bini add d=[4] dst=0:i32[1] a=0:i32[1] imm=-3\n"
                + "v.fill dst=0 imm=r5+2\n"
                + "v.fill dst=0 imm=-inf");
    var code = program.cores().getFirst().code().code();
    assertThat(code[0].get(Field.IMM)).isEqualTo(-3);
    assertThat(code[1].get(Field.IMM)).isEqualTo(2);
    assertThat(code[1].reg(Field.IMM)).isEqualTo(5);
    assertThat(Double.longBitsToDouble(code[2].get(Field.IMM))).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "v.bim add d=[4]                     | 1:1  | unknown instruction v.bim          | did you"
            + " mean \"v.bin\"?",
        "v.bin ad d=[4]                      | 1:7  | v.bin has no fn ad                 | did you"
            + " mean \"add\"?",
        "v.bin add dts=0x10                  | 1:11 | v.bin has no field dts             | did you"
            + " mean \"dst\"?",
        "v.bin add d=[99999999999]           | 1:14 | outside -2147483648..2147483647    | ''",
        "v.bin add d=[1,2,3,4,5]             | 1:13 | d has 5 numbers, at most 4         | from the"
            + " outermost",
        "v.bin add dst=0x10+r32              | 1:20 | r32 is no register                 | r1..r31",
        "v.bin add dst=0x10:f31              | 1:15 | dst_t cannot be f31                | legal:"
            + " f32",
        "m.gemm a=0x10:i64                   | 1:10 | a_t cannot be i64                  | legal:"
            + " f32",
        "v.bin add wait(s64)                 | 1:16 | s64 is no semaphore                | s1..s63",
        "v.bin add wait(s1:256)              | 1:16 | wait count 256 is outside 1..255   |"
            + " wait(s1:2",
        "v.bin add signal(s1,s2,s3,s4)       | 1:27 | more than 3 signal slots           | at most"
            + " 3",
        "v.bin add dst=0 dst=4               | 1:21 | dst is given twice                 | ''",
        "v.bini add a=0:i32 imm=1.5          | 1:24 | imm = 1.5 is real but              | write an"
            + " integer",
        "s.alu add rd=5                      | 1:14 | rd needs a register r0..r31        | ''",
        "s.li rd=r1 imm=0x1ffffffffffffffff  | 1:16 | needs more than 64 bits            | ''",
        "call nowhere                        | 1:6  | label nowhere is not defined       | ''",
        "loop 4                              | 1:1  | loop without endloop               | ''",
        "endloop                             | 1:1  | endloop without loop               | ''",
        "call 7                              | 1:1  | call to instruction 7 of 1         | ''",
        "a: a: halt                          | 1:4  | label a is defined twice           | ''",
        ".bufer x at=0 bytes=4               | 1:1  | unknown directive .bufer           | did you"
            + " mean \".buffer\"?",
        ".buffer x at=0                      | 1:1  | .buffer needs bytes=               | ''",
        ".buffer x at=0 bytes=4 kind=imput   | 1:29 | unknown kind imput                 | did you"
            + " mean \"input\"?",
        ".const x                            | 1:1  | no buffer x                        | ''",
        ".node 1 \"a\" opp=x                 | 1:13 | .node has no argument opp          | did you"
            + " mean \"op\"?",
        ".program \"x                        | 1:10 | string without closing quote       | a"
            + " statement is",
        "v.bin add d=[1,2                    | 1:17 | unexpected end of line             | a"
            + " statement is",
        "wait(s1) v.bin                      | 1:5  | unexpected (                       | a"
            + " statement is",
      })
  void wrongInputIsNamed(String text, String place, String message, String hint) {
    NpusimException e =
        catchThrowableOfType(NpusimException.class, () -> Assembler.assemble("w.s", text));
    assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
    Diagnostic first = e.diagnostics().getFirst();
    assertThat(first.render()).contains(message);
    assertThat(first.location()).hasToString("w.s:" + place);
    assertThat(first.hint()).contains(hint);
  }

  @Test
  void severalErrorsAreReportedTogetherWithACaret() {
    String text = "halt\nv.bin foo\n  call nowhere\n";
    NpusimException e =
        catchThrowableOfType(NpusimException.class, () -> Assembler.assemble("w.s", text));
    assertThat(e.diagnostics()).hasSize(2);
    assertThat(e.diagnostics().get(1).render(text))
        .isEqualTo(
            "w.s:3:8: error: label nowhere is not defined [asm-label]\n"
                + "    call nowhere\n"
                + "         ^");
  }

  @Test
  void unusedStreamsAndUnknownNodesAreErrors() {
    String text = ".core 0 stream=a\n.stream a\nhalt\n.stream b\n.at 3\nhalt\n";
    NpusimException e =
        catchThrowableOfType(NpusimException.class, () -> Assembler.assemble("w.s", text));
    assertThat(e.diagnostics())
        .extracting(Diagnostic::message)
        .containsExactly("node 3 is not declared", "no core runs stream b");
  }
}
