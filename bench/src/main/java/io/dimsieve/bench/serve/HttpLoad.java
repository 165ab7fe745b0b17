package io.dimsieve.bench.serve;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Clients that ask a server of {@code dimsieve serve} for scores, each over one connection that stays open, the next request as soon as the last is answered.
 * Every answer must be the first one, byte for byte; anything else is an error, as are other statuses and connections that break. Prints requests, errors, and
 * the time from the first byte sent to the last received.
 *
 * <p>Arguments: URL, file with a request body, then optionally clients (64), seconds (60).
 */
public final class HttpLoad {

  private static final long LONGEST = TimeUnit.MINUTES.toNanos(1);
  private static final int DIGITS = 3;

  private final URI url;
  private final byte[] request;
  private final byte[] expected;
  private final long end;

  private HttpLoad(URI url, byte[] body, int seconds) throws IOException {
    this.url = url;
    byte[] head = ("POST /score HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    this.request = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      this.expected = ask(socket, new BufferedInputStream(socket.getInputStream()));
    }
    this.end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  /** What one client saw. */
  private record Seen(long errors, long connections, Histogram nanoseconds) {}

  private Seen client() {
    Histogram times = new Histogram(1, LONGEST, DIGITS);
    long errors = 0;
    long connections = 0;
    while (System.nanoTime() < end) {
      try (Socket socket = new Socket(url.getHost(), url.getPort())) {
        connections++;
        socket.setTcpNoDelay(true);
        InputStream in = new BufferedInputStream(socket.getInputStream());
        while (System.nanoTime() < end) {
          long began = System.nanoTime();
          byte[] answer = ask(socket, in);
          times.recordValue(Math.min(LONGEST, System.nanoTime() - began));
          errors += Arrays.equals(expected, answer) ? 0 : 1;
        }
      } catch (IOException e) {
        errors++;
        System.err.println(e);
      }
    }
    return new Seen(errors, connections, times);
  }

  /** The body of the answer. */
  private byte[] ask(Socket socket, InputStream in) throws IOException {
    socket.getOutputStream().write(request);
    String status = line(in);
    int length = -1;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).trim());
      }
    }
    byte[] body = in.readNBytes(Math.max(length, 0));
    if (!status.startsWith("HTTP/1.1 200 ") || body.length != length) {
      throw new IOException(status + ": " + new String(body, StandardCharsets.UTF_8));
    }
    return body;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection was closed after '" + text + "'");
      }
      text.append((char) next);
    }
    return text.toString().trim();
  }

  public static void main(String[] arguments) throws Exception {
    int clients = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 64;
    int seconds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 60;
    HttpLoad load = new HttpLoad(URI.create(arguments[0]), Files.readAllBytes(Path.of(arguments[1])), seconds);
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    List<Callable<Seen>> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      all.add(load::client);
    }
    Histogram times = new Histogram(1, LONGEST, DIGITS);
    long errors = 0;
    long connections = 0;
    for (Future<Seen> client : threads.invokeAll(all)) {
      times.add(client.get().nanoseconds);
      errors += client.get().errors;
      connections += client.get().connections;
    }
    threads.shutdown();
    System.out.printf(
        Locale.ROOT, "%d clients, %d s: %d requests over %d connections, %d errors; p50 %.3f ms, p99 %.3f ms%n",
        clients, seconds, times.getTotalCount(), connections, errors, times.getValueAtPercentile(50) / 1e6, times.getValueAtPercentile(99) / 1e6);
  }
}
