package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.Part;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.optimizer.ThresholdOptimizer.Granularity;
import io.dimsieve.optimizer.ThresholdOptimizer.Thresholds;
import java.util.Arrays;
import java.util.Locale;

/**
 * Settings of {@link Pep}, with the names users write.
 *
 * <p>Adam turns even the smallest L2 gradient into a step of its learning rate, so s climbs by rate · speed per step, whatever its size, and
 * entries go from about s = −7 on, where σ(s) is 0.001. Hence {@code threshold} is a delay of (|threshold| − 7) / (rate · speed) steps;
 * {@code delay} says the same in epochs. The paper's speed is 1: on its data, seven logits are 7,000 steps or a fifth of an epoch. Here the
 * standard speed is what takes s through those seven logits in half of the epochs after the delay, be they few or many steps.
 *
 * @param spec of the embeddings: Adam with {@code rate} and {@code l2}, the latter on thresholds too
 * @param thresholds what shares one, where it begins ({@code threshold} or {@code delay}), and {@code speed}
 * @param epochs the search takes at most
 */
record PepSettings(OptimizerSpec spec, Thresholds thresholds, int epochs) {

  private static final double OPENING = -7;

  private static final String[] NAMES = {"rate", "l2", "granularity", "threshold", "delay", "speed", "epochs"};

  static PepSettings of(SearchTask task) {
    task.allow(NAMES);
    double rate = task.number("rate", task.train().embedding().learningRate(), 1e-9, 1e3);
    int epochs = (int) task.number("epochs", 8, 1, 10_000);
    double delay = task.number("delay", Math.min(1, epochs / 4.0), 0, epochs);
    int batch = task.train().batchSize();
    double perEpoch = (task.dataset().rows(Part.TRAIN) + batch - 1) / batch;
    double steps = Math.max(1, (epochs - delay) / 2 * perEpoch);
    double speed = task.number("speed", -OPENING / (rate * steps), 0, 1e6);
    double start = task.number("threshold", OPENING - rate * speed * delay * perEpoch, -1e6, 100);
    if (task.settings().containsKey("threshold") && task.settings().containsKey("delay")) {
      throw new ConfigurationException("settings threshold and delay are two ways to say the same: give one");
    }
    return new PepSettings(
        OptimizerSpec.of(OptimizerSpec.Rule.ADAM, rate, task.number("l2", 1e-5, 0, 1)), new Thresholds(granularity(task), start, speed), epochs);
  }

  private static Granularity granularity(SearchTask task) {
    String text = task.setting("granularity", "feature_dimension");
    for (Granularity value : Granularity.values()) {
      if (value.name().equalsIgnoreCase(text)) {
        return value;
      }
    }
    throw new ConfigurationException("setting granularity must be one of "
        + Arrays.toString(Granularity.values()).toLowerCase(Locale.ROOT) + ", not '" + text + "'");
  }
}
