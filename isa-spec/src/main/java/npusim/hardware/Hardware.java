package npusim.hardware;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import npusim.isa.DType;

/**
 * A complete, validated description of one NPU system.
 *
 * @param name preset or file name, for example {@code rngd}
 * @param title one line for people
 * @param notes what the description simplifies; may be empty
 * @param system chips and links
 * @param chip chip-wide figures
 * @param core one core
 * @param noc network on chip
 * @param sharedSram SRAM shared by the cores, if the chip has any
 * @param dram chip memory
 * @param host host link, if described
 * @param energy energy coefficients
 * @param nativeType type workloads run in unless told otherwise
 * @param published vendor's headline figures, if any
 * @param parameters every parameter with its resolved value and provenance
 */
public record Hardware(
    String name,
    String title,
    String notes,
    SystemSpec system,
    ChipSpec chip,
    CoreSpec core,
    Noc noc,
    Optional<SharedSram> sharedSram,
    Dram dram,
    Optional<HostLink> host,
    Energy energy,
    DType nativeType,
    Optional<Published> published,
    Parameters parameters) {

  /** Types the matrix unit multiplies natively. */
  public Set<DType> matrixTypes() {
    return types(core.matrix().throughput().keySet());
  }

  private static Set<DType> types(Set<DType> keys) {
    var set = EnumSet.noneOf(DType.class);
    set.addAll(keys);
    return java.util.Collections.unmodifiableSet(set);
  }

  /** Cores of all chips. */
  public int totalCores() {
    return system.chips() * chip.cores();
  }

  /** Peak multiply-accumulates per cycle of one chip on a natively supported type. */
  public double chipMacsPerCycle(DType type) {
    return core.matrix().macsPerCycle(type) * chip.cores();
  }

  /** Peak operations per second of one chip; a multiply-accumulate counts two. */
  public double chipOpsPerSecond(DType type) {
    return 2 * chipMacsPerCycle(type) * chip.cyclesPerSecond();
  }

  /** Peak DRAM bytes per second of one chip; infinite for the ideal model. */
  public double dramBytesPerSecond() {
    return dram.peakBytesPerSecond(chip.clockMhz());
  }

  /** Peak DRAM bytes per core clock cycle of one chip. */
  public double dramBytesPerCycle() {
    return dramBytesPerSecond() / chip.cyclesPerSecond();
  }

  /** The same as far as the network carries it from the memory to the cores. */
  public double memoryReadBytesPerCycle() {
    double rate = dramBytesPerCycle();
    for (double net : new double[] {noc.memoryReadBytesPerCycle(), noc.memoryBytesPerCycle()}) {
      rate = net > 0 ? Math.min(net, rate) : rate;
    }
    return rate;
  }

  /** The same of data that lie in the channel nearest to the core that reads them. */
  public double placedReadBytesPerCycle() {
    double net = noc.placedReadBytesPerCycle();
    return net > 0 ? Math.min(net, dramBytesPerCycle()) : memoryReadBytesPerCycle();
  }

  /**
   * Core clock cycles that the DRAM of one chip takes for traffic at its peak rate. Writes to
   * memory of the fixed model take its answer channel no time: only the stores' own buses limit
   * them.
   */
  public double dramCycles(long readBytes, long writtenBytes) {
    long limited = dram.model() == Dram.Model.FIXED ? readBytes : readBytes + writtenBytes;
    return limited / dramBytesPerCycle();
  }

  /**
   * Off-core memory address of the DRAM's first byte: those below it are in the shared SRAM; 0 on
   * chips without one.
   */
  public long dramBase() {
    return sharedSram.map(SharedSram::bytes).orElse(0L);
  }

  /** Off-core memory addresses of one chip: shared SRAM, then DRAM. */
  public long addressableBytes() {
    return dramBase() + dram.capacityBytes();
  }

  /** SRAM of one chip: scratchpads, accumulators and shared SRAM, in bytes. */
  public long sramBytes() {
    return chip.cores() * (core.scratchpad().bytes() + core.accumulator().bytes()) + dramBase();
  }

  /** Static power of one chip with its DRAM, W. */
  public double staticPowerW() {
    return energy.statics().totalW(chip.cores());
  }

  /** Provenance of the parameter at a dotted path such as {@code core.matrix.rows}. */
  public Provenance provenance(String path) {
    return parameters.provenance(path);
  }

  /**
   * A 16-digit hexadecimal digest of every parameter that programs or timing depend on (names,
   * notes, energy, provenance and published figures left out). Programs carry it.
   */
  public String fingerprint() {
    return parameters.fingerprint();
  }

  /**
   * True for a built-in chip in whose place, as far as programs and timing go, the built-in chip of
   * this name could stand: nothing was changed, or nothing that counts.
   */
  public boolean isAsShipped() {
    return parameters.shipped()
        || HardwareCatalog.chips().contains(name)
            && HardwareLoader.load(name).fingerprint().equals(fingerprint());
  }

  /**
   * What was changed of the description by overrides, as {@code path=value} texts in schema order;
   * what an override took away is not among them.
   */
  public List<String> overrides() {
    return parameters.all().stream()
        .map(Parameter::provenance)
        .filter(p -> p.status() == Provenance.Status.OVERRIDE)
        .map(p -> p.source().replaceFirst("^--set ", ""))
        .distinct()
        .toList();
  }

  /**
   * The same system with some parameters changed, as {@code --set} does.
   *
   * @param sets {@code path=value} texts, for example {@code core.matrix.rows=256}
   * @throws npusim.diag.NpusimException if a path or value is not legal
   */
  public Hardware with(List<String> sets) {
    return HardwareLoader.override(this, sets);
  }
}
