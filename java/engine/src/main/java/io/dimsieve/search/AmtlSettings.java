package io.dimsieve.search;

import io.dimsieve.ConfigurationException;

/**
 * Settings of {@link Amtl}, with the names users write.
 *
 * @param warmup epochs before the twins learn, at least one step; 0 trains them from the start, as the paper's joint training, and more as its warm start
 * @param epochs over which the twins learn and pressure rises
 * @param settle most epochs that the model is trained on behind each plan, with its masks fixed, until validation no longer improves
 * @param rate learning rate of the twins
 * @param cold temperature of the softmax after the first epoch, over which it falls from 1
 * @param rho weight of the expected share of kept entries in the loss; 0 is the paper
 * @param gradual whether pressure rises during the epochs; otherwise only a plan's own price takes columns away, at the end
 * @param zero whether a value may lose all columns
 * @param oneHot whether the twins also read which field a value is of
 * @param resolution classes of counts per octave
 */
record AmtlSettings(
    double warmup, double epochs, double settle, double rate, double cold, double rho, boolean gradual, boolean zero, boolean oneHot,
    double resolution) {

  static final String[] NAMES = {"warmup", "epochs", "settle", "rate", "temperature", "rho", "press", "zero", "fields", "resolution"};

  static AmtlSettings of(SearchTask task) {
    task.allow(NAMES);
    return new AmtlSettings(
        task.number("warmup", 0, 0, 1000), task.number("epochs", 6, 0.01, 1000), task.number("settle", 10, 0, 1000),
        task.number("rate", task.train().dense().learningRate(), 1e-9, 10), task.number("temperature", 0.5, 1e-3, 1),
        task.number("rho", 0, 0, 1e6), choice(task, "press", "gradual", "end"), choice(task, "zero", "true", "false"),
        choice(task, "fields", "onehot", "none"), task.number("resolution", 8, 0.1, 1000));
  }

  /** True for the first word, which is the default, false for the second. */
  private static boolean choice(SearchTask task, String name, String yes, String no) {
    String text = task.setting(name, yes);
    if (!text.equals(no) && !text.equals(yes)) {
      throw new ConfigurationException("setting " + name + " must be " + yes + " or " + no + ", not '" + text + "'");
    }
    return text.equals(yes);
  }
}
