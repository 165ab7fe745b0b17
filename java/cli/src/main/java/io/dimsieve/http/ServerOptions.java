package io.dimsieve.http;

import io.dimsieve.ConfigurationException;

/**
 * What a server accepts, and how much of it at once.
 *
 * @param host name or address to listen on
 * @param port 0 for any free one
 * @param threads requests that are scored at the same time
 * @param queue requests that wait for one of them; what comes on top is answered 503
 * @param maxBody bytes of a request body
 * @param maxRows rows of a request
 * @param timeoutSeconds in which a client must have sent its request, and again in which it must have its answer
 */
public record ServerOptions(String host, int port, int threads, int queue, int maxBody, int maxRows, int timeoutSeconds) {

  /** Checks the options; a bad one is a {@link ConfigurationException}. */
  public ServerOptions {
    check("port", port, 0, 65_535);
    check("threads", threads, 1, 1024);
    check("queue", queue, 0, 100_000);
    check("max-body", maxBody, 1, 1 << 30);
    check("max-rows", maxRows, 1, 1 << 16);
    check("timeout", timeoutSeconds, 1, 3600);
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ConfigurationException(name + " must be from " + least + " to " + most + ", is " + value);
    }
  }
}
