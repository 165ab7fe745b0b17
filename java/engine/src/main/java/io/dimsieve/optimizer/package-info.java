/**
 * SGD, Adagrad and Adam: dense for weights; fused into the embedding backward for tables, where only rows of the batch are touched. Also what is
 * added to an embedding gradient in the same pass: orthogonal regularity; dense Adam on tables behind learned soft thresholds; and twin masks, which
 * learn beside a table how many columns each row keeps.
 */
package io.dimsieve.optimizer;
