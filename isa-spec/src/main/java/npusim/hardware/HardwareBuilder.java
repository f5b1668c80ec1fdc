package npusim.hardware;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import npusim.isa.DType;

/** Builds the records from resolved, checked parameters. */
final class HardwareBuilder {
  private final Parameters p;

  HardwareBuilder(Parameters parameters) {
    this.p = parameters;
  }

  Hardware build(String name) {
    return new Hardware(
        name,
        p.text("title"),
        p.text("notes").strip(),
        system(),
        new ChipSpec(
            p.number("chip.process_nm"),
            p.number("chip.clock_mhz"),
            p.number("chip.tdp_w"),
            p.int32("chip.cores")),
        new CoreSpec(sequencer(), dma(), scratchpad(), accumulator(), matrix(), vector()),
        new Noc(
            choice(Noc.Topology.class, "noc.topology"),
            p.number("noc.bytes_per_cycle"),
            p.int32("noc.hop_latency_cycles"),
            p.flag("noc.multicast"),
            p.number("noc.memory_read_bytes_per_cycle"),
            p.number("noc.placed_read_bytes_per_cycle"),
            p.number("noc.memory_write_bytes_per_cycle"),
            p.int32("noc.packet_bytes"),
            p.number("noc.multicast_hop_cycles"),
            p.number("noc.memory_bytes_per_cycle")),
        sharedSram(),
        dram(),
        host(),
        energy(),
        type(p.text("native_type")),
        published(),
        p);
  }

  private static DType type(String name) {
    return DType.ofName(name).orElseThrow();
  }

  private <E extends Enum<E>> E choice(Class<E> type, String path) {
    return Enum.valueOf(type, p.text(path).toUpperCase(Locale.ROOT));
  }

  private Map<DType, Double> byType(String prefix) {
    var map = new EnumMap<DType, Double>(DType.class);
    p.numbers(prefix).forEach((k, v) -> map.put(type(k), v));
    return map;
  }

  private SystemSpec system() {
    return new SystemSpec(
        p.int32("system.chips"),
        new Link(
            choice(Link.Topology.class, "system.link.topology"),
            p.number("system.link.gigabytes_per_s"),
            p.number("system.link.latency_ns"),
            p.int32("system.link.links")));
  }

  private Sequencer sequencer() {
    String s = "core.sequencer.";
    return new Sequencer(
        p.int32(s + "issue_cycles"),
        new Sequencer.QueueDepths(
            p.int32(s + "queue_depths.dma_in"),
            p.int32(s + "queue_depths.dma_out"),
            p.int32(s + "queue_depths.matrix"),
            p.int32(s + "queue_depths.vector"),
            p.int32(s + "queue_depths.comm")),
        p.int32(s + "dispatch_cycles"),
        p.integer(s + "launch_cycles"),
        p.integer(s + "kernel_cycles"),
        p.int32(s + "loop_depth"),
        new Sequencer.Unroller(
            p.int32(s + "unroller.depth"),
            p.int32(s + "unroller.start_cycles"),
            p.int32(s + "unroller.hand_over_cycles")),
        new Sequencer.Fetch(
            p.int32(s + "fetch.bytes_per_instruction"),
            p.int32(s + "fetch.batch"),
            p.int32(s + "fetch.startup_cycles")));
  }

  private Dma dma() {
    return new Dma(
        dmaPath("core.dma.load."),
        dmaPath("core.dma.store."),
        p.int32("core.dma.load.expand_bytes_per_cycle"));
  }

  private Dma.Path dmaPath(String s) {
    return new Dma.Path(
        p.int32(s + "queues"),
        p.int32(s + "startup_cycles"),
        p.int32(s + "finish_cycles"),
        p.int32(s + "bus_bytes"),
        p.number(s + "cycles_per_beat"),
        p.int32(s + "request_bytes"),
        p.int32(s + "requests_in_flight"),
        p.int32(s + "row_cycles"),
        p.int32(s + "request_cycles"),
        p.int32(s + "release_cycles"),
        p.flag(s + "power_of_two"),
        p.int32(s + "discard_cycles"),
        choice(Dma.Overlap.class, s + "overlap"));
  }

  private Scratchpad scratchpad() {
    String s = "core.scratchpad.";
    return new Scratchpad(
        p.integer(s + "bytes"),
        p.int32(s + "banks"),
        p.int32(s + "ports_per_bank"),
        p.int32(s + "bytes_per_cycle_per_bank"),
        p.integer(s + "interleave_bytes"),
        p.int32(s + "latency_cycles"),
        p.flag(s + "keeps_tensors"),
        p.flag(s + "dma_first"));
  }

  private Accumulator accumulator() {
    String s = "core.accumulator.";
    return new Accumulator(
        p.integer(s + "bytes"),
        p.int32(s + "banks"),
        p.int32(s + "bytes_per_cycle_per_bank"),
        p.int32(s + "latency_cycles"),
        p.int32(s + "result_tiles"));
  }

