package io.dimsieve.file;

import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears whole or not at all. Content goes to a temporary file in the same directory; {@link #commit} makes it
 * durable (fsync), renames it over the target and makes the rename durable (fsync of the directory), in this order. Until the
 * rename the old file is untouched; {@link #close} without commit removes the temporary file.
 *
 * <p>Every failure is a {@link ConfigurationException} that names the target and the reason. Confined to one thread.
 */
public final class AtomicFile implements AutoCloseable {

  /** Writes the whole content of a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private boolean committed;

  private AtomicFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /** Begins a new file; its directory must exist. */
  public static AtomicFile create(Path target) {
    Path absolute = target.toAbsolutePath();
    Path directory = absolute.getParent();
    if (directory == null || Files.isDirectory(absolute)) {
      throw new ConfigurationException(target + ": cannot be written: is a directory");
    }
    if (!Files.isDirectory(directory)) {
      throw new ConfigurationException(target + ": cannot be written: there is no directory " + directory);
    }
    for (int attempt = 0; ; attempt++) {
      String name = "." + absolute.getFileName() + "." + ProcessHandle.current().pid() + "." + attempt + ".tmp";
      Path temporary = directory.resolve(name);
      try {
        return new AtomicFile(target, temporary, FileChannel.open(temporary,
            StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
      } catch (FileAlreadyExistsException taken) {
        continue; // another writer of the same file, or what a killed process left
      } catch (IOException e) {
        throw failure(target, e);
      }
    }
  }

  /** Creates or replaces a file in one step. */
  public static void write(Path target, Content content) {
    try (AtomicFile file = create(target)) {
      try {
        content.writeTo(file.channel);
      } catch (IOException e) {
        throw failure(target, e);
      }
      file.commit();
    }
  }

  /** Creates or replaces a file with these bytes. */
  public static void write(Path target, byte[] bytes) {
    write(target, channel -> {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    });
  }

  /** The temporary file, open for writing at any position. */
  public FileChannel channel() {
    return channel;
  }

  /** The file as the caller named it. */
  public Path target() {
    return target;
  }

  /** Makes the content durable and gives it its name. */
  public void commit() {
    try {
      channel.force(true);
      channel.close();
      Files.move(temporary, target.toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      committed = true;
      try (FileChannel directory = FileChannel.open(temporary.getParent(), StandardOpenOption.READ)) {
        directory.force(true);
      }
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  /** Removes the temporary file unless it was committed; further calls do nothing. */
  @Override
  public void close() {
    try {
      channel.close();
      if (!committed) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  /** The error of a failed write: the target and what the system said. */
  static ConfigurationException failure(Path target, IOException e) {
    String reason = e instanceof AccessDeniedException ? "permission denied" : e.getMessage() == null ? e.toString() : e.getMessage();
    return new ConfigurationException(target + ": cannot be written: " + reason, e);
  }
}
