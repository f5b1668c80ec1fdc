/** Evaluation of nodes and graphs on the host, for constant folding and as a reference in tests. */
package npusim.compiler.eval;
