/** Shapes over device memory: tensors and embedding tables. No arithmetic. */
package io.dimsieve.tensor;
