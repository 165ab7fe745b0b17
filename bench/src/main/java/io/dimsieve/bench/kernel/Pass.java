package io.dimsieve.bench.kernel;

/** Which way an operation runs. */
public enum Pass {
  FORWARD,
  BACKWARD
}
