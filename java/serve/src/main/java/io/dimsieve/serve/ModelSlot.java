package io.dimsieve.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The model that is served now, exchanged while threads score. Each scoring thread has a {@link Reader}; a call that began before an exchange ends with the
 * model it began with, the next one takes the new one. A model is closed as soon as no call uses it any more.
 *
 * <p>Readers take no locks. A reader announces the model it is about to use, then looks whether it is still the current one (hazard pointers, Michael 2004);
 * a model that was replaced is closed by whoever finds it announced by nobody.
 */
public final class ModelSlot implements AutoCloseable {

  private final List<Reader> readers = new CopyOnWriteArrayList<>();
  private final List<Served> replaced = new ArrayList<>(); // guarded by this
  private volatile Served current;
  private volatile boolean waiting; // something is in replaced
  private volatile long version = 1;

  private record Served(ScoringModel model, long version) {}

  /** A slot that serves {@code first}, and owns it from now on. */
  public ModelSlot(ScoringModel first) {
    current = new Served(first, 1);
  }

  /** Serves {@code next} from now on, and owns it; the model before is closed when the last call with it has ended. */
  public synchronized void swap(ScoringModel next) {
    Served before = current;
    if (before == null) {
      throw new IllegalStateException("model slot used after close");
    }
    current = new Served(next, before.version + 1);
    version = before.version + 1;
    retire(before);
  }

  /** 1 for the first model, one more for each that took its place. */
  public long version() {
    return version;
  }

  /**
   * What a thread scores through; confined to it.
   *
   * @param capacity rows of the largest call, at least 1
   */
  public Reader reader(int capacity) {
    return reader(capacity, null);
  }

  /**
   * What a thread scores through; confined to it.
   *
   * @param capacity rows of the largest call, at least 1
   * @param statistics count and time its calls; null for none
   */
  public Reader reader(int capacity, ScoringStatistics statistics) {
    Reader reader = new Reader(capacity, statistics);
    readers.add(reader);
    return reader;
  }

  private synchronized void retire(Served served) {
    replaced.add(served);
    waiting = true;
    reclaim();
  }

  private synchronized void reclaim() {
    replaced.removeIf(served -> {
      boolean unused = readers.stream().noneMatch(reader -> reader.announced == served);
      if (unused) {
        served.model.close();
      }
      return unused;
    });
    waiting = !replaced.isEmpty();
  }

  /** Ends the serving: readers throw from now on, calls under way end with their model. */
  @Override
  public synchronized void close() {
    Served last = current;
    if (last != null) {
      current = null;
      retire(last);
    }
  }

  /** One thread's access to the model of the slot. */
  public final class Reader implements AutoCloseable {

    private final int capacity;
    private final ScoringStatistics statistics;
    private volatile Served announced;
    private Scorer scorer;
    private Served scored; // what scorer is of

    private Reader(int capacity, ScoringStatistics statistics) {
      this.capacity = capacity;
      this.statistics = statistics;
    }

    /**
     * The scorer of the current model, to be used until {@link #release()}; allocates only when the model was exchanged since the last call.
     *
     * @throws IllegalStateException when the slot is closed
     */
    public Scorer acquire() {
      Served served;
      do {
        served = current;
        announced = served;
      } while (served != current);
      if (served == null) {
        throw new IllegalStateException("model slot used after close");
      }
      if (scorer == null || scored != served) {
        try {
          close(scorer);
          scorer = null;
          scorer = served.model.scorer(capacity);
          scored = served;
          if (statistics != null) {
            scorer.attach(statistics, served.version);
          }
        } catch (RuntimeException | Error e) {
          release();
          throw e;
        }
      }
      return scorer;
    }

    /** Which version the scorer of the last {@link #acquire()} scores with. */
    public long version() {
      return scored == null ? 0 : scored.version;
    }

    /** Ends what {@link #acquire()} began. */
    public void release() {
      announced = null;
      if (waiting) {
        reclaim();
      }
    }

    private void close(Scorer old) {
      if (old != null) {
        old.close();
      }
    }

    /** Ends this thread's access. */
    @Override
    public void close() {
      release();
      readers.remove(this);
      close(scorer);
      scorer = null;
    }
  }
}
