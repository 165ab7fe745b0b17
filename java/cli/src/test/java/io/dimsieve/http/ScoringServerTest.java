package io.dimsieve.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.dimsieve.ConfigurationException;
import io.dimsieve.ModelFormatException;
import io.dimsieve.serve.Scorer;
import io.dimsieve.serve.ScoringModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server as clients see it. Its time-outs are those of the JVM the tests run in (pom.xml), as the JDK reads them once. */
class ScoringServerTest {

  private static final int MAX_BODY = 100_000;
  private static final String ROW = "{\"rows\":[{\"site\":\"s3\",\"age\":17}]}";
  private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(\\{[a-z]+=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*\"})? (NaN|[0-9.E-]+)");

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private Path file;
  private ScoringServer server;

  @BeforeEach
  void start() {
    file = ServedFiles.write(folder.resolve("served.model"), 1);
    server = ScoringServer.start(file, new ServerOptions("127.0.0.1", 0, 2, 64, MAX_BODY, 1024, 5), log::add);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path));
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> post(String body) {
    return send(to("/score").POST(BodyPublishers.ofString(body)).build());
  }

  private void assertRefused(int status, String part, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    String error = JsonParser.parseString(answer.body()).getAsJsonObject().get("error").getAsString();
    assertTrue(error.contains(part), error);
  }

  /** Every sample of /metrics, whose every line must be a comment or a sample. */
  private Map<String, Double> metrics() {
    HttpResponse<String> answer = send(to("/metrics").build());
    assertEquals(200, answer.statusCode());
    assertTrue(answer.headers().firstValue("Content-Type").orElse("").startsWith("text/plain; version=0.0.4"));
    Map<String, Double> samples = new TreeMap<>();
    answer.body().lines().filter(line -> !line.startsWith("# HELP ") && !line.startsWith("# TYPE ")).forEach(line -> {
      var sample = SAMPLE.matcher(line);
      assertTrue(sample.matches(), line);
      samples.put(sample.group(1) + (sample.group(2) == null ? "" : sample.group(2)), Double.parseDouble(sample.group(3)));
    });
    return samples;
  }

  private static float[] scores(String answer) {
    JsonArray scores = JsonParser.parseString(answer).getAsJsonObject().getAsJsonArray("scores");
    float[] out = new float[scores.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = Float.parseFloat(scores.get(i).getAsString());
    }
    return out;
  }

  @Test
  void tenThousandRowsAreTheScorersBitForBit() {
    int batch = 1000;
    SplittableRandom random = new SplittableRandom(5);
    try (ScoringModel model = ScoringModel.open(file);
        Scorer scorer = model.scorer(batch)) {
      int[] ids = new int[2 * batch];
      float[] expected = new float[batch];
      for (int done = 0; done < 10; done++) {
        JsonArray rows = new JsonArray();
        for (int i = 0; i < batch; i++) {
          String site = "s" + random.nextInt(9); // s7 and s8 are unknown
          String age = random.nextInt(4) == 0 ? null : Integer.toString(random.nextInt(45));
          ids[2 * i] = model.encoder().encode(0, site);
          ids[2 * i + 1] = model.encoder().encode(1, age);
          JsonObject object = new JsonObject();
          object.addProperty("site", site);
          if (age != null) {
            object.addProperty("age", Integer.valueOf(age));
          }
          JsonArray array = new JsonArray();
          array.add(age);
          array.add(site);
          rows.add(done % 2 == 0 ? object : array);
        }
        scorer.score(ids, batch, expected);
        JsonObject body = new JsonObject();
        if (done % 2 == 1) {
          body.add("fields", JsonParser.parseString("[\"age\",\"site\"]"));
        }
        body.add("rows", rows);
        HttpResponse<String> answer = post(body.toString());
        assertEquals(200, answer.statusCode(), answer.body());
        float[] got = scores(answer.body());
        assertEquals(batch, got.length);
        for (int i = 0; i < batch; i++) {
          assertEquals(Float.floatToIntBits(expected[i]), Float.floatToIntBits(got[i]), "row " + i);
        }
      }
    }
    assertEquals(10_000, metrics().get("dimsieve_score_rows_total"));
  }

