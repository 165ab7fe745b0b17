package io.dimsieve.study;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The finished runs of a study as a CSV file that only grows: one line a run, durable before the next one begins. A last line that was cut short by the
 * end of a process is dropped and its run done again. One process at a time writes.
 */
final class RunLog implements AutoCloseable {

  /** Name of the file in a study's folder. */
  static final String NAME = "runs.csv";

  /** What a file holds, and how many of its bytes are whole lines. */
  private record Content(Map<RunKey, RunRecord> runs, long bytes) {}

  private final Path file;
  private final FileChannel channel;
  private final Map<RunKey, RunRecord> runs;

  private RunLog(Path file, FileChannel channel, Map<RunKey, RunRecord> runs) {
    this.file = file;
    this.channel = channel;
    this.runs = runs;
  }

  /** The runs of a folder, in the order they were finished; none when there is no file. */
  static List<RunRecord> read(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      return List.copyOf(parse(file, Files.exists(file) ? Files.readAllBytes(file) : new byte[0]).runs.values());
    } catch (IOException e) {
      throw new DataException(file.toString(), "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Opens the file of a folder to go on with it. */
  static RunLog open(Path folder) {
    Path file = folder.resolve(NAME);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        throw new OverlappingFileLockException();
      }
      // Read through the channel: closing another one of the same file would give up the lock.
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        continue;
      }
      Content content = parse(file, bytes.array());
      channel.truncate(content.bytes);
      channel.position(content.bytes);
      RunLog log = new RunLog(file, channel, content.runs);
      if (content.bytes == 0) {
        log.write(RunRecord.HEADER);
      }
      return log;
    } catch (OverlappingFileLockException e) {
      shut(channel);
      throw new ConfigurationException(file + ": another study is writing to it", e);
    } catch (IOException e) {
      shut(channel);
      throw new ConfigurationException(file + ": cannot be written: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      shut(channel);
      throw e;
    }
  }

  private static void shut(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new ConfigurationException("cannot be closed: " + e.getMessage(), e);
    }
  }

  private static Content parse(Path file, byte[] bytes) {
    Map<RunKey, RunRecord> runs = new LinkedHashMap<>();
    int begin = 0;
    int number = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '\n') {
        continue;
      }
      String line = new String(bytes, begin, i - begin, StandardCharsets.UTF_8);
      number++;
      try {
        if (number > 1) {
          RunRecord run = RunRecord.parse(line);
          runs.put(run.key(), run);
        } else if (!line.equals(RunRecord.HEADER)) {
          throw new IllegalArgumentException("begins with other columns than " + RunRecord.HEADER);
        }
      } catch (IllegalArgumentException e) {
        throw new DataException(file.toString(), number, 0, e.getMessage());
      }
      begin = i + 1;
    }
    return new Content(runs, begin);
  }

  /** All finished runs, in the order they were finished. */
  Collection<RunRecord> runs() {
    return runs.values();
  }

  boolean has(RunKey key) {
    return runs.containsKey(key);
  }

  /** Adds a run, on disk when this returns; gives it as it will be read. */
  RunRecord append(RunRecord run) {
    String line = run.line();
    try {
      write(line);
    } catch (IOException e) {
      throw new ConfigurationException(file + ": cannot be written: " + e.getMessage(), e);
    }
    RunRecord rounded = RunRecord.parse(line);
    runs.put(rounded.key(), rounded);
    return rounded;
  }

  private void write(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(true);
  }

  @Override
  public void close() {
    shut(channel);
  }
}
