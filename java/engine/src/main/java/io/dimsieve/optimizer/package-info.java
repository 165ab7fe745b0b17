/**
 * SGD, Adagrad and Adam: dense for weights; fused into the embedding backward for tables, where only rows of the batch are touched. Also what is
 * added to an embedding gradient in the same pass: orthogonal regularity; and dense Adam on tables behind learned soft thresholds.
 */
package io.dimsieve.optimizer;
