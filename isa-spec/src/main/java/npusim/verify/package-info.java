/**
 * Proof before a run: operands in range, semaphores balanced, no two units touch overlapping memory
 * without an order between them, every byte read was written.
 */
package npusim.verify;
