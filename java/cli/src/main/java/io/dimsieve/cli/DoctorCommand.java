package io.dimsieve.cli;

import io.dimsieve.ConfigurationException;
import io.dimsieve.kernel.Backend;
import io.dimsieve.kernel.Device;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "doctor", mixinStandardHelpOptions = true, description = "Tells what this machine offers and what would be used.")
final class DoctorCommand implements Callable<Integer> {

  @Override
  public Integer call() {
    Runtime runtime = Runtime.getRuntime();
    System.out.println("java      " + Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
    System.out.println("system    " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", " + runtime.availableProcessors()
        + " cores, heap up to " + (runtime.maxMemory() >> 20) + " MiB");
    for (String isa : new String[] {"baseline", "avx2", "avx512"}) {
      System.out.println(String.format("%-9s ", isa) + state(Device.CPU, isa));
    }
    System.out.println("cpu       " + state(Device.CPU, null));
    System.out.println("cuda      " + state(Device.CUDA, null));
    System.out.println("cublas    " + cublas());
    return 0;
  }

  private static String cublas() {
    try {
      return "ok: " + Backend.cublas();
    } catch (ConfigurationException e) {
      return "no: " + e.getMessage();
    }
  }

  private static String state(Device device, String isa) {
    try (Backend backend = Backend.open(device, Runtime.getRuntime().availableProcessors(), isa)) {
      return "ok: " + backend.description();
    } catch (ConfigurationException e) {
      return "no: " + e.getMessage();
    }
  }
}
