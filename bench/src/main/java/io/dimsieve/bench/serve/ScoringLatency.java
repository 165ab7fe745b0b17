package io.dimsieve.bench.serve;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.dimsieve.serve.LayerPrecision;
import io.dimsieve.serve.Scorer;
import io.dimsieve.serve.ScoringModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.agrona.BufferUtil;

/**
 * Latency of one engine on one model in one JVM: {@code dimsieve} in f32 or i8, or {@code onnx} with so many threads of its own in a call. Scores are compared
 * with Dimsieve's before anything is timed. Arguments: engine (dimsieve, dimsieve-i8, onnx-1, onnx-2), model without ending, rows a call, callers, calls of
 * each. Prints one line, tab-separated: engine, model, rows, callers, p50, p99, p99.9 in microseconds, rows a second.
 */
public final class ScoringLatency {

  private static final int REQUESTS = 2048; // different ones, so that rows of large tables come from memory as they do in service
  private static final int COMPARED = 256;

  /** One caller's way to score: a request's rows, done again and again. */
  private interface Engine extends AutoCloseable {
    /** Scores request {@code n} into memory of its own. */
    void score(int n) throws OrtException;

    float result(int row);

    @Override
    void close() throws OrtException;
  }

  private ScoringLatency() {}

  public static void main(String[] arguments) throws Exception {
    String engine = arguments[0];
    String model = arguments[1];
    int rows = Integer.parseInt(arguments[2]);
    int callers = Integer.parseInt(arguments[3]);
    int calls = Integer.parseInt(arguments[4]);
    int[] ids = ids(model, rows);
    check(engine, model, rows, ids);
    long[][] nanos = new long[callers][calls];
    CountDownLatch ready = new CountDownLatch(callers);
    Thread[] threads = new Thread[callers];
    for (int t = 0; t < callers; t++) {
      long[] own = nanos[t];
      int first = t * (REQUESTS / callers);
      threads[t] = new Thread(() -> measure(engine, model, rows, ids, first, ready, own));
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long busy = Arrays.stream(nanos).mapToLong(own -> Arrays.stream(own).sum()).max().orElseThrow();
    long[] all = Arrays.stream(nanos).flatMapToLong(Arrays::stream).sorted().toArray();
    System.out.printf(
        Locale.ROOT, "%s\t%s\t%d\t%d\t%.2f\t%.2f\t%.2f\t%.0f%n", engine, Path.of(model).getFileName(), rows, callers, percentile(all, 0.5),
        percentile(all, 0.99), percentile(all, 0.999), 1e9 * rows * callers * calls / busy);
  }

  private static double percentile(long[] sorted, double p) {
    return sorted[(int) Math.ceil(p * sorted.length) - 1] * 1e-3;
  }

  private static void measure(String engine, String model, int rows, int[] ids, int first, CountDownLatch ready, long[] nanos) {
    try (Engine own = open(engine, model, rows, ids)) {
      int warm = Math.max(2000, nanos.length / 4);
      for (int i = 0; i < warm; i++) {
        own.score((first + i) % REQUESTS);
      }
      ready.countDown();
      ready.await();
      for (int i = 0; i < nanos.length; i++) {
        long begin = System.nanoTime();
        own.score((first + i) % REQUESTS);
        nanos[i] = System.nanoTime() - begin;
      }
    } catch (OrtException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ids of all requests; low ids are frequent, as in an encoder: uniform to the power of 4. */
  private static int[] ids(String model, int rows) throws IOException {
    int tableRows = Integer.parseInt(Files.readString(Path.of(model).resolveSibling("rows")).trim());
    SplittableRandom random = new SplittableRandom(5);
    int[] ids = new int[REQUESTS * rows * BenchmarkModels.FIELDS];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) (tableRows * Math.pow(random.nextDouble(), 4));
    }
    return ids;
  }

  private static void check(String engine, String model, int rows, int[] ids) throws OrtException {
    double worst = 0;
    try (Engine reference = new Dimsieve(model, rows, ids, LayerPrecision.F32);
        Engine other = open(engine, model, rows, ids)) {
      for (int n = 0; n < COMPARED; n++) {
        reference.score(n);
        other.score(n);
        for (int row = 0; row < rows; row++) {
          worst = Math.max(worst, Math.abs(reference.result(row) - other.result(row)));
        }
      }
    }
    double allowed = engine.equals("dimsieve") ? 0 : engine.equals("dimsieve-i8") ? 5e-3 : 1e-6;
    if (worst > allowed) {
      throw new IllegalStateException(engine + " scores " + worst + " off");
    }
  }

  private static Engine open(String engine, String model, int rows, int[] ids) throws OrtException {
    return switch (engine) {
      case "dimsieve" -> new Dimsieve(model, rows, ids, LayerPrecision.F32);
      case "dimsieve-i8" -> new Dimsieve(model, rows, ids, LayerPrecision.I8);
      case "onnx-1" -> new Onnx(model, rows, ids, 1);
      case "onnx-2" -> new Onnx(model, rows, ids, 2);
      default -> throw new IllegalArgumentException(engine);
    };
  }

  private static final class Dimsieve implements Engine {

    private final ScoringModel model;
    private final Scorer scorer;
    private final ByteBuffer ids;
    private final ByteBuffer out;
    private final int rows;

    private Dimsieve(String model, int rows, int[] ids, LayerPrecision layers) {
      this.model = ScoringModel.open(Path.of(model + ".model"));
      this.scorer = this.model.scorer(rows, layers);
      this.rows = rows;
      this.ids = ByteBuffer.allocateDirect(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
      this.ids.asIntBuffer().put(ids);
      this.out = ByteBuffer.allocateDirect(4 * rows).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void score(int n) {
      scorer.score(BufferUtil.address(ids) + 4L * n * rows * BenchmarkModels.FIELDS, rows, BufferUtil.address(out));
    }

    @Override
    public float result(int row) {
      return out.getFloat(4 * row);
    }

    @Override
    public void close() {
      scorer.close();
      model.close();
    }
  }

  /** Tensors over direct buffers made before, bound to the session's input and output by name: the fastest way its interface has. */
  private static final class Onnx implements Engine {

    private final OrtSession session;
    private final OnnxTensor[] inputs = new OnnxTensor[REQUESTS];
    private final OnnxTensor output;
    private final ByteBuffer out;

    private Onnx(String model, int rows, int[] ids, int threads) throws OrtException {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        session = environment.createSession(model + ".onnx", options);
      }
      int size = rows * BenchmarkModels.FIELDS;
      for (int n = 0; n < REQUESTS; n++) {
        LongBuffer own = ByteBuffer.allocateDirect(8 * size).order(ByteOrder.nativeOrder()).asLongBuffer();
        for (int i = 0; i < size; i++) {
          own.put(i, ids[n * size + i]);
        }
        inputs[n] = OnnxTensor.createTensor(environment, own, new long[] {rows, BenchmarkModels.FIELDS});
      }
      out = ByteBuffer.allocateDirect(4 * rows).order(ByteOrder.nativeOrder());
      output = OnnxTensor.createTensor(environment, out.asFloatBuffer(), new long[] {rows, 1});
    }

    @Override
    public void score(int n) throws OrtException {
      session.run(Map.of("ids", inputs[n]), java.util.Set.of(), Map.of("probability", output)).close();
    }

    @Override
    public float result(int row) {
      return out.getFloat(4 * row);
    }

    @Override
    public void close() throws OrtException {
      for (OnnxTensor input : inputs) {
        input.close();
      }
      output.close();
      session.close();
    }
  }
}
