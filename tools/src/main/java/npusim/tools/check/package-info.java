/**
 * Expectation files: what a workload costs on a chip, checked in continuous integration. A failure
 * names the metric, before and after, and the layers that moved.
 */
package npusim.tools.check;
