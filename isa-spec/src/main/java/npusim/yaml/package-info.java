/** YAML with positions: a small read-only tree whose every node knows its file, line and column. */
package npusim.yaml;
