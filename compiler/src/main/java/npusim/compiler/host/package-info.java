/**
 * Host kernels on constant tensors: exact ONNX semantics, written for clarity; used by constant
 * folding and tests.
 */
package npusim.compiler.host;
