package io.dimsieve;

/** Where long work reports how far it is. Called from one thread. */
public interface Progress {

  /** Ignores everything. */
  Progress NONE = new Progress() {
    @Override
    public void begin(String stage, long total) {}

    @Override
    public void advance(long done, String detail) {}

    @Override
    public void end(String summary) {}
  };

  /**
   * A stage begins.
   *
   * @param total amount of work, or -1 when it is not known
   */
  void begin(String stage, long total);

  /**
   * Reports the state of the current stage.
   *
   * @param done work done since {@link #begin}, in the unit of its total
   * @param detail a few words such as the current loss; may be empty
   */
  void advance(long done, String detail);

  /** The current stage ended. */
  void end(String summary);
}
