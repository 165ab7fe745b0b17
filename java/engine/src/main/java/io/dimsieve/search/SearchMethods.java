package io.dimsieve.search;

import io.dimsieve.ConfigurationException;
import java.util.List;
import java.util.stream.Collectors;

/** The registry of search methods: one line each. */
public final class SearchMethods {

  private static final List<SearchMethod> ALL = List.of(
      new Ham(),
      new Sseds(),
      new Pep(),
      new Amtl(),
      new Combined(),
      new UniformDimension(),
      new RandomColumns(),
      new ColumnMagnitude(),
      new EntryMagnitude(),
      new MixedDimension(),
      new FrequencyThreshold());

  private SearchMethods() {}

  /** All methods, in the order they are listed to people. */
  public static List<SearchMethod> all() {
    return ALL;
  }

  /** The method of that name. */
  public static SearchMethod of(String name) {
    return ALL.stream()
        .filter(method -> method.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new ConfigurationException(
            "unknown search method '" + name + "': " + ALL.stream().map(SearchMethod::name).collect(Collectors.joining(", "))));
  }
}
