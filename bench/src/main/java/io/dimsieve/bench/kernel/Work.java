package io.dimsieve.bench.kernel;

/**
 * What a call must do.
 *
 * @param bytes least that must move
 * @param flops least that must be done
 * @param seconds at the machine's ceilings
 */
record Work(double bytes, double flops, double seconds) {

  Work plus(Work other) {
    return new Work(bytes + other.bytes, flops + other.flops, seconds + other.seconds);
  }
}
