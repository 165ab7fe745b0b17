package io.dimsieve.http;

/**
 * Settings of the JDK's HTTP server that it has as system properties only, and reads once per process: so they are set before the first server is made, and those
 * a user has set stay.
 */
final class HttpSettings {

  private HttpSettings() {}

  static void apply(int timeoutSeconds) {
    String seconds = Integer.toString(timeoutSeconds);
    set("sun.net.httpserver.maxReqTime", seconds); // from the first byte of a request to the last
    set("sun.net.httpserver.maxRspTime", seconds); // from there to the last byte of the answer
    set("sun.net.httpserver.nodelay", "true"); // head and body of an answer are two writes: without this the second waits for an acknowledgement
  }

  private static void set(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
