/** What a run tells: metrics, one-screen text, JSON, CSV and traces. */
package npusim.tools.report;
