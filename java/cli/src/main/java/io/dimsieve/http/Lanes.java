package io.dimsieve.http;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounded concurrency: as many requests are scored at once as there are lanes, a few more wait, the others are refused. */
final class Lanes implements AutoCloseable {

  private final List<Scoring> all;
  private final BlockingQueue<Scoring> free;
  private final int limit;
  private final AtomicInteger admitted = new AtomicInteger();

  Lanes(List<Scoring> all, int queue) {
    this.all = all;
    this.free = new ArrayBlockingQueue<>(all.size(), true, all);
    this.limit = all.size() + queue;
  }

  /** Scores a request in the next lane that is free; {@link Refusal} 503 when as many as may are waiting already. */
  String score(byte[] body) throws InterruptedException {
    try {
      if (admitted.incrementAndGet() > limit) {
        throw new Refusal(503, "too many requests at once");
      }
      Scoring lane = free.take();
      try {
        return lane.score(body);
      } finally {
        free.add(lane);
      }
    } finally {
      admitted.decrementAndGet();
    }
  }

  /** Requests that are scored or wait to be. */
  int admitted() {
    return Math.min(admitted.get(), limit);
  }

  /** Frees the lanes; nobody may be scoring any more. */
  @Override
  public void close() {
    all.forEach(Scoring::close);
  }
}
