package npusim.tools.accelerator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import npusim.asm.Assembler;
import npusim.diag.NpusimException;
import npusim.tools.validate.AcceleratorPredictor;
import npusim.tools.validate.Job;

/**
 * Transfers of one core of a Tenstorrent chip, from the first request to the last answer, as
 * tt-metal's data movement tests make them: requests of the same size, one behind the other.
 */
public final class TensixPredictor implements AcceleratorPredictor {
  @Override
  public Set<String> chips() {
    return Set.of("wormhole-n150");
  }

  @Override
  public Map<String, String> modes() {
    var modes = new LinkedHashMap<String, String>();
    modes.put("noc_read", "reads from memory; `transfer`: requests, 1, bytes of each");
    modes.put("noc_write", "writes to memory; the same");
    modes.put(
        "noc_multicast",
        "copies to a square of cores at once; `transfer`: copies, side of the square, bytes of"
            + " each, whole packets");
    return modes;
  }

  @Override
  public void check(Job.OnAccelerator job) {
    boolean multicast = job.mode().equals("noc_multicast");
    boolean given = job.transfer().size() == 3;
    if (!given || job.transfer().get(1) > (multicast ? side(job) : 1)) {
      throw NpusimException.usage(
          "validate-accelerator",
          "mode " + job.mode() + " needs transfer: [requests, cores, bytes]",
          multicast
              ? "cores are the side of a square, " + side(job) + " at most"
              : "the number of cores is 1");
    }
  }

  private static int side(Job.OnAccelerator job) {
    return (int) Math.sqrt(job.hw().chip().cores());
  }

  @Override
  public long cycles(Job.OnAccelerator job) {
    List<Long> t = job.transfer();
    String what =
        switch (job.mode()) {
          case "noc_read" -> "dma.ld d=[%d,%d] dst=0:u8[0,1] dram=0[%2$d,1]";
          case "noc_write" -> "dma.st d=[%d,%d] dram=0[%2$d,1] a=0:u8[0,1]";
          default ->
              "dma.put d=[%d,%d] dst=0:u8[%2$d,1] a=0[%2$d,1] cores=" + square(job, t.get(1));
        };
    var text = new StringBuilder();
    for (int core = 0; core < job.hw().chip().cores(); core++) {
      text.append(".core ")
          .append(core)
          .append(" stream=")
          .append(core == 0 ? "first\n" : "rest\n");
    }
    text.append(".stream rest\nhalt\n.stream first\n")
        .append(String.format(Locale.ROOT, what, t.get(0), t.get(2)))
        .append("\nhalt\n");
    return Variant.cycles(job.hw(), Assembler.assemble(job.mode(), text.toString()));
  }

  /** Mask of the other cores of the square that begins with the first. */
  private static String square(Job.OnAccelerator job, long cores) {
    long mask = 0;
    for (int y = 0; y < cores; y++) {
      mask |= (1L << cores) - 1 << y * side(job);
    }
    return "0x" + Long.toHexString(mask & ~1L);
  }
}
