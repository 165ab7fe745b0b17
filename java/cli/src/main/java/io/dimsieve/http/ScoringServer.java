package io.dimsieve.http;

import com.sun.net.httpserver.HttpServer;
import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Serves one model file: {@code POST /score}, {@code GET /health}, {@code GET /metrics}. Without encryption or log-in, so for loopback, or behind something that
 * has them.
 *
 * <p>Each request under way has a thread, which reads the body before it asks for a lane: a slow client keeps nobody from scoring. What it may keep is one of the
 * {@code threads + queue + SPARE} threads, until its time is up and the connection is closed.
 */
public final class ScoringServer implements AutoCloseable {

  /** Threads above those that score and wait: for slow clients, refusals, health and metrics. */
  private static final int SPARE = 64;
  /** Connections that wait to be accepted. */
  private static final int BACKLOG = 256;
  private static final int ALL = Integer.MAX_VALUE;

  private final HttpServer http;
  private final ModelReloader model;
  private final ServerMetrics metrics = new ServerMetrics();
  private final Lanes lanes;
  private final ExecutorService threads;
  private final Semaphore underWay = new Semaphore(ALL); // each request takes one, the end all
  private final Router router;
  private volatile boolean draining;

  private ScoringServer(HttpServer http, ModelReloader model, ServerOptions options, Consumer<String> log) {
    this.http = http;
    this.model = model;
    List<Scoring> all = new ArrayList<>();
    for (int i = 0; i < options.threads(); i++) {
      all.add(new Lane(model.slot().reader(options.maxRows(), metrics.scoring()), options.maxRows()));
    }
    this.lanes = new Lanes(all, options.queue());
    this.router = new Router(this, options.maxBody(), log);
    AtomicInteger number = new AtomicInteger();
    this.threads = Executors.newFixedThreadPool(options.threads() + options.queue() + SPARE, task -> {
      Thread thread = new Thread(task, "dimsieve-http-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    });
  }

  /**
   * Opens the model and listens.
   *
   * @param log takes a line about each model that comes or is refused, and about each defect
   * @throws io.dimsieve.ModelFormatException when the file is no model
   * @throws ConfigurationException when it cannot listen there
   */
  public static ScoringServer start(Path file, ServerOptions options, Consumer<String> log) {
    HttpSettings.apply(options.timeoutSeconds());
    ModelReloader model = new ModelReloader(file, log);
    try {
      InetSocketAddress address = new InetSocketAddress(options.host(), options.port());
      if (address.isUnresolved()) {
        throw new ConfigurationException("host '" + options.host() + "' is unknown");
      }
      ScoringServer server = new ScoringServer(HttpServer.create(address, BACKLOG), model, options, log);
      server.http.setExecutor(server.threads);
      server.http.createContext("/", server.router::handle);
      server.http.start();
      return server;
    } catch (IOException e) {
      model.slot().close();
      throw new ConfigurationException("cannot listen on " + options.host() + ":" + options.port() + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      model.slot().close();
      throw e;
    }
  }

  /** Where it listens, such as {@code http://127.0.0.1:8080}. */
  public String url() {
    String host = http.getAddress().getAddress().getHostAddress();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + http.getAddress().getPort();
  }

  /** Looks whether the model file has changed, and takes the new one if it is sound: the second look in a row that sees it does. */
  public void reload() {
    model.poll();
  }

  ModelReloader model() {
    return model;
  }

  ServerMetrics metrics() {
    return metrics;
  }

  Lanes lanes() {
    return lanes;
  }

  boolean draining() {
    return draining;
  }

  /** Lets a request in; false once the server is about to stop. Who was let in must leave. */
  boolean enter() {
    return !draining && underWay.tryAcquire();
  }

  void leave() {
    underWay.release();
  }

  /** Requests that were let in and have not left. */
  int underWay() {
    return ALL - underWay.availablePermits();
  }

  /**
   * Ends in order: requests under way are answered, new ones refused with 503, then it stops listening.
   *
   * @param grace how long requests under way may take
   * @return whether all of them were answered
   */
  public boolean drain(Duration grace) throws InterruptedException {
    draining = true;
    boolean done = underWay.tryAcquire(ALL, grace.toNanos(), TimeUnit.NANOSECONDS);
    stop(done);
    return done;
  }

  /** Ends at once; requests under way are cut off. */
  @Override
  public void close() {
    draining = true;
    stop(false);
  }

  private void stop(boolean idle) {
    http.stop(0);
    threads.shutdownNow();
    try {
      // A lane's memory is freed only when nobody computes in it; whoever still does after this has it until the process ends.
      if (idle || threads.awaitTermination(1, TimeUnit.MINUTES)) {
        lanes.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    model.slot().close();
  }
}
