/**
 * The operators: name, versions, types, shape rule, host evaluation and hooks for what later stages
 * attach.
 */
package npusim.compiler.ops;
