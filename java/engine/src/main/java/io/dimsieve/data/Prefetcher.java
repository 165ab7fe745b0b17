package io.dimsieve.data;

import java.util.ArrayDeque;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Fills batches of one epoch ahead of their consumer on a thread of its own. Two single-producer single-consumer queues hand the
 * batches round: {@code free} to the thread, {@code full} back. A batch is free again when another {@code kept} were asked for after the next. A batch without
 * rows ends the epoch.
 */
final class Prefetcher implements AutoCloseable {

  private final EpochRows rows;
  private final int batchSize;
  private final OneToOneConcurrentArrayQueue<Batch> free;
  private final OneToOneConcurrentArrayQueue<Batch> full;
  private final BackoffIdleStrategy waiting = new BackoffIdleStrategy();
  private final Thread thread;
  private volatile boolean stopped;
  private volatile Throwable failure;
  private final int kept;
  private final ArrayDeque<Batch> lent;
  private boolean ended;

  Prefetcher(EpochRows rows, int epoch, long firstRow, Batch[] batches, int batchSize, int kept) {
    this.rows = rows;
    this.batchSize = batchSize;
    this.kept = kept;
    lent = new ArrayDeque<>(batches.length);
    free = new OneToOneConcurrentArrayQueue<>(batches.length);
    full = new OneToOneConcurrentArrayQueue<>(batches.length);
    for (Batch batch : batches) {
      free.offer(batch);
    }
    thread = new Thread(() -> run(epoch, firstRow), "dimsieve-batches");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(int epoch, long firstRow) {
    BackoffIdleStrategy idle = new BackoffIdleStrategy();
    try {
      rows.seek(epoch, firstRow);
      for (boolean more = true; more; ) {
        Batch batch = free.poll();
        while (batch == null && !stopped) {
          idle.idle();
          batch = free.poll();
        }
        if (stopped) {
          return;
        }
        idle.reset();
        more = rows.fill(batch, batchSize);
        full.offer(batch);
      }
    } catch (Throwable e) {
      failure = e; // thrown by next() once the batches before it are consumed
    }
  }

  /** The next batch, null at the end; takes back all but the last {@code kept} of those before. */
  Batch next() {
    if (ended) {
      return null;
    }
    while (lent.size() > kept) {
      free.offer(lent.poll());
    }
    Batch batch = await();
    if (batch.size() == 0) {
      ended = true;
      return null;
    }
    lent.add(batch);
    return batch;
  }

  private Batch await() {
    waiting.reset();
    for (;;) {
      Throwable failed = failure;
      Batch batch = full.poll();
      if (batch != null) {
        return batch;
      }
      if (failed instanceof RuntimeException e) {
        throw e;
      }
      if (failed instanceof Error e) {
        throw e;
      }
      waiting.idle();
    }
  }

  /** Stops the thread and waits for it; the batches are free again. Never interrupts it, which would close the file. */
  @Override
  public void close() {
    stopped = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
