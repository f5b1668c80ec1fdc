package npusim.tools.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import npusim.hardware.Hardware;
import npusim.program.CoreCode;
import npusim.program.Program;
import npusim.sim.energy.EnergyModel;
import npusim.sim.timing.InstructionWork;
import npusim.sim.timing.TimingUnit;
import npusim.sim.timing.TraceSink;

/**
 * Collects a run as a trace in Chrome's JSON format, which Perfetto opens: a process per core, a
 * thread per unit, a slice per instruction named by its graph node, and counters of the bandwidths
 * of DRAM and shared SRAM and of dynamic power. Instructions of a unit that overlap, as transfers
 * and products in a pipeline do, lie in lanes: of slices that overlap on one thread without one
 * holding the other Perfetto drops the second. Stages follow one another on the time axis. Of chips
 * that do the same the cores of the first are shown; counters are always those of all chips.
 */
public final class PerfettoTrace implements TraceSink {
  /** Slices kept; later ones are counted only, so that a trace stays small enough to open. */
  static final int MAX_SLICES = 400_000;

  /** More than instructions of a unit can be in flight. */
  private static final int MAX_LANES = 1000;

  private final Hardware hw;
  private final EnergyModel energy;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final JsonGenerator g;
  private Program program;
  private String stage = "";
  private long offset;
  private long last;
  private int slices;
  private long dropped;
  private long leftOut;
  private int alike = 1;
  private final BitSet named = new BitSet();

  /** When the last slice of each lane ends, by core · units + unit, in cycles of all stages. */
  private final Map<Integer, List<Long>> lanes = new HashMap<>();

  private Windows readBytes;
  private Windows writtenBytes;
  private Windows sharedReadBytes;
  private Windows sharedWrittenBytes;
  private Windows picojoules;

