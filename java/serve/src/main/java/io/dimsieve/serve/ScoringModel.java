package io.dimsieve.serve;

import io.dimsieve.ConfigurationException;
import io.dimsieve.encode.Encoder;
import io.dimsieve.file.ModelFile;
import io.dimsieve.file.Program;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Device;
import io.dimsieve.kernel.MappedFile;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.PackedTable;
import io.dimsieve.tensor.StoredTables;
import io.dimsieve.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A model in memory, to be scored with by any number of threads: each makes a {@link Scorer} of its own, all of them read the same tables and weights. Owns
 * that memory; its scorers must be closed, or never used again, once it is.
 */
public final class ScoringModel implements AutoCloseable {

  private final Backend backend;
  private final boolean ownsBackend;
  private final Block mapping;
  private final Arena arena;
  private final ModelFile file;
  private final EmbeddingLayout layout;
  private final PackedTable tables;
  private final Map<String, Tensor> arrays = new HashMap<>();
  private volatile boolean open = true;

  private ScoringModel(Backend backend, boolean ownsBackend, Arena arena, Block mapping, ModelFile file) {
    this.backend = backend;
    this.ownsBackend = ownsBackend;
    this.arena = arena;
    this.mapping = mapping;
    this.file = file;
    this.layout = new EmbeddingLayout(file.dimension(), file.rows(), file.columns());
    this.tables = file.hasTables() ? tables() : null;
  }

  /** Maps a model file to memory, verified, for scoring on the CPU. */
  public static ScoringModel open(Path path) {
    return open(path, Loading.MAPPED);
  }

  /** Opens a model file for scoring on the CPU. */
  public static ScoringModel open(Path path, Loading loading) {
    Backend backend = Backend.cpu(1);
    try {
      return open(backend, true, path, loading);
    } catch (RuntimeException | Error e) {
      backend.close();
      throw e;
    }
  }

  /**
   * Opens a model file.
   *
   * @param backend whose device holds the model and runs its scorers; stays open until the model is closed
   * @throws io.dimsieve.ModelFormatException when the file is damaged, newer than this build, or no model
   */
  public static ScoringModel open(Backend backend, Path path, Loading loading) {
    return open(backend, false, path, loading);
  }

  private static ScoringModel open(Backend backend, boolean ownsBackend, Path path, Loading loading) {
    if (loading == Loading.COPIED) {
      return checked(backend, ownsBackend, null, ModelFile.open(path));
    }
    if (backend.device() != Device.CPU) {
      throw new ConfigurationException("device " + backend.device() + " cannot read a mapped model: it must be copied");
    }
    Block mapping = MappedFile.map(path);
    try {
      return checked(backend, ownsBackend, mapping, ModelFile.of(path, mapping, loading == Loading.MAPPED));
    } catch (RuntimeException | Error e) {
      mapping.close();
      throw e;
    }
  }

  /** Makes one scorer, which checks that program, sizes and arrays fit each other. */
  private static ScoringModel checked(Backend backend, boolean ownsBackend, Block mapping, ModelFile file) {
    Arena arena = new Arena(backend);
    try {
      ScoringModel model = new ScoringModel(backend, ownsBackend, arena, mapping, file);
      model.scorer(backend, 1, LayerPrecision.F32).close();
      return model;
    } catch (RuntimeException | Error e) {
      arena.close();
      file.close();
      throw e;
    }
  }

  private PackedTable tables() {
    StoredTables stored = StoredTables.of(
        file.name(), layout, file.metadata(ModelFile.PRECISION), file.tableForms(), file.tableScales(), file.tableBytes(), file::readTable);
    if (mapping == null) {
      return new PackedTable(backend, arena, stored);
    }
    long[] at = new long[layout.fields()];
    for (int f = 0; f < at.length; f++) {
      at[f] = file.tablePosition(f);
    }
    return new PackedTable(backend, arena, stored, mapping.address(), at);
  }

  /**
   * A scorer for the calling thread, in which the kernels run too; layers in floats.
   *
   * @param capacity rows of its largest call, at least 1
   */
  public Scorer scorer(int capacity) {
    return scorer(capacity, LayerPrecision.F32);
  }

  /** A scorer for the calling thread, in which the kernels run too. */
  public Scorer scorer(int capacity, LayerPrecision precision) {
    Backend stream = backend.sibling(1);
    try {
      return ScorerLoader.load(this, stream, capacity, precision, 0, stream::close);
    } catch (RuntimeException | Error e) {
      stream.close();
      throw e;
    }
  }

  /**
   * A scorer that runs on a stream of the caller's, on the model's device.
   *
   * @param stream must outlive the scorer
   */
  public Scorer scorer(Backend stream, int capacity, LayerPrecision precision) {
    if (stream.device() != backend.device()) {
      throw new ConfigurationException("a model on " + backend.device() + " cannot be scored with on " + stream.device());
    }
    return ScorerLoader.load(this, stream, capacity, precision, 0, () -> {});
  }

  /**
   * A scorer of many candidates in one context, for the calling thread.
   *
   * @param contextFields fields of the context: the first ones of the schema, from 1 to all but one
   * @param capacity candidates of its largest call, at least 1
   */
  public CandidateScorer candidateScorer(int contextFields, int capacity) {
    if (contextFields < 1 || contextFields >= layout.fields()) {
      throw new IllegalArgumentException(contextFields + " fields of context, of a model of " + layout.fields());
    }
    Backend stream = backend.sibling(1);
    try {
      return new CandidateScorer(ScorerLoader.load(this, stream, capacity, LayerPrecision.F32, contextFields, stream::close), contextFields);
    } catch (RuntimeException | Error e) {
      stream.close();
      throw e;
    }
  }

  /** The file it came from. */
  public String name() {
    return file.name();
  }

  /** The vocabularies of the model: raw values to ids. */
  public Encoder encoder() {
    return file.encoder();
  }

  Program program() {
    return file.program();
  }

  EmbeddingLayout layout() {
    return layout;
  }

  PackedTable packed() {
    return tables;
  }

  boolean isOpen() {
    return open;
  }

  /** An F32 array of the file, in memory; IllegalStateException after close. */
  synchronized Tensor array(String name, long rows, long columns) {
    if (!open) {
      throw new IllegalStateException(name() + ": model used after close");
    }
    long position = file.position(name, rows * columns);
    return arrays.computeIfAbsent(name, missing -> {
      if (mapping != null) {
        return new Tensor(backend, Tensor.Type.F32, mapping.address() + position, rows, columns);
      }
      Tensor copy = Tensor.floats(backend, arena, rows, columns);
      file.read(name, copy.size(), copy::set);
      return copy;
    });
  }

  /** Frees the model's memory. */
  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      arena.close();
      file.close();
      if (mapping != null) {
        mapping.close();
      }
      if (ownsBackend) {
        backend.close();
      }
    }
  }
}
