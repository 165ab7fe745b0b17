package io.dimsieve.onnx;

/**
 * A value of a program in the graph.
 *
 * @param name of a float tensor [batch, columns]; of zeros [batch, 1] when there are no columns, because runtimes differ about
 *     tensors without elements
 */
record OnnxValue(String name, int columns) {}
