/** Shapes over device memory: tensors and embedding tables, as trained and as packed for serving. The only arithmetic is rounding. */
package io.dimsieve.tensor;
