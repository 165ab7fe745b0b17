package io.dimsieve.search;

import io.dimsieve.optimizer.OrthogonalRegularity;

/**
 * Settings of {@link Ham}, with the names users write.
 *
 * @param surrogate derivative q that stands for the step's in the mask's gradient
 * @param slope of the leaky surrogate on the dead side
 * @param signed whether the mask gradient sums δê sign(e) instead of δê e
 * @param normalize whether each field's mask gradient is divided by its mean magnitude
 * @param bilevel whether masks learn from validation batches
 * @param warmup epochs before masks learn
 * @param epochs over which the tables fall to a tenth
 * @param rate step size of masks, in units of the mean mask gradient at the end of the warm-up
 * @param momentum of the masks' gradient, in [0, 1)
 * @param mu fixed pressure per step, in the same units; the budget's own pressure comes on top
 * @param gamma a column's share of pressure grows as (rows of its field)^gamma: 0 counts dimensions, 1 parameters
 * @param capped whether a table of n rows may keep at most n columns: more cannot tell its rows better apart, and only widen the layers that follow
 * @param lambda weight of orthogonal regularity
 * @param form of orthogonal regularity
 * @param keptGram whether the fused update keeps the Gram matrices between their exact computations
 * @param refresh steps between exact computations of the Gram matrices
 */
record HamSettings(
    Surrogate surrogate, double slope, boolean signed, boolean normalize, boolean bilevel, double warmup, double epochs, double rate,
    double momentum, double mu, double gamma, boolean capped, double lambda, OrthogonalRegularity.Form form, boolean keptGram, int refresh) {

  /** Surrogate derivatives; the ordinal is the native DS_Q_ constant. */
  enum Surrogate {
    IDENTITY,
    CLIPPED,
    SOFTPLUS,
    LEAKY,
    SIGMOID,
    STEP
  }

  static final String[] NAMES = {
    "surrogate", "slope", "gradient", "normalize", "level", "warmup", "epochs", "rate", "momentum", "mu", "gamma", "cap", "lambda", "orthogonal", "gram", "refresh"
  };

  static HamSettings of(SearchTask task) {
    task.allow(NAMES);
    return new HamSettings(
        task.choice("surrogate", Surrogate.LEAKY), task.number("slope", 0.2, 0, 1), task.flag("gradient", "raw", "sign"),
        task.flag("normalize", "none", "field"), task.flag("level", "one", "two"), task.number("warmup", 1, 0, 1000),
        task.number("epochs", 2, 0.01, 1000), task.number("rate", 0.01, 1e-9, 1e3), task.number("momentum", 0.9, 0, 0.9999),
        task.number("mu", 0, 0, 1e6), task.number("gamma", 0.2, 0, 1), !task.flag("cap", "rows", "none"),
        task.number("lambda", 1e-3, 0, 1e3),
        task.choice("orthogonal", OrthogonalRegularity.Form.NORMALIZED), task.flag("gram", "periodic", "kept"),
        (int) task.number("refresh", 100, 1, 1e9));
  }
}
