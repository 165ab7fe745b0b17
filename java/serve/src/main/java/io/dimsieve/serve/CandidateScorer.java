package io.dimsieve.serve;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Scores many candidates in one context, such as the ads that may be shown to one user: rows that agree in the first fields of the schema. The ids of the
 * context are given once, and its part of the first hidden layer is computed once, where that layer reads the embeddings (DeepFM, Wide&amp;Deep). The scores
 * are those of {@link Scorer}, bit for bit. Confined to one thread; allocates nothing once it was called with so many candidates.
 */
public final class CandidateScorer implements AutoCloseable {

  private final Scorer scorer;
  private final int context;
  private final int candidate;

  CandidateScorer(Scorer scorer, int contextFields) {
    this.scorer = scorer;
    this.context = contextFields;
    this.candidate = scorer.encoder().fields() - contextFields;
  }

  /** The model it scores with. */
  public ScoringModel model() {
    return scorer.model();
  }

  /**
   * Scores candidates.
   *
   * @param contextIds [context fields]
   * @param candidateIds [candidates, other fields], row-major
   * @param out receives one probability per candidate
   * @throws IllegalArgumentException when an array is too short, or there are more candidates than the capacity
   */
  public void score(int[] contextIds, int[] candidateIds, int candidates, float[] out) {
    scorer.check(candidates);
    if (contextIds.length < context || candidateIds.length < (long) candidates * candidate || out.length < candidates) {
      throw new IllegalArgumentException(
          candidates + " candidates of " + context + " + " + candidate + " ids do not fit: context " + contextIds.length + ", candidates " + candidateIds.length
              + ", out " + out.length);
    }
    UnsafeBuffer ids = scorer.idView();
    for (int i = 0, at = 0; i < candidates; i++) {
      for (int f = 0; f < context; f++, at += Integer.BYTES) {
        ids.putInt(at, contextIds[f]);
      }
      for (int f = 0; f < candidate; f++, at += Integer.BYTES) {
        ids.putInt(at, candidateIds[i * candidate + f]);
      }
    }
    scorer.run(candidates);
    for (int i = 0; i < candidates; i++) {
      out[i] = scorer.scoreView().getFloat(Float.BYTES * i);
    }
  }

  /**
   * Scores candidates in buffers, int32 and float32, little-endian.
   *
   * @param contextIds [context fields] from {@code contextOffset} on; offsets are in bytes
   * @param candidateIds [candidates, other fields], row-major, from {@code candidateOffset} on
   * @param out receives one probability per candidate, from {@code outOffset} on
   * @throws IndexOutOfBoundsException when a buffer is too short
   */
  public void score(
      DirectBuffer contextIds, int contextOffset, DirectBuffer candidateIds, int candidateOffset, int candidates, MutableDirectBuffer out, int outOffset) {
    scorer.check(candidates);
    contextIds.boundsCheck(contextOffset, Integer.BYTES * context);
    candidateIds.boundsCheck(candidateOffset, Integer.BYTES * candidates * candidate);
    out.boundsCheck(outOffset, Float.BYTES * candidates);
    UnsafeBuffer ids = scorer.idView();
    int row = Integer.BYTES * (context + candidate);
    for (int i = 0; i < candidates; i++) {
      ids.putBytes(i * row, contextIds, contextOffset, Integer.BYTES * context);
      ids.putBytes(i * row + Integer.BYTES * context, candidateIds, candidateOffset + Integer.BYTES * i * candidate, Integer.BYTES * candidate);
    }
    scorer.run(candidates);
    out.putBytes(outOffset, scorer.scoreView(), 0, Float.BYTES * candidates);
  }

  /** Frees the scorer's memory. */
  @Override
  public void close() {
    scorer.close();
  }
}
