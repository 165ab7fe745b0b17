package io.dimsieve.data;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** The caller and threads − 1 others, who do the tasks of one round after another; which thread does a task is left to chance. */
final class Workers implements AutoCloseable {

  private final int others;
  private final ExecutorService pool;

  Workers(int threads) {
    others = threads - 1;
    pool = Executors.newFixedThreadPool(Math.max(1, others), task -> { // starts a thread with the first task
      Thread thread = new Thread(task, "dimsieve-rows");
      thread.setDaemon(true);
      return thread;
    });
  }

  /** Tasks 0 to {@code tasks} − 1, in any order; returns when all are done, and throws what the first of them threw. */
  void run(int tasks, IntConsumer task) {
    Round round = new Round(tasks, task);
    for (int i = 0; i < Math.min(others, tasks - 1); i++) {
      pool.execute(round);
    }
    round.run();
    round.await();
  }

  private static final class Round implements Runnable {

    private final IntConsumer task;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final Throwable[] failures;

    Round(int tasks, IntConsumer task) {
      this.task = task;
      this.left = new CountDownLatch(tasks);
      this.failures = new Throwable[tasks];
    }

    @Override
    public void run() {
      for (int i; (i = next.getAndIncrement()) < failures.length; ) {
        try {
          task.accept(i);
        } catch (Throwable e) {
          failures[i] = e; // thrown by await()
        } finally {
          left.countDown();
        }
      }
    }

    void await() {
      uninterrupted(left::await);
      for (Throwable failure : failures) {
        if (failure instanceof RuntimeException e) {
          throw e;
        }
        if (failure instanceof Error e) {
          throw e;
        }
      }
    }
  }

  /** What waits and can be interrupted. */
  @FunctionalInterface
  private interface Wait {
    void await() throws InterruptedException;
  }

  private static void uninterrupted(Wait wait) {
    boolean interrupted = false;
    for (;;) {
      try {
        wait.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the threads and waits for them. */
  @Override
  public void close() {
    pool.shutdown();
    uninterrupted(() -> pool.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS));
  }
}
