/** Compiled programs run on values: one model with given inputs, or ONNX's backend tests. */
package npusim.tools.exec;
