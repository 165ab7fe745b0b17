package io.dimsieve.cli.input;

import io.dimsieve.ConfigurationException;
import java.util.List;
import java.util.stream.Collectors;

/** The registry of input formats: one line each. */
public final class Inputs {

  private static final List<InputFormat> ALL = List.of(
      new DelimitedReader("csv", ','),
      new DelimitedReader("tsv", '\t'),
      new ParquetReader(),
      new CriteoReader(),
      new MovieLensReader(true),
      new MovieLensReader(false),
      new LibsvmReader(),
      new LibffmReader());

  private Inputs() {}

  /** All formats, in the order they are listed to people. */
  public static List<InputFormat> all() {
    return ALL;
  }

  /** Names of all formats. */
  public static String names() {
    return ALL.stream().map(InputFormat::name).collect(Collectors.joining(", "));
  }

  /** The format of that name. */
  public static InputFormat of(String name) {
    return ALL.stream()
        .filter(format -> format.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new ConfigurationException("unknown input format '" + name + "': " + names()));
  }
}
