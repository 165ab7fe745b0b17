package io.dimsieve.serve;

import io.dimsieve.encode.Encoder;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Status;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Arena;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import io.dimsieve.op.Op;
import io.dimsieve.tensor.Tensor;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Scores rows with the model of a model file. Confined to one thread; allocates nothing per call. Owns the model's memory.
 *
 * <p>A score is the probability σ(logit).
 */
public final class Scorer implements AutoCloseable {

  private final Backend backend;
  private final Encoder encoder;
  private final Arena arena;
  private final Block idStaging;
  private final Block scoreStaging;
  private final UnsafeBuffer idView;
  private final UnsafeBuffer scoreView;
  private final int capacity;
  private final int fields;
  private final Tensor ids;
  private final Tensor logits;
  private final Tensor scores;
  private final Op[] ops;

  Scorer(Backend backend, Arena arena, Encoder encoder, int capacity, Tensor ids, Tensor logits, Op[] ops) {
    this.backend = backend;
    this.arena = arena;
    this.encoder = encoder;
    this.capacity = capacity;
    this.fields = encoder.fields();
    this.ids = ids;
    this.logits = logits;
    this.ops = ops;
    this.scores = Tensor.floats(backend, arena, capacity, 1);
    this.idStaging = HostAllocator.INSTANCE.allocate(4L * capacity * fields);
    this.scoreStaging = HostAllocator.INSTANCE.allocate(4L * capacity);
    this.idView = idStaging.view();
    this.scoreView = scoreStaging.view();
  }

  /**
   * Opens a model file.
   *
   * @param capacity rows of the largest call, at least 1
   * @throws io.dimsieve.ModelFormatException when the file is damaged, newer than this build, or no model
   */
  public static Scorer open(Backend backend, Path file, int capacity) {
    return ScorerLoader.load(backend, file, capacity);
  }

  /** The vocabularies of the model: raw values to ids. */
  public Encoder encoder() {
    return encoder;
  }

  /** Rows of the largest call. */
  public int capacity() {
    return capacity;
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
    if (rows < 0 || rows > capacity || rowIds.length < (long) rows * fields || out.length < rows) {
      throw new IllegalArgumentException(
          rows + " rows of " + fields + " ids do not fit: capacity " + capacity + ", ids " + rowIds.length + ", out " + out.length);
    }
    for (int i = 0; i < rows * fields; i++) {
      idView.putInt(4 * i, rowIds[i]);
    }
    score(idStaging.address(), rows, scoreStaging.address());
    for (int i = 0; i < rows; i++) {
      out[i] = scoreView.getFloat(4 * i);
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
    if (rows < 0 || rows > capacity || idAddress == 0 || outAddress == 0) {
      throw new IllegalArgumentException("null address, or " + rows + " rows outside 0 to " + capacity);
    }
    backend.copyIn(ids.address(), idAddress, 4L * rows * fields);
    for (Op op : ops) {
      op.forward(rows, false);
    }
    Status.check("sigmoid", Native.ds_sigmoid(backend.handle(), backend.stream(), logits.address(), scores.address(), rows));
    backend.copyOut(outAddress, scores.address(), 4L * rows);
  }

  /** Frees the model's memory; the back end stays open. */
  @Override
  public void close() {
    arena.close();
    idStaging.close();
    scoreStaging.close();
  }
}
