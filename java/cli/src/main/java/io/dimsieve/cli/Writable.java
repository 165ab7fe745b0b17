package io.dimsieve.cli;

import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds out before hours of work that their result could not be written. */
final class Writable {

  private Writable() {}

  static void check(Path output) {
    Path folder = output.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new ConfigurationException(output + ": cannot be written: there is no directory " + folder);
    }
    if (!Files.isWritable(folder) || Files.isDirectory(output)) {
      throw new ConfigurationException(output + ": cannot be written: " + (Files.isDirectory(output) ? "it is a directory" : folder + " is not writable"));
    }
  }

  /** A folder for several files; made when it is not there. */
  static void checkFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ConfigurationException(folder + ": cannot be made a folder: " + e.getMessage(), e);
    }
    check(folder.resolve("model"));
  }
}