  @Test
  void wrongRequestsAreToldWhyAndTheServerLives() {
    assertRefused(400, "unknown field 'sight'", post("{\"rows\":[{\"sight\":1}]}"));
    assertRefused(400, "malformed JSON at line 2 column 2", post("{\"rows\":[\n,{}]}"));
    assertRefused(400, "malformed JSON", post(""));
    assertRefused(400, "rows[0]: field 'age'", post("{\"rows\":[{\"age\":\"old\"}]}"));
    assertRefused(413, "more than 1024 rows", post("{\"rows\":[" + "{},".repeat(1024) + "{}]}"));
    assertRefused(404, "/score, /health and /metrics", send(to("/scores").POST(BodyPublishers.ofString(ROW)).build()));
    assertRefused(404, "no such path", send(to("/").build()));
    HttpResponse<String> get = send(to("/score").build());
    assertRefused(405, "only POST", get);
    assertEquals("POST", get.headers().firstValue("Allow").orElse(""));
    HttpResponse<String> delete = send(to("/health").DELETE().build());
    assertRefused(405, "only GET, HEAD", delete);
    assertEquals(200, post(ROW).statusCode());
    Map<String, Double> metrics = metrics();
    assertEquals(4, metrics.get("dimsieve_http_requests_total{code=\"400\"}"));
    assertEquals(1, metrics.get("dimsieve_http_requests_total{code=\"413\"}"));
    assertEquals(1, metrics.get("dimsieve_score_rows_total"));
    assertEquals(List.of(), log);
  }

