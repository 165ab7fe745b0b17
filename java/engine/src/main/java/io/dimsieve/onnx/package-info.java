/**
 * Export to ONNX: the program of a model file, instruction by instruction, as operators that any ONNX runtime has. Writes the
 * format by hand.
 */
package io.dimsieve.onnx;
