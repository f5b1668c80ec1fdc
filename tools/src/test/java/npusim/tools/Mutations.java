package npusim.tools;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Ways to spoil a valid file; the seed decides everything. */
final class Mutations {
  private static final Pattern TOKEN = Pattern.compile("[\\w.]+|[^\\w\\s]");
  private static final List<String> ODD =
      List.of(
          "0",
          "-1",
          "1",
          "3",
          "7",
          "64",
          "999",
          "65536",
          "2147483648",
          "9223372036854775807",
          "99999999999999999999",
          "1e308",
          "nan",
          "0x",
          "\"",
          "(",
          ")",
          "[",
          "]",
          "{",
          "}",
          "<",
          ">",
          ",",
          ":",
          "=",
          "",
          " ",
          "x",
          "null",
          "true",
          "~",
          "&a",
          "*a",
          "!!int",
          "|",
          "- ",
          "\t",
          "\u00e9",
          "\ud55c",
          "\0",
          "f32",
          "s64",
          "r40",
          "..",
          "%");

  private final SplittableRandom random;

  Mutations(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** One to three bytes or stretches of bytes changed, removed, inserted or repeated. */
  byte[] bytes(byte[] valid) {
    byte[] b = valid.clone();
    for (int n = 1 + random.nextInt(3); n > 0 && b.length > 0; n--) {
      int at = random.nextInt(b.length);
      int length = Math.min(b.length - at, 1 + random.nextInt(12));
      b =
          switch (random.nextInt(7)) {
            case 0, 1, 2 -> set(b, at, (byte) random.nextInt(256));
            case 3 -> set(b, at, (byte) (b[at] ^ 1 << random.nextInt(8)));
            case 4 -> join(Arrays.copyOf(b, at), Arrays.copyOfRange(b, at + length, b.length));
            case 5 -> join(Arrays.copyOf(b, at + length), Arrays.copyOfRange(b, at, b.length));
            default -> Arrays.copyOf(b, at);
          };
    }
    return b;
  }

  private static byte[] set(byte[] b, int at, byte value) {
    b[at] = value;
    return b;
  }

  private static byte[] join(byte[] a, byte[] b) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(a);
    out.writeBytes(b);
    return out.toByteArray();
  }

  /** One to three words replaced, removed, repeated or swapped; now and then bytes. */
  byte[] text(String valid) {
    String t = valid;
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      List<MatchResult> words = TOKEN.matcher(t).results().toList();
      if (words.isEmpty()) {
        break;
      }
      MatchResult w = words.get(random.nextInt(words.size()));
      MatchResult other = words.get(random.nextInt(words.size()));
      String by =
          switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> w.group() + " " + w.group();
            case 2 -> other.group();
            case 3 -> w.group().substring(0, random.nextInt(w.group().length() + 1));
            default -> ODD.get(random.nextInt(ODD.size()));
          };
      t = t.substring(0, w.start()) + by + t.substring(w.end());
    }
    byte[] out = t.getBytes(StandardCharsets.UTF_8);
    return random.nextInt(12) == 0 ? bytes(out) : out;
  }

  /** Words of a command line replaced, removed, repeated or spoilt. */
  List<String> words(List<String> valid) {
    var out = new java.util.ArrayList<>(valid);
    int at = 1 + random.nextInt(out.size() - 1);
    switch (random.nextInt(5)) {
      case 0 -> out.remove(at);
      case 1 -> out.add(at, out.get(random.nextInt(1, out.size())));
      case 2 -> out.set(at, ODD.get(random.nextInt(ODD.size())));
      default -> out.set(at, new String(text(out.get(at)), StandardCharsets.UTF_8));
    }
    return out;
  }
}
