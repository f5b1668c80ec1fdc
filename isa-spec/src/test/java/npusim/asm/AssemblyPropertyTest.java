package npusim.asm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import npusim.isa.Instruction;
import npusim.isa.RandomInstructions;
import npusim.program.Program;
import npusim.program.ProgramReader;
import npusim.program.ProgramWriter;
import npusim.program.RandomPrograms;

/** Binary → text → binary and text → binary → text are identities. */
class AssemblyPropertyTest {
  @Property(tries = 300)
  void programsSurviveTextAndBinary(@ForAll long seed) {
    Program program = RandomPrograms.next(new Random(seed));
    byte[] binary = ProgramWriter.toBytes(program);
    String text = Disassembler.print(program);
    Program assembled = Assembler.assemble("p.s", text);
    assertThat(ProgramWriter.toBytes(assembled)).as(text).isEqualTo(binary);
    assertThat(Disassembler.print(ProgramReader.read("p.npu", binary))).isEqualTo(text);
  }

  @Property(tries = 1000)
  void everyInstructionSurvivesText(@ForAll long seed) {
    Instruction instruction = RandomInstructions.next(new Random(seed));
    String text = InstructionPrinter.print(instruction);
    String pad = "nop seq\n".repeat(2);
    switch (instruction.op()) {
      case LOOP -> check(pad + text + "\nendloop\n", 2, instruction);
      case ENDLOOP -> check(pad + "loop 1\n" + text + "\n", 3, instruction);
      case CALL -> {
        Instruction near = instruction.toBuilder().set(npusim.isa.Field.TARGET, 1).build();
        check(pad + InstructionPrinter.print(near) + "\n", 2, near);
      }
      default -> check(pad + text + "\n", 2, instruction);
    }
  }

  private static void check(String text, int index, Instruction expected) {
    assertThat(Assembler.assemble("i.s", text).cores().getFirst().code().code()[index])
        .as(text)
        .isEqualTo(expected);
  }
}
