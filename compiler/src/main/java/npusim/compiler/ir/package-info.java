/**
 * Graph IR: ONNX models as mutable graphs of nodes over named values, with types, constants and a
 * verifier.
 */
package npusim.compiler.ir;
