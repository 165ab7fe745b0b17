package io.dimsieve.kernel;

import io.dimsieve.ConfigurationException;
import java.util.Locale;

/** What computations run on. */
public enum Device {
  CPU,
  CUDA,
  /** CUDA where a card and a build for it exist, otherwise the CPU; the choice is told in {@link Backend#description()}. */
  AUTO;

  /** Reads a device name as users write it. */
  public static Device of(String name) {
    for (Device device : values()) {
      if (device.name().equalsIgnoreCase(name)) {
        return device;
      }
    }
    throw new ConfigurationException("unknown device '" + name + "': cpu, cuda or auto");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
