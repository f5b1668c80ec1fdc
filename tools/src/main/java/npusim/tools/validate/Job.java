package npusim.tools.validate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.hardware.Dram;
import npusim.hardware.Hardware;
import npusim.sim.dram.DramStream;

/** What a row of a validation table asks to be run. */
public sealed interface Job {
  /** Kind of a table: which jobs its rows are. */
  enum Kind {
    ARRAY,
    ACCELERATOR,
    DRAM,
    KERNEL,
    MODEL;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Chip or memory, as the table names it. */
  String machine();

  /** The job in a few words. */
  String describe();

  /** A matrix product [m, k]·[k, n]. */
  record Product(long m, long n, long k) {
    @Override
    public String toString() {
      return "gemm:" + m + "," + n + "," + k;
    }
  }

  /** How a bare array works. */
  enum ArrayMode {
    /** Weight-stationary, loads of the next block hidden. */
    WS,
    /** Weight-stationary, every load exposed. */
    WS_NOOVL,
    /** Output-stationary. */
    OS,
    /** Output-stationary through the transposer. */
    OS_TR,
    /** Input-stationary. */
    IS;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A product on a bare array: no controller, no memory.
   *
   * @param machine chip's name
   * @param hw chip with its overrides; only the matrix unit counts
   */
  record OnArray(String machine, Hardware hw, ArrayMode mode, Product product) implements Job {
    @Override
    public String describe() {
      return product + " " + mode.label();
    }
  }

  /**
   * An accelerator driven as its own software drives it. What a mode means and which of the options
   * it needs is for the {@link AcceleratorPredictor} that serves it to say.
   *
   * @param machine chip's name
   * @param hw chip with its overrides
   * @param mode how it is driven, such as {@code loop_full}
   * @param product the matrix product; empty for DMA transfers
   * @param tile forced tile (m, n, k), in the units of the mode; empty when not given
   * @param buffers 1 for single, 2 for double buffering
   * @param transfer DMA transfer: count, rows, columns; empty for products
   * @param readLatency of the memory, cycles; empty: the chip's own
   * @param writeLatency of the memory, cycles; empty: the chip's own
   */
  record OnAccelerator(
      String machine,
      Hardware hw,
      String mode,
      Optional<Product> product,
      List<Long> tile,
      int buffers,
      List<Long> transfer,
      OptionalLong readLatency,
      OptionalLong writeLatency)
      implements Job {
    public OnAccelerator {
      tile = List.copyOf(tile);
      transfer = List.copyOf(transfer);
    }

    @Override
    public String describe() {
      var s = new StringBuilder(mode);
      product.ifPresent(p -> s.append(' ').append(p));
      if (!tile.isEmpty()) {
        s.append(" tile ").append(tile);
      }
      if (!transfer.isEmpty()) {
        s.append(' ').append(transfer);
      }
      if (buffers > 1) {
        s.append(" ×").append(buffers);
      }
      readLatency.ifPresent(l -> s.append(" latency ").append(l));
      return s.toString();
    }
  }

  /**
   * A request stream into a memory.
   *
   * @param machine preset or chip
   * @param requests 64-byte requests; empty: enough for a steady state
   * @param window bytes the addresses lie in; empty: 1 GiB or the capacity
   */
  record OnMemory(
      String machine, Dram dram, DramStream stream, OptionalLong requests, OptionalLong window)
      implements Job {
    @Override
    public String describe() {
      return stream.label()
          + " · "
          + dram.channels()
          + (dram.channels() == 1 ? " channel " : " channels ")
          + dram.mapping().label()
          + (dram.refresh() ? "" : " no refresh")
          + requests.stream().mapToObj(n -> " · " + n + " requests").findFirst().orElse("")
          + window.stream().mapToObj(n -> " · " + n + " bytes").findFirst().orElse("");
    }
  }

  /**
   * A kernel or a model, compiled and simulated.
   *
   * @param machine chip's name
   * @param hw chip with its overrides
   * @param workload named workload, model file or single kernel
   * @param batch sequences or images together
   * @param prompt prompt tokens; empty: the workload's own
   * @param generate tokens to generate; empty: the workload's own
   * @param dtype precision; empty: the chip's native type
   * @param dims extents of symbolic dimensions of a model file
   * @param tile forced tile of matrix products; empty: the compiler's choice
   * @param copies independent machines side by side, each with its own batch
   * @param host whether a time includes the transfers of inputs from the host and of outputs to it
   */
  record OnChip(
      String machine,
      Hardware hw,
      String workload,
      long batch,
      OptionalLong prompt,
      OptionalLong generate,
      Optional<String> dtype,
      Map<String, Long> dims,
      Optional<CompileOptions.Tile> tile,
      long copies,
      boolean host)
      implements Job {
    /** Keeps the order of the dimensions. */
    public OnChip {
      dims = Collections.unmodifiableMap(new LinkedHashMap<>(dims));
    }

    @Override
    public String describe() {
      var s = new StringBuilder(workload.substring(workload.lastIndexOf('/') + 1));
      if (batch > 1) {
        s.append(" · batch ").append(batch);
      }
      prompt.ifPresent(p -> s.append(" · prompt ").append(p));
      generate.ifPresent(g -> s.append(" · generate ").append(g));
      dtype.ifPresent(d -> s.append(" · ").append(d));
      dims.forEach((name, v) -> s.append(" · ").append(name).append('=').append(v));
      tile.ifPresent(t -> s.append(" · tile ").append(List.of(t.m(), t.n(), t.k())));
      if (copies > 1) {
        s.append(" · ").append(copies).append(" copies");
      }
      if (host) {
        s.append(" · from the host and back");
      }
      return s.toString();
    }
  }
}
