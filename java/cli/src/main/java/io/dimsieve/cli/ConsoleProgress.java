package io.dimsieve.cli;

import io.dimsieve.Progress;
import java.io.PrintStream;

/** Progress for people: a bar that is redrawn on a terminal, one line per stage otherwise. */
final class ConsoleProgress implements Progress {

  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = 100_000_000L;

  private final PrintStream out;
  private final boolean terminal;
  private String stage = "";
  private long total;
  private long drawn;

  ConsoleProgress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public void begin(String name, long work) {
    stage = name;
    total = work;
    drawn = 0;
  }

  @Override
  public void advance(long done, String detail) {
    long now = System.nanoTime();
    if (!terminal || now - drawn < REDRAW_NANOS) {
      return;
    }
    drawn = now;
    if (total > 0) {
      int filled = (int) (WIDTH * Math.min(done, total) / total);
      out.print("\r\u001b[K" + stage + " [" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + 100 * done / total + "% " + detail);
    } else {
      out.print("\r\u001b[K" + stage + " " + done + " " + detail);
    }
    out.flush();
  }

  @Override
  public void end(String summary) {
    out.println((terminal ? "\r\u001b[K" : "") + stage + ": " + summary);
  }
}
