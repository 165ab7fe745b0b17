package io.dimsieve.study;

import io.dimsieve.train.Evaluation;
import java.util.List;

/**
 * Quality of one plan's model.
 *
 * @param test quality on the test part, or on the validation part of a dataset without test rows
 * @param validationAuc of the epoch whose weights were tested
 * @param curve validation AUC after each epoch; empty when nothing was trained
 * @param seconds of training
 */
record Outcome(Evaluation test, double validationAuc, List<Double> curve, double seconds) {}
