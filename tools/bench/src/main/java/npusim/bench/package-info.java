/** JMH benchmarks. */
package npusim.bench;
