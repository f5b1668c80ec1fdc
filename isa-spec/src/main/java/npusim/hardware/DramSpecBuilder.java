package npusim.hardware;

/** Builds a {@link DramSpec} at its native rate from resolved parameters below {@code dram}. */
final class DramSpecBuilder {
  private final Parameters p;

  private DramSpecBuilder(Parameters p) {
    this.p = p;
  }

  static DramSpec build(Parameters parameters) {
    return new DramSpecBuilder(parameters).spec();
  }

  private int timing(String key) {
    return p.int32("dram.timing." + key);
  }

  private int organization(String key) {
    return p.int32("dram.organization." + key);
  }

  private DramSpec spec() {
    return new DramSpec(
        p.has("dram.preset") ? p.text("dram.preset") : p.text("dram.standard"),
        p.text("dram.standard"),
        p.number("dram.native_rate_mtps"),
        p.number("dram.tck_ps"),
        p.int32("dram.ticks_per_clock"),
        new DramSpec.Organization(
            organization("pseudo_channels"),
            organization("ranks"),
            organization("bank_groups"),
            organization("banks_per_group"),
            organization("rows"),
            organization("columns"),
            organization("width_bits"),
            organization("burst_length")),
        new DramSpec.Timing(
            timing("bl"),
            timing("bl_long"),
            timing("cl"),
            timing("cwl"),
            timing("rcd_read"),
            timing("rcd_write"),
            timing("rp"),
            timing("rp_all"),
            timing("ras"),
            timing("rc"),
            timing("wr"),
            timing("rtp"),
            timing("ccd_s"),
            timing("ccd_l"),
            timing("ccd_write_s"),
            timing("ccd_write_l"),
            timing("ccd_r"),
            timing("rrd_s"),
            timing("rrd_l"),
            timing("faw"),
            timing("wtr_s"),
            timing("wtr_l"),
            timing("rtw"),
            timing("cs"),
            timing("rfc"),
            timing("rfc_per_bank"),
            timing("refi"),
            timing("refi_per_bank"),
            timing("rrefd")));
  }
}
