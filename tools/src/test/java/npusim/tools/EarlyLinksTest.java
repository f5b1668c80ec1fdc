package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Classes whose switches and records are linked early, against themselves. */
class EarlyLinksTest {
  /** What is switched over. */
  sealed interface Shape {}

  record Round(double radius) implements Shape {}

  record Square(float side, String name) implements Shape {}

  record Mixed(boolean b, byte y, char c, short s, int i, long l, float f, double d, Object o)
      implements Shape {}

  record Nothing() implements Shape {}

  /** Says everything that the records and switches of this class answer. */
  public static final class Answers implements Supplier<List<Object>> {
    private record Pair(long first, List<String> second) {}

    private static String name(Object o) {
      return switch (o) {
        case null -> "null";
        case Square q when q.side() > 2 -> "large square";
        case Square q -> "square " + q.name();
        case Pair(long first, List<String> second) -> first + " " + second;
        case Shape s -> "shape";
        case CharSequence s -> "text";
        case int[] a -> "array";
        default -> "other";
      };
    }

    @Override
    public List<Object> get() {
      var all = new ArrayList<Object>();
      for (Object o : values()) {
        all.add(name(o));
        all.add(o == null ? 0 : o instanceof Record ? o.hashCode() : 1);
        for (Object other : values()) {
          all.add(o instanceof Record && o.equals(other));
        }
      }
      return all;
    }

    private static List<Object> values() {
      var all = new ArrayList<Object>();
      all.add(null);
      all.add(new Round(0.0));
      all.add(new Round(-0.0));
      all.add(new Round(Double.NaN));
      all.add(new Square(1, "a"));
      all.add(new Square(3, "a"));
      all.add(new Square(Float.NaN, null));
      all.add(new Pair(1L << 40, List.of("x")));
      all.add(new Pair(1L << 40, null));
      all.add(new Pair(1, List.of("x")));
      all.add(new Nothing());
      all.add("text");
      all.add(new int[] {1});
      all.add(1.5);
      for (int k = 0; k < 9; k++) {
        all.add(
            new Mixed(
                k == 1,
                (byte) (k == 2 ? -3 : 3),
                k == 3 ? 'x' : 'y',
                (short) (k == 4 ? -9 : 9),
                k == 5 ? 7 : 8,
                k == 6 ? 1L << 33 : 5,
                k == 7 ? 1.5f : 2.5f,
                k == 8 ? 1e300 : 1e-300,
                "o" + k / 9));
      }
      return all;
    }
  }

  private static byte[] bytes(Class<?> c) throws Exception {
    String file = c.getName().substring(c.getPackageName().length() + 1) + ".class";
    try (InputStream in = c.getResourceAsStream(file)) {
      return in.readAllBytes();
    }
  }

  /** Sees the classes of this test linked early, everything else as it is. */
  private static final class Linked extends ClassLoader {
    private Linked() {
      super(EarlyLinksTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(EarlyLinksTest.class.getName())) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      try {
        byte[] linked = EarlyLinks.in(ClassFile.of(), bytes(Class.forName(name)));
        assertThat(callSites(linked)).doesNotContain("typeSwitch", "equals", "hashCode");
        return defineClass(name, linked, 0, linked.length);
      } catch (Exception e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static List<String> callSites(byte[] bytes) {
    var names = new ArrayList<String>();
    for (var method : ClassFile.of().parse(bytes).methods()) {
      for (var element : method.code().map(c -> c.elementList()).orElse(List.of())) {
        if (element instanceof InvokeDynamicInstruction i) {
          names.add(i.name().stringValue());
        }
      }
    }
    return names;
  }

  @Test
  void answerAsBefore() throws Exception {
    assertThat(callSites(bytes(Answers.class))).contains("typeSwitch");
    assertThat(callSites(bytes(Mixed.class))).contains("equals", "hashCode");
    Class<?> linked = new Linked().loadClass(Answers.class.getName());
    assertThat(linked).isNotSameAs(Answers.class);
    var made = (Supplier<?>) linked.getConstructor().newInstance();
    assertThat(made.get()).isEqualTo(new Answers().get());
  }

  @Test
  void leaveOtherClassesAlone() throws Exception {
    byte[] own = bytes(EarlyLinksTest.class);
    assertThat(EarlyLinks.in(ClassFile.of(), own)).isSameAs(own);
  }
}
