/** The operators: name, versions, types, shape rule and host evaluation. */
package npusim.compiler.ops;
