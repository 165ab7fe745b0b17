package io.dimsieve.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.reflect.TypeToken;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Ceilings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the machine can do at most, measured once before the benchmarks of a run and read by each of them: a JSON object of {@link Ceilings} by
 * {@link Backend#description}. Without such a file they are measured where they are asked for.
 *
 * <p>Arguments: file to write, numbers of threads.
 */
public final class MachineCeilings {

  /** System property that names the file. */
  public static final String PROPERTY = "dimsieve.bench.ceilings";

  private static final Map<String, Ceilings> KNOWN = new ConcurrentHashMap<>();

  private MachineCeilings() {}

  public static void main(String[] arguments) throws IOException {
    Map<String, Ceilings> measured = new LinkedHashMap<>();
    for (int i = 1; i < arguments.length; i++) {
      try (Backend backend = Backend.cpu(Integer.parseInt(arguments[i]))) {
        measured.put(backend.description(), Ceilings.measure(backend));
      }
    }
    Files.writeString(Path.of(arguments[0]), new GsonBuilder().setPrettyPrinting().create().toJson(measured) + "\n");
  }

  /** What stands in a file, in the order of measurement. */
  public static Map<String, Ceilings> read(Path file) {
    try {
      return new Gson().fromJson(Files.readString(file), new TypeToken<LinkedHashMap<String, Ceilings>>() {}.getType());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The ceilings of a back end. */
  public static Ceilings of(Backend backend) {
    String file = System.getProperty(PROPERTY);
    if (KNOWN.isEmpty() && file != null) {
      KNOWN.putAll(read(Path.of(file)));
    }
    return KNOWN.computeIfAbsent(backend.description(), description -> Ceilings.measure(backend));
  }
}
