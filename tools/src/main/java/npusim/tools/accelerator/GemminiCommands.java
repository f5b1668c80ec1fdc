package npusim.tools.accelerator;

import java.util.ArrayList;
import java.util.List;
import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;
import npusim.program.Program;

/**
 * Products as a plain stream of Gemmini's commands: all loads, all products, a store per block of
 * the result. Commands enter the reservation station in order, so that products begin to wait there
 * when all loads but as many as it takes are complete.
 *
 * @param hw the accelerator, with the dataflow to use
 * @param m rows
 * @param n columns
 * @param k contraction
 * @param transfers whether operands come from memory and results go there
 */
record GemminiCommands(Hardware hw, long m, long n, long k, boolean transfers) {
  private static List<TokenProgram.Op> at(List<TokenProgram.Op> ops, int index) {
    return index >= 0 && index < ops.size() ? List.of(ops.get(index)) : List.of();
  }

  Program program() {
    var isa = GemminiIsa.of(hw);
    var tile =
        new GemminiTile(
            isa, m, n, k, 0, hw.core().scratchpad().bytes(), 0, hw.core().accumulator().bytes());
    var p = new TokenProgram();
    List<TokenProgram.Op> loads = new ArrayList<>();
    if (transfers) {
      for (var piece : tile.inOrder()) {
        var op = p.add(tile.mvin(piece, false));
        tile.loaded(piece, op);
        loads.add(op);
      }
    }
    var depths = hw.core().sequencer().queueDepths();
    var gate = at(loads, loads.size() - 1 - depths.dmaIn());
    boolean outputStationary = hw.core().matrix().dataflow() == MatrixUnit.Dataflow.OS;
    if (outputStationary) {
      tile.emitStationaryOutputs(p, gate);
    } else {
      tile.emitProducts(p, false, null, gate);
    }
    if (transfers) {
      int held = GemminiIsa.blocksHeld(hw);
      List<TokenProgram.Op> entered =
          tile.blocks() > held
              ? List.of(tile.emitted(tile.blocks() - 1 - held, outputStationary))
              : List.of();
      tile.emitBlockStores(p, !outputStationary && tile.depth > 1, entered);
    }
    return p.build("commands", hw.name());
  }
}
