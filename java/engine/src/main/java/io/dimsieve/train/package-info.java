/** Training: epochs over a dataset, early stopping, checkpoints, evaluation. Knows search methods only as {@link io.dimsieve.train.StepHook}. */
package io.dimsieve.train;
