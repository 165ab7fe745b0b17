/**
 * SGD, Adagrad and Adam: dense for weights; fused into the embedding backward for tables, where only rows of the batch are touched. Also what is
 * added to an embedding gradient in the same pass: orthogonal regularity. And the masks over rows that learn beside a table: twin masks.
 */
package io.dimsieve.optimizer;
