package io.dimsieve.serve;

import io.dimsieve.encode.Encoder;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Device;
import io.dimsieve.kernel.Graph;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.op.Op;
import io.dimsieve.tensor.Tensor;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Scores rows with a model. Confined to one thread; takes no locks. The first call with a number of rows records what such a call does; every other one is a
 * single native call and allocates nothing.
 *
 * <p>A score is the probability σ(logit). A row is one id per field of {@link #encoder()}, in the order of its schema.
 */
public final class Scorer implements AutoCloseable {

  private final ScoringModel model;
  private final Backend backend;
  private final Arena arena;
  private final Runnable atClose;
  private final int capacity;
  private final int fields;
  private final Tensor ids;
  private final Tensor logits;
  private final Tensor scores;
  private final Op[] ops;
  private final Graph[] graphs;
  private final boolean onHost;
  private final Block idStaging;
  private final Block scoreStaging;
  private final UnsafeBuffer idView;
  private final UnsafeBuffer scoreView;
  private final UnsafeBuffer callersIds = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer callersScores = new UnsafeBuffer(0, 0);
  private ScoringRecorder recorder;
  private boolean open = true;

  Scorer(ScoringModel model, Backend backend, Arena arena, int capacity, Tensor ids, Tensor logits, Op[] ops, Runnable atClose) {
    this.model = model;
    this.backend = backend;
    this.arena = arena;
    this.atClose = atClose;
    this.capacity = capacity;
    this.fields = model.encoder().fields();
    this.ids = ids;
    this.logits = logits;
    this.ops = ops;
    this.scores = Tensor.floats(backend, arena, capacity, 1);
    this.graphs = new Graph[capacity + 1];
    this.onHost = backend.device() == Device.CPU;
    this.idStaging = onHost ? borrowed(ids) : HostAllocator.INSTANCE.allocate(ids.bytes());
    this.scoreStaging = onHost ? borrowed(scores) : HostAllocator.INSTANCE.allocate(scores.bytes());
    this.idView = idStaging.view();
    this.scoreView = scoreStaging.view();
  }

  private static Block borrowed(Tensor tensor) {
    return new Block(tensor.address(), tensor.bytes(), (address, bytes) -> {});
  }

  /**
   * Opens a model file for one thread's use: the model is copied to memory of the scorer's own, and freed with it.
   *
   * @param backend must outlive the scorer
   * @param capacity rows of the largest call, at least 1
   * @throws io.dimsieve.ModelFormatException when the file is damaged, newer than this build, or no model
   */
  public static Scorer open(Backend backend, Path file, int capacity) {
    ScoringModel model = ScoringModel.open(backend, file, Loading.COPIED);
    try {
      return ScorerLoader.load(model, backend, capacity, LayerPrecision.F32, 0, model::close);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** The vocabularies of the model: raw values to ids. */
  public Encoder encoder() {
    return model.encoder();
  }

  /** The model it scores with. */
  public ScoringModel model() {
    return model;
  }

  /** Rows of the largest call. */
  public int capacity() {
    return capacity;
  }

  /**
   * Scores one row of raw values.
   *
   * @param values text of each field in the order of the schema; null and empty both mean missing
   * @throws IllegalArgumentException for another number of values, or a malformed number
   */
  public float score(String... values) {
    if (values.length != fields) {
      throw new IllegalArgumentException(values.length + " values, the model has " + fields + " fields");
    }
    check(1);
    for (int f = 0; f < fields; f++) {
      idView.putInt(Integer.BYTES * f, encoder().encode(f, values[f]));
    }
    run(1);
    return scoreView.getFloat(0);
  }

  /**
   * Scores rows of ids.
   *
   * @param rowIds [rows, fields], row-major
   * @param out receives one probability per row
   * @throws IllegalArgumentException when an array is too short or rows exceed the capacity
   * @throws io.dimsieve.NativeException when an id is no row of its table
   */
  public void score(int[] rowIds, int rows, float[] out) {
    check(rows);
    if (rowIds.length < (long) rows * fields || out.length < rows) {
      throw new IllegalArgumentException(rows + " rows of " + fields + " ids do not fit: ids " + rowIds.length + ", out " + out.length);
    }
    for (int i = 0; i < rows * fields; i++) {
      idView.putInt(Integer.BYTES * i, rowIds[i]);
    }
    run(rows);
    for (int i = 0; i < rows; i++) {
      out[i] = scoreView.getFloat(Float.BYTES * i);
    }
  }

  /**
   * Scores rows in caller-owned host memory.
   *
   * @param idAddress int32 [rows, fields], row-major
   * @param rows 0 to {@link #capacity()}
   * @param outAddress float32 [rows]
   */
  public void score(long idAddress, int rows, long outAddress) {
    check(rows);
    if (idAddress == 0 || outAddress == 0) {
      throw new IllegalArgumentException("null address");
    }
    callersIds.wrap(idAddress, Integer.BYTES * rows * fields);
    callersScores.wrap(outAddress, Float.BYTES * rows);
    score(callersIds, 0, rows, callersScores, 0);
  }

  /**
   * Scores rows in buffers.
   *
   * @param rowIds int32 [rows, fields], little-endian, row-major, from {@code idOffset} on
   * @param idOffset in bytes
   * @param out receives float32 [rows], little-endian, from {@code outOffset} on
   * @param outOffset in bytes
   * @throws IndexOutOfBoundsException when a buffer is too short
   */
  public void score(DirectBuffer rowIds, int idOffset, int rows, MutableDirectBuffer out, int outOffset) {
    check(rows);
    rowIds.boundsCheck(idOffset, Integer.BYTES * rows * fields);
    out.boundsCheck(outOffset, Float.BYTES * rows);
    idView.putBytes(0, rowIds, idOffset, Integer.BYTES * rows * fields);
    run(rows);
    out.putBytes(outOffset, scoreView, 0, Float.BYTES * rows);
  }

  /**
   * The logits of the rows of the last call.
   *
   * @param out receives one per row
   */
  public void logits(int rows, float[] out) {
    check(rows);
    System.arraycopy(logits.get(0, rows), 0, out, 0, rows);
  }

  /** Refuses a closed scorer, and a number of rows that it has no room for. */
  void check(int rows) {
    if (!open || !model.isOpen()) {
      throw new IllegalStateException("scorer used after it, or its model, was closed");
    }
    if (rows < 0 || rows > capacity) {
      throw new IllegalArgumentException(rows + " rows, outside 0 to " + capacity);
    }
  }

  /** Where the ids of the next {@link #run} are written. */
  UnsafeBuffer idView() {
    return idView;
  }

  /** Where the scores of the last {@link #run} are. */
  UnsafeBuffer scoreView() {
    return scoreView;
  }

  /** Counts and times the calls from now on, as those of the first version of a model. */
  public void attach(ScoringStatistics statistics) {
    attach(statistics, 1);
  }

  void attach(ScoringStatistics statistics, long version) {
    if (recorder != null) {
      throw new IllegalStateException("this scorer has its statistics already");
    }
    recorder = statistics.recorder(encoder(), version);
  }

  void run(int rows) {
    if (recorder == null) {
      launch(rows);
      return;
    }
    boolean scored = false;
    recorder.begin();
    try {
      launch(rows);
      scored = true;
    } finally {
      recorder.end(rows, scored ? idView : null);
    }
  }

  private void launch(int rows) {
    if (!onHost) {
      backend.copyIn(ids.address(), idStaging.address(), (long) Integer.BYTES * rows * fields);
    }
    Graph graph = graphs[rows];
    if (graph == null) {
      compute(rows); // before the recording, as Graph asks for; a wrong id ends it here
      graphs[rows] = Graph.record(backend, () -> compute(rows));
    } else {
      graph.launch();
    }
    if (!onHost) {
      backend.copyOut(scoreStaging.address(), scores.address(), (long) Float.BYTES * rows);
    }
  }

  private void compute(int rows) {
    for (Op op : ops) {
      op.forward(rows, false);
    }
    Status.check("sigmoid", Native.ds_sigmoid(backend.handle(), backend.stream(), logits.address(), scores.address(), rows));
  }

  /** Frees the scorer's memory. */
  @Override
  public void close() {
    if (open) {
      open = false;
      if (recorder != null) {
        recorder.close();
      }
      for (Graph graph : graphs) {
        if (graph != null) {
          graph.close();
        }
      }
      arena.close();
      idStaging.close();
      scoreStaging.close();
      atClose.run();
    }
  }
}
