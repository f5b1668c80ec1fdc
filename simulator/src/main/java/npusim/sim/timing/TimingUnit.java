package npusim.sim.timing;

import npusim.isa.Unit;

/** The units of a core as the timing engine counts them: every load queue by itself. */
public enum TimingUnit {
  SEQ("seq"),
  LD0("ld0"),
  LD1("ld1"),
  LD2("ld2"),
  LD3("ld3"),
  ST("st"),
  MAT("mat"),
  VEC("vec"),
  COM("com");

  static final int COUNT = values().length;
  static final int MAX_LOAD_QUEUES = 4;

  private final String label;

  TimingUnit(String label) {
    this.label = label;
  }

  /** Name in reports and traces. */
  public String label() {
    return label;
  }

  /** The timing unit of an ISA unit; load queue {@code q} for {@link Unit#LD}. */
  static int index(Unit unit, int q) {
    return switch (unit) {
      case SEQ -> SEQ.ordinal();
      case LD -> LD0.ordinal() + q;
      case ST -> ST.ordinal();
      case MAT -> MAT.ordinal();
      case VEC -> VEC.ordinal();
      case COM -> COM.ordinal();
    };
  }
}
