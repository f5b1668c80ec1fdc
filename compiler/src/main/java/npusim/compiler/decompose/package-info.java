/**
 * Decompositions: one rule per operator that rewrites it, in ONNX semantics, into the core
 * operators that code generation knows ({@link npusim.compiler.decompose.CoreOps}).
 */
package npusim.compiler.decompose;