  @Test
  void aBodyIsAsLargeAsItMayBe() {
    String full = ROW + " ".repeat(MAX_BODY - ROW.length());
    assertEquals(200, post(full).statusCode());
    assertRefused(413, "more than 100000 bytes", post(full + " "));
    assertRefused(413, "more than 100000 bytes", post(full.repeat(20)));
    byte[] bytes = full.repeat(3).getBytes(StandardCharsets.UTF_8);
    HttpRequest chunked = to("/score").POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes))).build();
    assertRefused(413, "more than 100000 bytes", send(chunked));
    assertEquals(200, post(ROW).statusCode());
  }

  /** A connection on which bytes are sent as they are. */
  private Socket connect(String bytes) throws IOException {
    Socket socket = new Socket("127.0.0.1", URI.create(server.url()).getPort());
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String head(int length) {
    return "POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /score HTTP/1.1\r\nHost:", "POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 33\r\n\r\n{\"rows\""})
  void aSlowClientLosesItsConnection(String half) throws IOException {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      slow.add(connect(half));
    }
    assertEquals(200, post(ROW).statusCode(), "nobody waits for slow clients");
    for (Socket socket : slow) {
      try (socket) {
        assertTrue(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).lines().limit(1).noneMatch(line -> line.contains("200")));
      } catch (SocketException reset) {
        assertTrue(reset.getMessage().contains("reset"), reset.getMessage());
      }
    }
    assertEquals(200, post(ROW).statusCode());
  }

  /** Reads one answer with a Content-Length from a connection that stays open. */
  private static String answer(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      assertTrue(next >= 0, "closed after: " + head);
      head.append((char) next);
    }
    var length = Pattern.compile("(?i)content-length: *(\\d+)").matcher(head);
    assertTrue(length.find(), head.toString());
    return head + new String(socket.getInputStream().readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8);
  }

  @Test
  void connectionsStayOpen() throws IOException {
    try (Socket socket = connect("")) {
      OutputStream out = socket.getOutputStream();
      for (String request : new String[] {
        head(ROW.length()) + ROW, head(1) + "[", "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", head(ROW.length()) + ROW}) {
        out.write(request.getBytes(StandardCharsets.US_ASCII));
        answer(socket);
      }
    }
    assertEquals(2, metrics().get("dimsieve_score_rows_total"));
  }

  @Test
  void tooManyAtOnceAreAskedToComeBack() throws InterruptedException, ExecutionException {
    server.close();
    server = ScoringServer.start(file, new ServerOptions("127.0.0.1", 0, 1, 0, MAX_BODY, 1024, 5), log::add);
    String body = "{\"rows\":[" + "{},".repeat(1000) + "{}]}";
    AtomicBoolean refused = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> clients = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        clients.add(threads.submit(() -> {
          while (!refused.get()) {
            HttpResponse<String> answer = post(body);
            if (answer.statusCode() != 200) {
              assertRefused(503, "too many requests at once", answer);
              assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
              refused.set(true);
            }
          }
        }));
      }
      for (Future<?> client : clients) {
        client.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(200, post(ROW).statusCode());
  }

  @Test
  void healthAndMetricsTellWhatIsServed() {
    JsonObject health = JsonParser.parseString(send(to("/health").build()).body()).getAsJsonObject();
    assertEquals("ok", health.get("status").getAsString());
    assertEquals(file.toString(), health.get("model").getAsString());
    assertEquals(1, health.get("model_version").getAsInt());
    HttpResponse<String> head = send(to("/health").method("HEAD", BodyPublishers.noBody()).build());
    assertEquals("200", head.statusCode() + head.body());
    assertTrue(metrics().get("dimsieve_score_seconds{quantile=\"0.5\"}").isNaN());
    assertEquals(200, post("{\"rows\":[{\"site\":\"new\"},{\"site\":\"s1\",\"age\":3},{\"site\":\"other\",\"age\":3}]}").statusCode());
    Map<String, Double> metrics = metrics();
    assertEquals(2, metrics.get("dimsieve_unknown_values_total{field=\"site\"}"));
    assertEquals(3, metrics.get("dimsieve_score_rows_total"));
    assertEquals(1, metrics.get("dimsieve_score_calls_total"));
    assertEquals(1, metrics.get("dimsieve_model_version"));
    for (String summary : new String[] {"dimsieve_score_seconds", "dimsieve_http_score_seconds"}) {
      double sum = metrics.get(summary + "_sum");
      assertTrue(sum > 0 && Math.abs(metrics.get(summary + "{quantile=\"0.99\"}") - sum) < 0.011 * sum, summary);
      assertEquals(1, metrics.get(summary + "_count"));
    }
  }

  private void replace(Path with) throws IOException {
    Path copy = Files.copy(with, folder.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
    Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
    server.reload();
    server.reload();
  }

  @Test
  void aChangedFileIsTakenUnderLoad() throws IOException, InterruptedException, ExecutionException {
    Path[] files = {ServedFiles.write(folder.resolve("even.model"), 2), ServedFiles.write(folder.resolve("odd.model"), 1)};
    float[] expected = new float[2];
    for (int i = 0; i < 2; i++) {
      try (ScoringModel model = ScoringModel.open(files[i]);
          Scorer scorer = model.scorer(1)) {
        expected[i] = scorer.score("s3", "17");
      }
    }
    assertTrue(expected[0] != expected[1]);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integer>> clients = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        clients.add(threads.submit(() -> {
          int count = 0;
          for (long last = 0; !done.get() || last < 21; count++) {
            HttpResponse<String> answer = post(ROW);
            assertEquals(200, answer.statusCode(), answer.body());
            last = JsonParser.parseString(answer.body()).getAsJsonObject().get("model_version").getAsLong();
            assertEquals(expected[(int) (last % 2)], scores(answer.body())[0], "a score is that of the model its version names");
          }
          return count;
        }));
      }
      for (int version = 2; version <= 21; version++) {
        replace(files[version % 2]);
      }
      done.set(true);
      for (Future<Integer> ended : clients) {
        assertTrue(ended.get() > 0);
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(20, metrics().get("dimsieve_model_reloads_total{result=\"taken\"}"));
    assertEquals(21, metrics().get("dimsieve_model_version"));
    assertTrue(log.size() == 20 && log.get(19).contains("model version 21 in service"), log.toString());
  }

  @Test
  void aDamagedFileIsRefusedAndTheModelStays() throws IOException {
    float before = scores(post(ROW).body())[0];
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes); // in place: the model in service must not read it any more
    server.reload();
    assertEquals(0, log.size(), "a file that may still be written is left alone");
    server.reload();
    server.reload();
    assertTrue(log.size() == 1 && log.get(0).contains("version 1 stays in service: ") && log.get(0).contains(file.toString()), log.toString());
    assertEquals(before, scores(post(ROW).body())[0]);
    Files.write(file, new byte[0]);
    server.reload();
    server.reload();
    Files.delete(file);
    server.reload();
    server.reload();
    assertEquals(before, scores(post(ROW).body())[0]);
    assertEquals(2, metrics().get("dimsieve_model_reloads_total{result=\"refused\"}"));
    ServedFiles.write(file, 2);
    server.reload();
    server.reload();
    assertTrue(before != scores(post(ROW).body())[0]);
    assertEquals(2, metrics().get("dimsieve_model_version"));
  }

  @Test
  void whatIsUnderWayIsAnsweredBeforeTheEnd() throws IOException, InterruptedException, ExecutionException {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Socket half = connect(head(ROW.length()) + ROW.substring(0, 9))) {
      while (server.underWay() == 0) { // until the server has read the head
        Thread.onSpinWait();
      }
      Future<Boolean> ended = thread.submit(() -> server.drain(Duration.ofMinutes(1)));
      while (!server.draining()) {
        Thread.onSpinWait();
      }
      HttpResponse<String> health = send(to("/health").build());
      assertEquals(503, health.statusCode());
      assertTrue(health.body().contains("stopping"));
      HttpResponse<String> late = post(ROW);
      assertRefused(503, "stopping", late);
      assertEquals("1", late.headers().firstValue("Retry-After").orElse(""));
      half.getOutputStream().write(ROW.substring(9).getBytes(StandardCharsets.US_ASCII));
      assertTrue(answer(half).startsWith("HTTP/1.1 200"));
      assertTrue(ended.get());
      assertThrows(IOException.class, () -> client.send(to("/health").build(), BodyHandlers.ofString()));
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void whatCannotBeServedIsRefusedAtTheStart() {
    int port = URI.create(server.url()).getPort();
    ServerOptions taken = new ServerOptions("127.0.0.1", port, 1, 0, 1, 1, 5);
    assertTrue(assertThrows(ConfigurationException.class, () -> ScoringServer.start(file, taken, log::add)).getMessage().contains("127.0.0.1:" + port));
    ServerOptions nowhere = new ServerOptions("no.such.host.invalid", 0, 1, 0, 1, 1, 5);
    assertThrows(ConfigurationException.class, () -> ScoringServer.start(file, nowhere, log::add));
    ServerOptions free = new ServerOptions("127.0.0.1", 0, 1, 0, 1, 1, 5);
    assertThrows(ModelFormatException.class, () -> ScoringServer.start(folder.resolve("none.model"), free, log::add));
    assertThrows(ConfigurationException.class, () -> new ServerOptions("127.0.0.1", 70_000, 1, 0, 1, 1, 5));
    assertThrows(ConfigurationException.class, () -> new ServerOptions("127.0.0.1", 0, 0, 0, 1, 1, 5));
    assertThrows(ConfigurationException.class, () -> new ServerOptions("127.0.0.1", 0, 1, 0, 0, 1, 5));
  }
}
