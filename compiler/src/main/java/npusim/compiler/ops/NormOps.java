package npusim.compiler.ops;

import static npusim.compiler.ops.Operator.onnx;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Dim;
import npusim.isa.DType;

/** Normalisations. */
final class NormOps {
  private NormOps() {}

  static List<Operator> all() {
    List<Operator> o = new ArrayList<>();
    o.add(
        onnx("BatchNormalization", "scales and shifts channels by stored statistics", 7, 9, 14, 15)
            .takes(
                "X:T[N,C,../N] scale:T1[C] B:T1[C] mean:T2[C] var:T2[C] | epsilon:float "
                    + "momentum:float training_mode:int(0..1) spatial:int(0..1)")
            .infer(
                c -> {
                  if (c.rank(0) == 1) {
                    c.expectExtent(1, 0, 1, "channels");
                    c.expectExtent(3, 0, 1, "channels");
                  }
                  c.set(0, c.type(0));
                  if (c.attr("training_mode", 0L) != 0) {
                    c.set(1, c.type(3));
                    c.set(2, c.type(4));
                  }
                }));
    o.add(
        onnx("InstanceNormalization", "normalises each channel of each sample", 6, 22)
            .takes("X:T[N,C,_,..] scale:T[C] B:T[C] | epsilon:float")
            .infer(Rules.SAME));
    o.add(
        onnx("GroupNormalization", "normalises groups of channels", 18, 21)
            .takes(
                "X:T[N,C,..] scale:T[_] bias:T[_] | num_groups:int(1..)! epsilon:float "
                    + "stash_type:int")
            .infer(
                c -> {
                  long groups = c.attr("num_groups", 1L);
                  long channels = c.known(0, 1);
                  c.expectMultiple(channels, groups, "channels in num_groups");
                  long params = c.opset() >= 21 ? channels : groups;
                  String what = c.opset() >= 21 ? "channels" : "num_groups";
                  c.expectExtent(1, 0, params, what);
                  c.expectExtent(2, 0, params, what);
                  c.set(0, c.type(0));
                }));
    o.add(
        onnx("LayerNormalization", "normalises trailing dimensions", 17)
            .takes("X:T Scale:T1 B:T1? | axis:int epsilon:float stash_type:int")
            .infer(
                c -> {
                  int axis = c.axis(c.attr("axis", -1L), c.rank(0));
                  DType stash = c.attr("stash_type", 1L) == 16 ? DType.BF16 : DType.F32;
                  List<Dim> mean = new ArrayList<>(c.dims(0).subList(0, axis));
                  for (int i = axis; i < c.rank(0); i++) {
                    mean.add(Dim.of(1));
                  }
                  c.broadcastsTo(1, c.dims(0));
                  c.broadcastsTo(2, c.dims(0));
                  c.set(0, c.type(0));
                  c.set(1, stash, mean);
                  c.set(2, stash, mean);
                }));
    o.add(
        onnx("RMSNormalization", "divides trailing dimensions by their root mean square", 23)
            .takes("X:T scale:V | axis:int epsilon:float stash_type:int")
            .infer(NormOps::rms));
    o.add(
        onnx("LpNormalization", "divides by the p-norm along an axis", 1, 22)
            .takes("X:T | axis:int p:int(1..2)")
            .infer(
                c -> {
                  c.axis(c.attr("axis", -1L), c.rank(0));
                  c.set(0, c.type(0));
                }));
    o.add(
        onnx("MeanVarianceNormalization", "normalises over axes", 9, 13)
            .takes("X:T | axes:ints")
            .infer(
                c -> {
                  c.axes(c.attrs("axes", 0, 2, 3), c.rank(0));
                  c.set(0, c.type(0));
                }));
    o.add(
        onnx("LRN", "normalises across neighbouring channels", 1, 13)
            .takes("X:T[N,C,..] | size:int(1..)! alpha:float beta:float bias:float")
            .infer(Rules.SAME));
    return o;
  }

  /** Shape rule of RMS normalisation by the axes from {@code axis} on. */
  static void rms(InferContext c) {
    c.axis(c.attr("axis", -1L), c.rank(0));
    c.broadcastsTo(1, c.dims(0));
    c.set(0, c.type(0));
  }
}
