package npusim.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** decode(encode(x)) = x for random instructions, and only encoder output is accepted. */
class CodecPropertyTest {
  @Property(tries = 2000)
  void decodeInvertsEncode(@ForAll long seed) throws MalformedInstructionException {
    Instruction instruction = RandomInstructions.next(new Random(seed));
    byte[] word = Encoder.encode(instruction);
    Instruction back = Decoder.decode(word, 0);
    assertThat(back).isEqualTo(instruction);
    assertThat(Encoder.encode(back)).isEqualTo(word);
  }

  @Property(tries = 2000)
  void everyAcceptedWordIsCanonical(@ForAll long seed) {
    var random = new Random(seed);
    byte[] word = Encoder.encode(RandomInstructions.next(random));
    int bit = random.nextInt(Word.BYTES * 8);
    word[bit >> 3] ^= (byte) (1 << (bit & 7));
    try {
      assertThat(Encoder.encode(Decoder.decode(word, 0))).isEqualTo(word);
    } catch (MalformedInstructionException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @Test
  void wrongWordsAreNamed() {
    byte[] unknown = new byte[Word.BYTES];
    unknown[0] = (byte) 0xff;
    assertThatThrownBy(() -> Decoder.decode(unknown, 0))
        .hasMessageContaining("unknown opcode 0xff");
    byte[] padded = Encoder.encode(Instruction.builder(Opcode.HALT).build());
    padded[127] = 1;
    assertThatThrownBy(() -> Decoder.decode(padded, 0)).hasMessageContaining("unused bits");
  }

  @Test
  void builderNamesFieldAndRange() {
    assertThatThrownBy(() -> Instruction.builder(Opcode.V_BIN).set(Field.D0, 1L << 40))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("v.bin: d0 = 1099511627776 is outside -2147483648..2147483647");
    assertThatThrownBy(() -> Instruction.builder(Opcode.V_BIN).set(Field.K0, 1))
        .hasMessage("v.bin has no field k0");
    assertThatThrownBy(() -> Instruction.builder(Opcode.M_GEMM).set(Field.A_T, DType.I64))
        .hasMessageContaining("a_t = i64 is not one of");
    assertThatThrownBy(() -> Instruction.builder(Opcode.V_BIN).set(Field.FN, UnFn.EXP))
        .hasMessage("v.bin: fn takes a BinFn, not EXP");
    assertThatThrownBy(
            () -> Instruction.builder(Opcode.HALT).wait(1, 1).wait(2, 1).wait(3, 1).wait(4, 1))
        .hasMessage("halt: more than 3 wait slots");
  }
}
