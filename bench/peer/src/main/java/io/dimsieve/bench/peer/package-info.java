/**
 * Dimsieve beside libraries that a user could pick instead, on the same rows, weights and labels: one main class per library, each in
 * a JVM of its own, because two copies of libtorch or two OpenMP runtimes do not live in one process. Every answer is checked against
 * sums in double before it is timed.
 */
package io.dimsieve.bench.peer;
