package io.dimsieve.study;

import io.dimsieve.Progress;
import java.util.Locale;

/** Shows the many stages of a run, search or training, as one stage of a study: where it is, and how long the rest may take. */
final class RunProgress implements Progress {

  private final Progress outer;
  private final int total;
  private int done;
  private double seconds;
  private int timed;
  private String title = "";

  /**
   * The progress of a study.
   *
   * @param total runs of the whole study
   * @param done of them already
   */
  RunProgress(Progress outer, int total, int done) {
    this.outer = outer;
    this.total = total;
    this.done = done;
  }

  /** A run takes about that long. */
  void took(double runSeconds) {
    seconds += runSeconds;
    timed++;
  }

  /** Work on something begins. */
  void start(String what) {
    title = "run " + Math.min(total, done + 1) + " of " + total + (timed == 0 ? "" : ", " + time(seconds / timed * (total - done)) + " left") + ": " + what;
    outer.begin(title, -1);
  }

  /** A run is finished. */
  void finished(String result) {
    done++;
    outer.begin(title, -1);
    outer.end(result);
  }

  private static String time(double left) {
    return left < 90 ? String.format(Locale.ROOT, "%.0f s", left)
        : left < 5400 ? String.format(Locale.ROOT, "%.0f min", left / 60) : String.format(Locale.ROOT, "%.1f h", left / 3600);
  }

  @Override
  public void begin(String stage, long work) {
    outer.begin(title + ", " + stage, work);
  }

  @Override
  public void advance(long work, String detail) {
    outer.advance(work, detail);
  }

  @Override
  public void end(String summary) {
    // One line a run: what its epochs brought stands in its training curve.
  }
}
