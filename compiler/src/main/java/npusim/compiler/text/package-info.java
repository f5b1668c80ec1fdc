/** ONNX's textual syntax: parser and printer. */
package npusim.compiler.text;
