package io.dimsieve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.dimsieve.serve.Scorer;
import io.dimsieve.serve.ScoringModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verb as a process of its own: what it prints, serves and ends with. */
class ServeCommandTest {

  private static final int ROWS = 10_000;
  private static final int BATCH = 1024; // of the score verb too: a batch of another size may differ in the last bit

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();

  private static void run(Object... arguments) {
    assertEquals(0, new Main().run(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new)));
  }

  private Path model(Path text) {
    Path data = folder.resolve("rows.ds");
    Object[] rows = {"--rows", ROWS, "--cardinalities", "40,30,20", "--planted", "4,3,2", "--dimension", 4, "--quiet"};
    run(join(rows, "generate", "-o", data));
    run(join(rows, "generate", "--text", "-o", text));
    Path model = folder.resolve("served.model");
    run("train", data, "-o", model, "--model", "deepfm", "--dimension", 4, "--hidden", 8, "--batch", 256, "--epochs", 1, "--quiet", "--threads", 2);
    return model;
  }

  private static Object[] join(Object[] more, Object... first) {
    Object[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  private Process serve(Path model) throws IOException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    if (Runtime.version().feature() >= 24) {
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    }
    for (String property : new String[] {"org.bytedeco.javacpp.cachedir", "sun.net.httpserver.maxReqTime"}) {
      if (System.getProperty(property) != null) {
        command.add("-D" + property + "=" + System.getProperty(property));
      }
    }
    command.addAll(List.of(
        "-cp", System.getProperty("java.class.path"), "io.dimsieve.cli.Main", "serve", model.toString(), "--port", "0", "--threads", "2", "--reload", "50ms"));
    return new ProcessBuilder(command).redirectError(folder.resolve("err.txt").toFile()).start();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void servesWhatTheScoreVerbWritesAndEndsInOrder() throws IOException, InterruptedException {
    Path text = folder.resolve("rows.tsv");
    Path model = model(text);
    Path scores = folder.resolve("scores.txt");
    run("score", model, text, "--format", "tsv", "-o", scores);
    List<String> expected = Files.readAllLines(scores);
    List<String> rows = Files.readAllLines(text);
    assertEquals(ROWS, expected.size());
    Process process = serve(model);
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      assertTrue(line != null && line.startsWith(model + ": serving on http://127.0.0.1:"), line + Files.readString(folder.resolve("err.txt")));
      URI url = URI.create(line.substring(line.indexOf("http://")));
      try (ScoringModel library = ScoringModel.open(model);
          Scorer scorer = library.scorer(BATCH)) {
        for (int from = 0; from < ROWS; from += BATCH) {
          int to = Math.min(ROWS, from + BATCH);
          JsonArray array = new JsonArray();
          int[] ids = new int[(to - from) * 3];
          for (int i = from; i < to; i++) {
            String[] values = rows.get(i + 1).split("\t", -1);
            JsonArray row = new JsonArray();
            for (int f = 0; f < 3; f++) {
              row.add(values[f + 1]);
              ids[3 * (i - from) + f] = library.encoder().encode(f, values[f + 1]);
            }
            array.add(row);
          }
          float[] direct = new float[to - from];
          scorer.score(ids, to - from, direct);
          JsonObject body = new JsonObject();
          body.add("fields", JsonParser.parseString("[\"f00\",\"f01\",\"f02\"]"));
          body.add("rows", array);
          HttpResponse<String> answer = send(HttpRequest.newBuilder(url.resolve("/score")).POST(BodyPublishers.ofString(body.toString())));
          assertEquals(200, answer.statusCode(), answer.body());
          JsonArray got = JsonParser.parseString(answer.body()).getAsJsonObject().getAsJsonArray("scores");
          assertEquals(to - from, got.size());
          for (int i = from; i < to; i++) {
            int bits = Float.floatToIntBits(direct[i - from]);
            assertEquals(bits, Float.floatToIntBits(Float.parseFloat(expected.get(i))), "row " + i + " of the score verb");
            assertEquals(bits, Float.floatToIntBits(Float.parseFloat(got.get(i - from).getAsString())), "row " + i + " over HTTP");
          }
        }
      }
      endsInOrder(process, url);
      assertEquals("", Files.readString(folder.resolve("err.txt")));
    } finally {
      process.destroyForcibly();
    }
  }

  /** SIGTERM while a request is half sent: it is answered, and the exit code is 0. */
  private void endsInOrder(Process process, URI url) throws IOException, InterruptedException {
    String body = "{\"rows\":[{}]}";
    try (Socket half = new Socket(url.getHost(), url.getPort())) {
      String head = "POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n";
      half.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      while (!send(HttpRequest.newBuilder(url.resolve("/metrics"))).body().contains("dimsieve_http_in_flight 2\n")) {
        Thread.onSpinWait(); // until the head has arrived
      }
      process.destroy();
      while (send(HttpRequest.newBuilder(url.resolve("/health"))).statusCode() != 503) {
        Thread.onSpinWait();
      }
      half.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(half.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.contains("\"scores\":[0."), answer);
    }
    assertTrue(process.waitFor(1, TimeUnit.MINUTES));
    assertEquals(0, process.exitValue());
  }

  @Test
  void sizesAndTimesAreAsPeopleWriteThem() {
    ByteCount bytes = new ByteCount();
    assertEquals(List.of(4096, 64_000, 1_000_000, 1 << 20), List.of(bytes.convert("4096"), bytes.convert("64kb"), bytes.convert("1MB"), bytes.convert("1MiB")));
    Interval times = new Interval();
    assertEquals(List.of(500L, 1000L, 120_000L), List.of(times.convert("500ms").toMillis(), times.convert("1s").toMillis(), times.convert("2m").toMillis()));
    for (String[] wrong : new String[][] {{"--max-body", "9999MB"}, {"--max-body", "much"}, {"--reload", "0s"}, {"--reload", "1"}, {"--port", "-1"}}) {
      assertEquals(2, new Main().run("serve", "none.model", wrong[0], wrong[1]), wrong[1]);
    }
    assertEquals(4, new Main().run("serve", folder.resolve("none.model").toString(), "--port", "0"));
  }
}
