// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The instructions. */
public enum Opcode {
  /** Set a scalar register to a constant. */
  S_LI(0x01, "s.li", Unit.SEQ, SeqLayouts.sLi()),

  /** Scalar arithmetic on signed 64-bit registers, wrapping. */
  S_ALU(0x02, "s.alu", Unit.SEQ, SeqLayouts.sAlu()),

  /** Read an integer scalar from local memory into a register, for data-dependent counts. */
  S_LD(0x03, "s.ld", Unit.SEQ, SeqLayouts.sLd()),

  /** Execute the instructions up to the matching endloop count times; count ≤ 0 skips them. */
  LOOP(0x08, "loop", Unit.SEQ, SeqLayouts.loop()),

  /** End of the innermost loop. */
  ENDLOOP(0x09, "endloop", Unit.SEQ, SeqLayouts.endloop()),

  /** Call a function; at most 8 calls deep. Registers are shared with the caller. */
  CALL(0x0a, "call", Unit.SEQ, SeqLayouts.call()),

  /** Return to the instruction after the call. */
  RET(0x0b, "ret", Unit.SEQ, SeqLayouts.ret()),

  /**
   * End of the core's program. Complete once all units are idle; every semaphore must be 0 then.
   */
  HALT(0x0c, "halt", Unit.SEQ, SeqLayouts.halt()),

  /** Do nothing on the named unit; carries waits and signals in that unit's order. */
  NOP(0x0d, "nop", Unit.SEQ, SeqLayouts.nop()),

  /** Strided copy from DRAM to local memory. */
  DMA_LD(0x20, "dma.ld", Unit.LD, DmaLayouts.dmaLd()),

  /** Strided copy from local memory (scratchpad or accumulator memory) to DRAM. */
  DMA_ST(0x21, "dma.st", Unit.ST, DmaLayouts.dmaSt()),

  /**
   * As dma.st, but dimension 1 runs through a circular buffer of capacity rows from row pos on (KV
   * cache).
   */
  DMA_APPEND(0x22, "dma.append", Unit.ST, DmaLayouts.dmaAppend()),

  /** Load rows of DRAM chosen by an index list in local memory (embeddings). */
  DMA_GATHER(0x28, "dma.gather", Unit.LD, DmaLayouts.dmaGather()),

  /** Store rows to DRAM at places chosen by an index list; of duplicates the later d0 stays. */
  DMA_SCATTER(0x29, "dma.scatter", Unit.ST, DmaLayouts.dmaScatter()),

  /**
   * Expanding copy from DRAM to local memory: each iteration reads one compressed block and writes
   * its elements, zeros included, one after the other.
   */
  DMA_LDZ(0x2a, "dma.ldz", Unit.LD, DmaLayouts.dmaLdz()),

  /** Strided copy from another core's local memory on the same chip. */
  DMA_GET(0x30, "dma.get", Unit.LD, DmaLayouts.dmaGet()),

  /**
   * Strided copy to the same local place of every core in a mask (multicast); the own core may be
   * one.
   */
  DMA_PUT(0x31, "dma.put", Unit.ST, DmaLayouts.dmaPut()),

  /**
   * Matrix product into the accumulator memory, cut into array blocks by the unit. Convolution is a
   * product over a padded tile with the window expressed by strides.
   */
  M_GEMM(0x40, "m.gemm", Unit.MAT, MatLayouts.mGemm()),

  /** Preload the stationary block of the array. */
  M_LOAD(0x41, "m.load", Unit.MAT, MatLayouts.mLoad()),

  /** Pass rows through the loaded block into the accumulator memory. */
  M_STREAM(0x42, "m.stream", Unit.MAT, MatLayouts.mStream()),

  /** Elementwise function of one operand. */
  V_UN(0x60, "v.un", Unit.VEC, VecLayouts.vUn()),

  /** Elementwise function of two operands; stride 0 broadcasts. */
  V_BIN(0x61, "v.bin", Unit.VEC, VecLayouts.vBin()),

  /**
   * Elementwise function of an operand and a scalar. Without a register the scalar is the bits of a
   * binary64 when the compute type is float, else an integer; with one it is the integer constant +
   * register, converted to the compute type.
   */
  V_BINI(0x62, "v.bini", Unit.VEC, VecLayouts.vBini()),

  /** Elementwise choice. */
  V_SEL(0x63, "v.sel", Unit.VEC, VecLayouts.vSel()),

  /** Elementwise multiply and add; the product is rounded, then the sum. */
  V_FMA(0x64, "v.fma", Unit.VEC, VecLayouts.vFma()),

  /**
   * Reduce the dimensions in mask; destination strides of reduced dimensions are ignored. argmax
   * and argmin reduce d3 only.
   */
  V_RED(0x68, "v.red", Unit.VEC, VecLayouts.vRed()),

  /** Running combination along d3. */
  V_SCAN(0x69, "v.scan", Unit.VEC, VecLayouts.vScan()),

  /**
   * The k largest (or smallest) of each row along d3, sorted; ties to the lower index, NaN counts
   * as greatest.
   */
  V_TOPK(0x6a, "v.topk", Unit.VEC, VecLayouts.vTopk()),

  /** Convert the element type. */
  V_CVT(0x70, "v.cvt", Unit.VEC, VecLayouts.vCvt()),

