package io.dimsieve.cli;

import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Device;
import picocli.CommandLine.Option;

/** Options of every verb that computes. */
final class EngineOptions {

  @Option(names = "--device", defaultValue = "cpu", description = "cpu, cuda or auto (default: ${DEFAULT-VALUE})")
  private String device;

  @Option(names = "--threads", description = "threads of the CPU pool; results do not depend on it (default: all cores)")
  private Integer threads;

  @Option(names = "--isa", description = "instruction set: baseline, avx2 or avx512 (default: the best this machine has)")
  private String isa;

  @Option(names = "--tf32", description = "cuda: matrix products may round their factors to TF32 (10 bits of fraction), which is faster")
  private boolean tf32;

  Backend open() {
    return Backend.open(Device.of(device), threads == null ? Runtime.getRuntime().availableProcessors() : threads, isa, tf32);
  }
}
