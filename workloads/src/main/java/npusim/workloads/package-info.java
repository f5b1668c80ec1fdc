/** Named models, built as graphs from their published dimensions. */
package npusim.workloads;
