package io.dimsieve.train;

/**
 * Quality of a model on one part of a dataset.
 *
 * @param auc area under the ROC curve over all rows
 * @param logLoss mean binary cross-entropy
 * @param calibration mean prediction over mean label
 * @param rows rows scored
 * @param seconds wall time of scoring
 */
public record Evaluation(double auc, double logLoss, double calibration, long rows, double seconds) {}
