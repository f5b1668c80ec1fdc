/** The compiler: from an ONNX model to a program of NPU instructions. */
package npusim.compiler;
