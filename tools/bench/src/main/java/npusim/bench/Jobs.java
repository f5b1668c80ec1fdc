package npusim.bench;

import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.program.Program;
import npusim.workloads.MicroWorkload;
import npusim.workloads.Scenario;
import npusim.workloads.Scenarios;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadCatalog;
import npusim.workloads.WorkloadOptions;

/**
 * What the benchmarks work on: a workload on a chip, written {@code workload@chip}.
 *
 * @param model the graph of the workload's first stage, without weights
 * @param hardware the chip
 */
record Jobs(Model model, Hardware hardware) {
  /** Reads {@code resnet50@warboy} or {@code gemm:2048,2048,2048@tpu-v3}. */
  static Jobs of(String text) {
    int at = text.lastIndexOf('@');
    Hardware hardware = HardwareLoader.load(text.substring(at + 1));
    String workload = text.substring(0, at);
    Scenario scenario =
        MicroWorkload.parse(workload, Weights.shapesOnly())
            .orElseGet(
                () ->
                    Scenarios.of(
                        WorkloadCatalog.find(workload).orElseThrow(), WorkloadOptions.defaults()));
    return new Jobs(scenario.stages().getFirst().model(), hardware);
  }

  /** Compiles a copy of the model with the chip's native type. */
  Program compile() {
    CompileOptions options = CompileOptions.DEFAULT.withDtype(hardware.nativeType());
    return Compiler.compile(model.copy(), hardware, options);
  }
}
