package io.dimsieve.train;

/**
 * What one epoch did.
 *
 * @param epoch number, the first being 1
 * @param loss mean training loss over the epoch
 * @param validation quality after it
 * @param seconds wall time of its training steps
 */
public record EpochReport(int epoch, double loss, Evaluation validation, double seconds) {}
