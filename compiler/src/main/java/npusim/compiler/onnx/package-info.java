/** Files of the ONNX world: models and tensors in protobuf form, and NumPy arrays. */
package npusim.compiler.onnx;