  /**
   * Quantise with a scale and zero point per element (stride 0 for one per tensor or channel; its
   * reciprocal is taken once).
   */
  V_QUANT(0x71, "v.quant", Unit.VEC, VecLayouts.vQuant()),

  /**
   * Dequantise with a scale and zero point per element (stride 0 for one per tensor or channel).
   */
  V_DEQUANT(0x72, "v.dequant", Unit.VEC, VecLayouts.vDequant()),

  /**
   * Fill with a constant (binary64 bits for a float type, else an integer; with a register the
   * integer constant + register, converted).
   */
  V_FILL(0x78, "v.fill", Unit.VEC, VecLayouts.vFill()),

  /** Arithmetic sequence along d3; constants as in v.fill. */
  V_IOTA(0x79, "v.iota", Unit.VEC, VecLayouts.vIota()),

  /** Bitwise copy between elements of one type; permutes and transposes by strides. */
  V_COPY(0x7a, "v.copy", Unit.VEC, VecLayouts.vCopy()),

  /** Elementwise gather within local memory. */
  V_GATHER(0x80, "v.gather", Unit.VEC, VecLayouts.vGather()),

  /** Elementwise scatter within local memory, in iteration order. */
  V_SCATTER(0x81, "v.scatter", Unit.VEC, VecLayouts.vScatter()),

  /** Linear positions (row-major over d) of the nonzero elements, and their count. */
  V_COMPACT(0x82, "v.compact", Unit.VEC, VecLayouts.vCompact()),

  /**
   * Wait until all cores of the mask (own chip) have arrived at their barrier with the same mask.
   */
  C_BARRIER(0xa0, "c.barrier", Unit.COM, ComLayouts.cBarrier()),

  /** Add to a semaphore of other cores on the chip. */
  C_SIGNAL(0xa1, "c.signal", Unit.COM, ComLayouts.cSignal()),

  /**
   * Send a region of local memory to a core of another chip; meets the matching c.recv by (peer,
   * tag) in order.
   */
  C_SEND(0xa2, "c.send", Unit.COM, ComLayouts.cSend()),

  /** Receive a region from a core of another chip; as many bytes as the matching c.send. */
  C_RECV(0xa3, "c.recv", Unit.COM, ComLayouts.cRecv()),

  /**
   * Send a region of local memory to a core of another chip and receive as many bytes from it, both
   * at once; meets the peer's c.exchange by (peer, tag) in order.
   */
  C_EXCHANGE(0xa4, "c.exchange", Unit.COM, ComLayouts.cExchange());

  private static final Opcode[] BY_CODE = byCode();

  private final int code;
  private final String mnemonic;
  private final Unit unit;
  private final Layout layout;
  private final List<FieldSpec> fields;
  private final int[] slots;

  Opcode(int code, String mnemonic, Unit unit, Layout layout) {
    this.code = code;
    this.mnemonic = mnemonic;
    this.unit = unit;
    this.layout = layout;
    this.fields = layout.fields();
    this.slots = new int[Field.values().length];
    Arrays.fill(slots, -1);
    for (int i = 0; i < fields.size(); i++) {
      slots[fields.get(i).field().ordinal()] = i;
    }
  }

  /** The instruction of a code, or empty. */
  public static Optional<Opcode> ofCode(int code) {
    return code >= 0 && code < BY_CODE.length
        ? Optional.ofNullable(BY_CODE[code])
        : Optional.empty();
  }

  /** First byte of the word. */
  public int code() {
    return code;
  }

  /** Name in assembly, such as {@code v.bin}. */
  public String mnemonic() {
    return mnemonic;
  }

  /** Unit that executes it ({@link Unit#SEQ} for {@code nop}, whose unit is a field). */
  public Unit unit() {
    return unit;
  }

  /** Family of related instructions. */
  public String family() {
    return layout.family();
  }

  /** Timing model it follows. */
  public TimingClass timing() {
    return layout.timing();
  }

  /** Work per element, when the opcode alone decides it. */
  public Optional<OpClass> opClass() {
    return layout.opClass();
  }

  /** What it does, in a sentence or two. */
  public String summary() {
    return layout.summary();
  }

  /** What it computes, as a formula. */
  public String semantics() {
    return layout.semantics();
  }

  /** Fields in encoding order. */
  public List<FieldSpec> fields() {
    return fields;
  }

  /** Groups of fields that assembly writes as one. */
  public List<Operand> operands() {
    return layout.operands();
  }

  /** True when it has the field. */
  public boolean has(Field field) {
    return slots[field.ordinal()] >= 0;
  }

  /** Description of a field it has. */
  public FieldSpec spec(Field field) {
    return fields.get(slot(field));
  }

  /** Position of a field in {@link #fields()}; an exception for a field it does not have. */
  int slot(Field field) {
    int slot = slots[field.ordinal()];
    if (slot < 0) {
      throw new IllegalArgumentException(mnemonic + " has no field " + field.label());
    }
    return slot;
  }

  /** A fresh array with every field's default. */
  long[] defaults() {
    var values = new long[fields.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = fields.get(i).defaultValue();
    }
    return values;
  }

  private static Opcode[] byCode() {
    var table = new Opcode[256];
    for (Opcode op : values()) {
      table[op.code] = op;
    }
    return table;
  }
}
