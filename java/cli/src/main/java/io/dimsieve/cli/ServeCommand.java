package io.dimsieve.cli;

import io.dimsieve.http.ScoringServer;
import io.dimsieve.http.ServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Scores rows over HTTP, until it is told to stop (Ctrl-C, SIGTERM): requests under way are answered, then it ends with exit code 0.",
      "POST /score with {\"rows\": [{\"FIELD\": VALUE, ...}, ...]} or {\"fields\": [FIELD, ...], \"rows\": [[VALUE, ...], ...]} is answered"
          + " {\"model_version\": N, \"scores\": [...]}. A field that is left out is missing, one the model does not have is refused.",
      "GET /health, GET /metrics (Prometheus).",
      "There is no encryption and no log-in: listen on another address than the loopback only behind something that has them."
    })
final class ServeCommand implements Callable<Integer> {

  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final int CUT_OFF = 130;

  @Parameters(index = "0", paramLabel = "MODEL", description = "model file; replace it while serving and the new one is taken")
  private Path model;

  @Option(names = "--host", defaultValue = "127.0.0.1", description = "name or address to listen on (default: ${DEFAULT-VALUE})")
  private String host;

  @Option(names = "--port", defaultValue = "8080", description = "0 for any free one, which is printed (default: ${DEFAULT-VALUE})")
  private int port;

  @Option(names = "--threads", description = "requests scored at the same time (default: all cores)")
  private Integer threads;

  @Option(names = "--queue", defaultValue = "256", description = "requests that wait for those; more are answered 503 (default: ${DEFAULT-VALUE})")
  private int queue;

  @Option(names = "--max-body", defaultValue = "1MB", converter = ByteCount.class, paramLabel = "SIZE",
      description = "largest request; more is answered 413 (default: ${DEFAULT-VALUE})")
  private int maxBody;

  @Option(names = "--max-rows", defaultValue = "1024", description = "rows of the largest request (default: ${DEFAULT-VALUE})")
  private int maxRows;

  @Option(names = "--timeout", defaultValue = "10", paramLabel = "SECONDS",
      description = "in which a client must have sent its request; then the connection is closed (default: ${DEFAULT-VALUE})")
  private int timeout;

  @Option(names = "--reload", defaultValue = "1s", converter = Interval.class, paramLabel = "TIME",
      description = "how often to look whether the model file has changed, such as 500ms, 1s or 5m (default: ${DEFAULT-VALUE})")
  private Duration reload;

  @ParentCommand private Main main;

  @Override
  public Integer call() throws InterruptedException {
    int lanes = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    ServerOptions options = new ServerOptions(host, port, lanes, queue, maxBody, maxRows, timeout);
    try (ScoringServer server = ScoringServer.start(model, options, line -> System.err.println("dimsieve: " + line))) {
      System.out.println(model + ": serving on " + server.url());
      while (!main.awaitStop(reload)) {
        server.reload();
      }
      return server.drain(GRACE) ? 0 : CUT_OFF;
    }
  }
}
