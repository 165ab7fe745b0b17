package io.dimsieve.optimizer;

import io.dimsieve.ConfigurationException;
import java.util.Locale;

/**
 * An update rule and its numbers.
 *
 * @param learningRate step size, positive
 * @param beta1 decay of Adam's first moment; others ignore it
 * @param beta2 decay of Adam's second moment
 * @param epsilon added to the root of the second moment (Adam) or of the sum of squares (Adagrad)
 * @param l2 coupled L2: l2 · p is added to the gradient of p; for tables only of rows in the batch unless {@code exactDense}
 * @param exactDense tables behave as if every row were updated in every step (rows are caught up before they are read)
 */
public record OptimizerSpec(
    Rule rule, double learningRate, double beta1, double beta2, double epsilon, double l2, boolean exactDense) {

  /** Update rules; the ordinal is the native DS_ constant. */
  public enum Rule {
    SGD,
    ADAGRAD,
    ADAM;

    /** Reads a rule's name as users write it. */
    public static Rule of(String name) {
      for (Rule rule : values()) {
        if (rule.name().equalsIgnoreCase(name)) {
          return rule;
        }
      }
      throw new ConfigurationException("unknown optimizer '" + name + "': sgd, adagrad or adam");
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public OptimizerSpec {
    if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
      throw new ConfigurationException("learning rate must be positive, not " + learningRate);
    }
    if (!(l2 >= 0 && l2 < Double.POSITIVE_INFINITY)) {
      throw new ConfigurationException("l2 must not be negative, is " + l2);
    }
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0)) {
      throw new ConfigurationException("beta1 and beta2 must be in [0, 1) and epsilon positive");
    }
  }

  /** The rule with its customary constants: Adam 0.9, 0.999, 1e-8 (Kingma & Ba 2015); Adagrad epsilon 1e-10. */
  public static OptimizerSpec of(Rule rule, double learningRate, double l2) {
    return new OptimizerSpec(rule, learningRate, 0.9, 0.999, rule == Rule.ADAGRAD ? 1e-10 : 1e-8, l2, false);
  }

  public static OptimizerSpec adam(double learningRate) {
    return of(Rule.ADAM, learningRate, 0);
  }

  public OptimizerSpec withL2(double value) {
    return new OptimizerSpec(rule, learningRate, beta1, beta2, epsilon, value, exactDense);
  }

  public OptimizerSpec withExactDense(boolean value) {
    return new OptimizerSpec(rule, learningRate, beta1, beta2, epsilon, l2, value);
  }
}
