package io.dimsieve.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import org.junit.jupiter.api.Test;

class DeviceTest {

  @Test
  void namesRoundTripInAnyCase() {
    for (Device device : Device.values()) {
      assertSame(device, Device.of(device.toString()));
      assertSame(device, Device.of(device.name()));
    }
    assertEquals("cpu", Device.CPU.toString());
  }

  @Test
  void unknownNameListsTheKnownOnes() {
    ConfigurationException e = assertThrows(ConfigurationException.class, () -> Device.of("tpu"));
    assertEquals("unknown device 'tpu': cpu, cuda or auto", e.getMessage());
  }
}