  /** An empty trace. */
  public PerfettoTrace(Hardware hw) {
    this.hw = hw;
    this.energy = new EnergyModel(hw);
    try {
      g = new JsonFactory().createGenerator(bytes);
      g.writeStartObject();
      g.writeStringField("displayTimeUnit", "ns");
      g.writeArrayFieldStart("traceEvents");
      name("process_name", hw.totalCores(), 0, "memory and power");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a stage where the one before ended. */
  public void begin(String stageName, Program p) {
    stage = stageName;
    last = 0;
    program = p;
    alike = 1;
    readBytes = new Windows(1000);
    writtenBytes = new Windows(1000);
    sharedReadBytes = new Windows(1000);
    sharedWrittenBytes = new Windows(1000);
    picojoules = new Windows(1000);
  }

  @Override
  public boolean withoutGaps() {
    return true;
  }

  @Override
  public void alike(int chips) {
    alike = chips;
  }

  /**
   * Ends a stage and writes its counters.
   *
   * @param latency cycles of the launch; what lies beyond the last event are layers that repeat and
   *     were left out
   */
  public void end(long latency) {
    long cycles = Math.min(latency, last);
    leftOut += latency - cycles;
    try {
      int counters = hw.totalCores();
      double perSecond = hw.chip().cyclesPerSecond();
      counter(counters, "DRAM read GB/s", readBytes, perSecond * 1e-9);
      counter(counters, "DRAM write GB/s", writtenBytes, perSecond * 1e-9);
      if (hw.sharedSram().isPresent()) {
        counter(counters, "shared SRAM read GB/s", sharedReadBytes, perSecond * 1e-9);
        counter(counters, "shared SRAM write GB/s", sharedWrittenBytes, perSecond * 1e-9);
      }
      counter(counters, "dynamic power W", picojoules, perSecond * 1e-12);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    offset += cycles;
  }

  /** The finished trace. */
  public byte[] render() {
    try {
      g.writeEndArray();
      g.writeObjectFieldStart("otherData");
      g.writeStringField("hardware", hw.name());
      g.writeNumberField("dropped_slices", dropped);
      g.writeNumberField("cycles", offset);
      g.writeNumberField("cycles_of_layers_left_out", leftOut);
      g.writeEndObject();
      g.writeEndObject();
      g.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void instruction(
      int core, TimingUnit unit, int pc, long start, long end, InstructionWork work) {
    picojoules.add(start, end, alike * energy.workPj(work));
    last = Math.max(last, end);
    if (slices >= MAX_SLICES) {
      dropped++;
      return;
    }
    slices++;
    CoreCode code = program.cores().get(core).code();
    int node = code.nodeOf()[pc];
    String name = node < 0 ? stage : program.nodes().get(node).name();
    try {
      if (!named.get(core)) {
        named.set(core);
        name("process_name", core, 0, "core " + core);
        for (TimingUnit u : TimingUnit.values()) {
          name("thread_name", core, thread(u, 0), u.label());
        }
      }
      int lane = lane(core, unit, start, end);
      g.writeStartObject();
      g.writeStringField("name", name);
      g.writeStringField("ph", "X");
      g.writeNumberField("pid", core);
      g.writeNumberField("tid", thread(unit, lane));
      g.writeNumberField("ts", microseconds(start));
      g.writeNumberField("dur", (end - start) / hw.chip().clockMhz());
      g.writeObjectFieldStart("args");
      g.writeStringField("instruction", code.code()[pc].op().mnemonic());
      g.writeNumberField("pc", pc);
      g.writeNumberField("cycles", end - start);
      g.writeStringField("stage", stage);
      g.writeEndObject();
      g.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lanes of a unit lie one below the other, as Perfetto sorts threads by number. */
  private static int thread(TimingUnit unit, int lane) {
    return (unit.ordinal() + 1) * MAX_LANES + lane;
  }

  /** The first lane that is free when an instruction starts; those of a unit start in order. */
  private int lane(int core, TimingUnit unit, long start, long end) throws IOException {
    List<Long> ends =
        lanes.computeIfAbsent(
            core * TimingUnit.values().length + unit.ordinal(), k -> new ArrayList<>());
    int lane = 0;
    while (lane < ends.size() && ends.get(lane) > offset + start) {
      lane++;
    }
    if (lane == ends.size()) {
      ends.add(0L);
      if (lane > 0) {
        name("thread_name", core, thread(unit, lane), unit.label() + " lane " + (lane + 1));
      }
    }
    ends.set(lane, offset + end);
    return lane;
  }

  @Override
  public void dram(int chip, long start, long end, long read, long written) {
    last = Math.max(last, end);
    readBytes.add(start, end, (double) alike * read);
    writtenBytes.add(start, end, (double) alike * written);
    picojoules.add(start, end, alike * energy.dramPj(read, written));
  }

  @Override
  public void sharedSram(int chip, long start, long end, long read, long written) {
    last = Math.max(last, end);
    sharedReadBytes.add(start, end, (double) alike * read);
    sharedWrittenBytes.add(start, end, (double) alike * written);
    picojoules.add(start, end, alike * energy.sharedPj(read, written));
  }

  private double microseconds(long cycle) {
    return (offset + cycle) / hw.chip().clockMhz();
  }

  private void name(String kind, int pid, int tid, String text) throws IOException {
    g.writeStartObject();
    g.writeStringField("name", kind);
    g.writeStringField("ph", "M");
    g.writeNumberField("pid", pid);
    g.writeNumberField("tid", tid);
    g.writeObjectFieldStart("args");
    g.writeStringField("name", text);
    g.writeEndObject();
    g.writeEndObject();
  }

  private void counter(int pid, String name, Windows w, double scale) throws IOException {
    for (int i = 0; i < w.used(); i++) {
      g.writeStartObject();
      g.writeStringField("name", name);
      g.writeStringField("ph", "C");
      g.writeNumberField("pid", pid);
      g.writeNumberField("ts", microseconds(i * w.width()));
      g.writeObjectFieldStart("args");
      g.writeNumberField("value", w.perCycle(i) * scale);
      g.writeEndObject();
      g.writeEndObject();
    }
  }
}
