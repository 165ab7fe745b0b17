package io.dimsieve.serve;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One call of a scorer, for Java Flight Recorder; off unless a recording enables it by name. A scorer has one, used again for every call. */
@Name("io.dimsieve.Score")
@Label("Score")
@Category("Dimsieve")
@Description("A call that scored rows with a model")
@Enabled(false)
@StackTrace(false)
final class ScoreEvent extends Event {

  @Label("Rows")
  int rows;

  @Label("Model Version")
  long modelVersion;

  @Label("Failed")
  boolean failed;
}
