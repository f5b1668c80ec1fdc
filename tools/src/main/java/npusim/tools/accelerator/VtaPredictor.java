package npusim.tools.accelerator;

import java.util.Map;
import java.util.Set;
import npusim.diag.NpusimException;
import npusim.tools.validate.AcceleratorPredictor;
import npusim.tools.validate.Job;

/**
 * VTA in its one mode, {@code tasks}: product, tile (m, n, k) in elements, buffers, latencies of
 * the memory. Cycles are those of its own counter, launch to finish.
 */
public final class VtaPredictor implements AcceleratorPredictor {
  @Override
  public Set<String> chips() {
    return Set.of("vta-pynq");
  }

  @Override
  public Map<String, String> modes() {
    return Map.of(
        "tasks",
        "loads, GEMMs and stores that pass tokens, launch to finish; `workload`, `tile`, `buffers`"
            + " 1 or 2");
  }

  @Override
  public void check(Job.OnAccelerator job) {
    if (job.product().isEmpty() || job.tile().isEmpty() || job.buffers() > 2) {
      throw NpusimException.usage(
          "validate-accelerator", "vta-pynq needs a workload, a tile and 1 or 2 buffers", "");
    }
  }

  @Override
  public long cycles(Job.OnAccelerator job) {
    var p = job.product().orElseThrow();
    var t = job.tile();
    var hw = Variant.memory(job.hw(), job.readLatency(), job.writeLatency());
    var tasks = new VtaTasks(p.m(), p.n(), p.k(), t.get(0), t.get(1), t.get(2), job.buffers());
    return Variant.cycles(hw, tasks.program(hw));
  }
}
