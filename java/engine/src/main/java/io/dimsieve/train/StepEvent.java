package io.dimsieve.train;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One training step, for Java Flight Recorder; off unless a recording enables it by name. A {@link TrainingStep} has one, used again for every step. */
@Name("io.dimsieve.TrainingStep")
@Label("Training Step")
@Category("Dimsieve")
@Description("Forward, backward and update of one batch; on cuda the time until they are asked for")
@Enabled(false)
@StackTrace(false)
final class StepEvent extends Event {

  @Label("Step")
  long step;

  @Label("Rows")
  int rows;
}