  private MatrixUnit matrix() {
    String s = "core.matrix.";
    var accumulate = new EnumMap<DType, DType>(DType.class);
    p.texts("core.matrix.accumulate").forEach((k, v) -> accumulate.put(type(k), type(v)));
    return new MatrixUnit(
        p.int32(s + "arrays"),
        p.int32(s + "rows"),
        p.int32(s + "cols"),
        choice(MatrixUnit.Dataflow.class, s + "dataflow"),
        byType("core.matrix.throughput"),
        accumulate,
        p.int32(s + "pe_tile_rows"),
        p.int32(s + "pe_tile_cols"),
        p.int32(s + "hop_latency_cycles"),
        p.int32(s + "output_delay_cycles"),
        choice(MatrixUnit.Preload.class, s + "preload"),
        p.int32(s + "preload_rows_per_cycle"),
        p.int32(s + "weight_buffers"),
        p.int32(s + "controller_cycles"),
        p.int32(s + "min_block_rows"),
        p.int32(s + "chunk_rows"),
        p.flag(s + "fold_overlap"),
        p.flag(s + "taps_together"),
        p.flag(s + "whole_tiles"),
        p.flag(s + "rows_along_width"),
        p.number(s + "fetch_bytes_per_cycle"),
        p.int32(s + "narrow_rows"),
        p.flag(s + "pipelined"),
        p.text(s + "sparsity").equals("2:4")
            ? MatrixUnit.Sparsity.TWO_OF_FOUR
            : MatrixUnit.Sparsity.NONE);
  }

  private VectorUnit vector() {
    String s = "core.vector.";
    var ops = new EnumMap<VectorClass, VectorUnit.OpCost>(VectorClass.class);
    for (var c : VectorClass.values()) {
      String path = s + "ops." + c.label() + ".";
      ops.put(
          c, new VectorUnit.OpCost(p.number(path + "cycles"), p.int32(path + "latency_cycles")));
    }
    return new VectorUnit(
        p.int32(s + "lanes"),
        byType("core.vector.throughput"),
        p.int32(s + "latency_cycles"),
        p.int32(s + "issue_cycles"),
        p.flag(s + "rows_on_chip"),
        p.flag(s + "remakes_values"),
        p.number(s + "row_tree_cycles"),
        p.int32(s + "chain"),
        ops);
  }

  private Optional<SharedSram> sharedSram() {
    return p.has("shared_sram.bytes")
        ? Optional.of(
            new SharedSram(
                p.integer("shared_sram.bytes"),
                p.number("shared_sram.bytes_per_cycle"),
                p.int32("shared_sram.latency_cycles")))
        : Optional.empty();
  }

  private Optional<HostLink> host() {
    if (!p.has("host.gigabytes_per_s")) {
      return Optional.empty();
    }
    double rate = p.number("host.gigabytes_per_s");
    double read = p.number("host.read_gigabytes_per_s");
    return Optional.of(new HostLink(rate, read > 0 ? read : rate, p.number("host.latency_us")));
  }

  private Dram dram() {
    String s = "dram.";
    var model = choice(Dram.Model.class, s + "model");
    String mapping = p.text(s + "mapping");
    return new Dram(
        model,
        model == Dram.Model.DDR
            ? Optional.of(DramSpecBuilder.build(p).atDataRate(p.number(s + "data_rate_mtps")))
            : Optional.empty(),
        p.int32(s + "channels"),
        p.integer(s + "capacity_bytes"),
        Dram.Mapping.ofLabel(mapping).orElseThrow(),
        p.flag(s + "refresh"),
        p.flag(s + "refresh_per_bank"),
        new Dram.Controller(
            choice(Dram.Scheduler.class, s + "controller.scheduler"),
            choice(Dram.RowPolicy.class, s + "controller.row_policy"),
            p.int32(s + "controller.read_queue"),
            p.int32(s + "controller.write_queue"),
            p.number(s + "controller.write_high"),
            p.number(s + "controller.write_low")),
        p.number(s + "controller_latency_ns"),
        new Dram.Fixed(
            p.integer(s + "fixed.latency_cycles"),
            p.integer(s + "fixed.write_latency_cycles"),
            p.int32(s + "fixed.bytes_per_cycle"),
            p.int32(s + "fixed.requests_in_flight"),
            p.flag(s + "fixed.shared_acks")),
        new Dram.ArrayTile(p.int32(s + "array_tile.rows"), p.int32(s + "array_tile.bytes")));
  }

  private Energy energy() {
    var vector = new EnumMap<VectorClass, Double>(VectorClass.class);
    for (var c : VectorClass.values()) {
      vector.put(c, p.number("energy.vector_pj." + c.label()));
    }
    String s = "energy.";
    return new Energy(
        byType("energy.mac_pj"),
        vector,
        p.number(s + "scratchpad_read_pj_per_byte"),
        p.number(s + "scratchpad_write_pj_per_byte"),
        p.number(s + "accumulator_read_pj_per_byte"),
        p.number(s + "accumulator_write_pj_per_byte"),
        orZero(s + "shared_sram_read_pj_per_byte"),
        orZero(s + "shared_sram_write_pj_per_byte"),
        p.number(s + "noc_pj_per_byte_hop"),
        p.number(s + "dram_read_pj_per_byte"),
        p.number(s + "dram_write_pj_per_byte"),
        p.number(s + "dram_activate_pj"),
        p.number(s + "link_pj_per_byte"),
        p.number(s + "instruction_pj"),
        new Energy.Static(
            p.number(s + "static.core_w"),
            p.number(s + "static.sram_w"),
            p.number(s + "static.dram_w"),
            p.number(s + "static.other_w")));
  }

  /** Coefficients of a memory the chip does not have. */
  private double orZero(String path) {
    return p.has(path) ? p.number(path) : 0;
  }

  private Optional<Published> published() {
    var tops = byType("published.tops");
    if (tops.isEmpty() && !p.has("published.dram_gigabytes_per_s")) {
      return Optional.empty();
    }
    return Optional.of(
        new Published(
            tops,
            optional("published.dram_gigabytes_per_s"),
            optional("published.sram_bytes"),
            p.number("published.tolerance")));
  }

  private OptionalDouble optional(String path) {
    return p.has(path) ? OptionalDouble.of(p.number(path)) : OptionalDouble.empty();
  }
}
