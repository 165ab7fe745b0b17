package io.dimsieve.serve;

/** What the hidden layers of a scorer compute in. */
public enum LayerPrecision {
  /** Floats: the trainer's scores, bit for bit. */
  F32,
  /** Signed bytes with exact sums ({@link io.dimsieve.op.DenseI8}): a quarter of the memory to read per row, for a small error of each layer. */
  I8
}
