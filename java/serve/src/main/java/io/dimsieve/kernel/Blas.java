package io.dimsieve.kernel;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * The BLAS library that matrix products call. On the CPU MKL when its JavaCPP presets are on the class path, otherwise OpenBLAS. On CUDA the cuBLAS that JavaCPP's
 * CUDA presets bring or find, or one that the system's loader finds by name; without one the back end has kernels of its own. The system property
 * {@code dimsieve.cublas.library} names the file of the only cuBLAS to try.
 */
final class Blas {

  private record Candidate(String preset, String library) {}

  private static final Candidate[] CANDIDATES = {
    new Candidate("org.bytedeco.mkl.global.mkl_rt", "libmkl_rt"),
    new Candidate("org.bytedeco.openblas.global.openblas_nolapack", "libopenblas"),
  };

  private static final String CUBLAS_PRESET = "org.bytedeco.cuda.global.cublas";
  private static final List<String> CUBLAS = List.of("libcublas.so.13", "libcublas.so.12");

  private Blas() {}

  /** The file of the only cuBLAS to try, null for none. */
  static String override() {
    return System.getProperty("dimsieve.cublas.library");
  }

  /** Libraries to bind, by path or by name, best first. */
  static List<String> of(Device device) {
    if (device == Device.CUDA) {
      String only = override();
      if (only != null) {
        return List.of(only);
      }
      load(CUBLAS_PRESET); // loads cuBLAS too where it can; the loader then knows it by its name
      return CUBLAS;
    }
    List<String> found = new ArrayList<>();
    for (Candidate candidate : CANDIDATES) {
      String glue = load(candidate.preset());
      if (glue != null) {
        File[] libraries = new File(glue).getParentFile().listFiles((folder, name) -> name.startsWith(candidate.library()));
        if (libraries != null && libraries.length > 0) {
          found.add(libraries[0].getAbsolutePath());
        }
      }
    }
    return found;
  }

  private static String load(String preset) {
    try {
      return Loader.load(Class.forName(preset, false, Blas.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }
}
