package io.dimsieve.model;

import io.dimsieve.ConfigurationException;
import java.util.List;
import java.util.stream.Collectors;

/** The registry of models: one line each. */
public final class Architectures {

  private static final List<Architecture> ALL = List.of(
      new LogisticRegression(),
      new FactorizationMachine(),
      new WideDeep(),
      new DeepFm(),
      new DcnV2(),
      new Ipnn(),
      new AutoInt());

  private Architectures() {}

  /** All models, in the order they are listed to people. */
  public static List<Architecture> all() {
    return ALL;
  }

  /** The model of that name. */
  public static Architecture of(String name) {
    return ALL.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new ConfigurationException(
            "unknown model '" + name + "': " + ALL.stream().map(Architecture::name).collect(Collectors.joining(", "))));
  }
}
