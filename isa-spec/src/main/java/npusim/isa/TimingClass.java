// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

/** Which timing model an instruction follows. */
public enum TimingClass {
  SCALAR("scalar", "executed by the sequencer in one issue slot"),
  SCALAR_LOAD("scalar_load", "the sequencer reads local memory"),
  CONTROL("control", "loop, call, return, halt"),
  NOP("nop", "occupies its unit's queue only"),
  DMA("dma", "strided transfer between DRAM and local memory"),
  DMA_INDEXED("dma_indexed", "row-wise transfer with addresses from an index list"),
  DMA_CORE("dma_core", "transfer between cores over the network-on-chip"),
  GEMM("gemm", "blocked matrix product on the array"),
  PRELOAD("preload", "fill the stationary block of the array"),
  STREAM("stream", "pass rows through the loaded block"),
  VECTOR("vector", "one result per element and pass"),
  VECTOR_REDUCE("vector_reduce", "elements combined within and across lanes"),
  VECTOR_INDEXED("vector_indexed", "data-dependent local address per element"),
  VECTOR_SORT("vector_sort", "partial sort per row"),
  BARRIER("barrier", "waits for other cores"),
  MESSAGE("message", "signal to other cores"),
  LINK("link", "transfer between chips");

  private final String mnemonic;
  private final String meaning;

  TimingClass(String mnemonic, String meaning) {
    this.mnemonic = mnemonic;
    this.meaning = meaning;
  }

  /** Name in assembly and configuration. */
  public String mnemonic() {
    return mnemonic;
  }

  /** What it stands for. */
  public String meaning() {
    return meaning;
  }
}
