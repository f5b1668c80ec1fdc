package npusim.sim.timing;

import java.util.List;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;

/** Small machines for tests of the simulator. */
public final class TestHardware {
  private static final String YAML =
      """
      title: A small machine for tests
      native_type: f32
      system: {chips: 1, link: {topology: ring, gigabytes_per_s: 16, latency_ns: 500}}
      chip: {process_nm: 7, clock_mhz: 1000, tdp_w: 20, cores: 1}
      core:
        sequencer: {issue_cycles: 1, queue_depth: 8, dispatch_cycles: 1}
        dma:
          load: {queues: 2, startup_cycles: 10, bus_bytes: 32, request_bytes: 64, requests_in_flight: 16, expand_bytes_per_cycle: 32}
          store: {queues: 1, startup_cycles: 10, bus_bytes: 32, request_bytes: 64, requests_in_flight: 16}
        scratchpad: {bytes: 262144, banks: 8, ports_per_bank: 2, bytes_per_cycle_per_bank: 16}
        accumulator: {bytes: 65536, banks: 4, bytes_per_cycle_per_bank: 16}
        matrix:
          rows: 16
          cols: 16
          dataflow: ws
          throughput: {f32: 1, bf16: 1, i8: 1}
          controller_cycles: 0
        vector:
          lanes: 16
          throughput: {f32: 1, i32: 1, bf16: 1, i8: 1}
      noc: {topology: crossbar, bytes_per_cycle: 64, hop_latency_cycles: 2}
      dram:
        model: fixed
        capacity_bytes: 1073741824
        fixed: {latency_cycles: 40, write_latency_cycles: 40, bytes_per_cycle: 32}
      """;

  private TestHardware() {}

  /** A one-core machine with fixed-latency memory, with {@code path=value} changes. */
  public static Hardware small(String... sets) {
    return HardwareLoader.parse("test.yaml", YAML, List.of(sets));
  }
}
