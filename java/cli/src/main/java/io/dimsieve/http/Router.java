package io.dimsieve.http;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import io.dimsieve.DimsieveException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Finds out what a request asks for, and sends one answer, whatever happens. */
final class Router {

  /** Bytes of a body that is too large which are read and dropped, so that the client gets to read the answer. */
  private static final int DROPPED = 8 << 20;
  private static final String JSON = "application/json";

  private final ScoringServer server;
  private final int maxBody;
  private final Consumer<String> log;

  Router(ScoringServer server, int maxBody, Consumer<String> log) {
    this.server = server;
    this.maxBody = maxBody;
    this.log = log;
  }

  /** Answers a request; the connection stays open for the next one, unless this one failed. */
  void handle(HttpExchange exchange) {
    boolean counted = server.enter();
    try {
      answer(exchange, counted);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the server was closed, and the connection with it
      exchange.close();
    } catch (IOException e) {
      server.metrics().aborted();
      exchange.close();
    } finally {
      if (counted) {
        server.leave();
      }
    }
  }

  private void answer(HttpExchange exchange, boolean counted) throws IOException, InterruptedException {
    try {
      route(exchange, counted);
    } catch (Refusal e) {
      send(exchange, e.status(), JSON, error(e.getMessage()));
    } catch (RuntimeException e) {
      log.accept((e instanceof DimsieveException ? "a request failed: " : "defect: ") + e);
      send(exchange, 500, JSON, error(e instanceof DimsieveException ? e.getMessage() : "internal error"));
    }
  }

  private void route(HttpExchange exchange, boolean counted) throws IOException, InterruptedException {
    String path = exchange.getRequestURI().getPath();
    switch (path == null ? "" : path) {
      case "/score" -> {
        allow(exchange, "POST");
        score(exchange, counted);
      }
      case "/health" -> {
        allow(exchange, "GET, HEAD");
        JsonObject health = new JsonObject();
        health.addProperty("status", server.draining() ? "stopping" : "ok");
        health.addProperty("model", server.model().file().toString());
        health.addProperty("model_version", server.model().slot().version());
        send(exchange, server.draining() ? 503 : 200, JSON, health + "\n");
      }
      case "/metrics" -> {
        allow(exchange, "GET, HEAD");
        send(exchange, 200, Prometheus.CONTENT_TYPE, server.metrics().page(server.model(), server.underWay()));
      }
      default -> throw new Refusal(404, "no such path: there are /score, /health and /metrics");
    }
  }

  private void score(HttpExchange exchange, boolean counted) throws IOException, InterruptedException {
    long began = System.nanoTime();
    if (!counted) {
      exchange.getResponseHeaders().set("Connection", "close");
      throw new Refusal(503, "the server is stopping");
    }
    String answer = server.lanes().score(body(exchange));
    server.metrics().scored(System.nanoTime() - began);
    send(exchange, 200, JSON, answer);
  }

  private static void allow(HttpExchange exchange, String methods) {
    if (!(methods + ",").contains(exchange.getRequestMethod() + ",")) {
      exchange.getResponseHeaders().set("Allow", methods);
      throw new Refusal(405, "only " + methods + " here");
    }
  }

  private byte[] body(HttpExchange exchange) throws IOException {
    InputStream in = exchange.getRequestBody();
    byte[] body = in.readNBytes(maxBody);
    if (body.length == maxBody && in.read() >= 0) {
      byte[] dropped = new byte[1 << 13];
      for (int left = DROPPED; left > 0 && in.readNBytes(dropped, 0, dropped.length) == dropped.length; ) {
        left -= dropped.length;
      }
      exchange.getResponseHeaders().set("Connection", "close");
      throw new Refusal(413, "more than " + maxBody + " bytes");
    }
    return body;
  }

  private static String error(String message) {
    JsonObject error = new JsonObject();
    error.addProperty("error", message);
    return error + "\n";
  }

  private void send(HttpExchange exchange, int status, String type, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    if (status == 503) {
      exchange.getResponseHeaders().set("Retry-After", "1");
    }
    server.metrics().answered(status); // before the client can know
    boolean bodyless = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, bodyless ? -1 : bytes.length);
    if (!bodyless) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.getResponseBody().close();
  }
}
