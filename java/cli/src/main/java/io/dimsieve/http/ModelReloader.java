package io.dimsieve.http;

import io.dimsieve.serve.Loading;
import io.dimsieve.serve.ModelSlot;
import io.dimsieve.serve.ScoringModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.function.Consumer;

/**
 * Puts a changed model file into service. A file is read once its size, time and inode differ from those of the last one read and were the same at two looks in a
 * row, so that one that is still being copied is left alone. A damaged one is told of and counted; the model before stays in service.
 *
 * <p>Models are copied to memory: a file that is overwritten in place does no harm to the model that came from it.
 */
final class ModelReloader {

  private final Path file;
  private final ModelSlot slot;
  private final Consumer<String> log;
  private Stamp read;
  private Stamp seen;
  private volatile long accepted;
  private volatile long refused;

  /** What tells a file from the one that stood there before. */
  private record Stamp(long size, FileTime time, Object inode) {

    /** Of a file; null when there is none just now. */
    static Stamp of(Path file) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
      } catch (IOException e) {
        return null;
      }
    }
  }

  /** Opens the first model. */
  ModelReloader(Path file, Consumer<String> log) {
    this.file = file;
    this.log = log;
    this.read = Stamp.of(file);
    this.seen = read;
    this.slot = new ModelSlot(ScoringModel.open(file, Loading.COPIED));
  }

  ModelSlot slot() {
    return slot;
  }

  Path file() {
    return file;
  }

  /** Looks at the file. */
  synchronized void poll() {
    Stamp now = Stamp.of(file);
    boolean settled = now != null && now.equals(seen);
    seen = now;
    if (!settled || now.equals(read)) {
      return;
    }
    read = now;
    try {
      slot.swap(ScoringModel.open(file, Loading.COPIED));
      accepted++;
      log.accept(file + ": model version " + slot.version() + " in service");
    } catch (RuntimeException e) {
      refused++;
      log.accept(file + ": not taken, version " + slot.version() + " stays in service: " + e.getMessage());
    }
  }

  /** Files that took the place of the one before. */
  long accepted() {
    return accepted;
  }

  /** Files that were damaged, or no model. */
  long refused() {
    return refused;
  }
}
