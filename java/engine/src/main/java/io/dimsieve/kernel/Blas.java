package io.dimsieve.kernel;

import io.dimsieve.ConfigurationException;
import java.io.File;
import org.bytedeco.javacpp.Loader;

/** The BLAS library that matrix products call: MKL when its JavaCPP presets are on the class path, otherwise OpenBLAS. */
final class Blas {

  private record Candidate(String preset, String library) {}

  private static final Candidate[] CANDIDATES = {
    new Candidate("org.bytedeco.mkl.global.mkl_rt", "libmkl_rt"),
    new Candidate("org.bytedeco.openblas.global.openblas_nolapack", "libopenblas"),
  };

  private Blas() {}

  /** Path of the shared library. */
  static String find() {
    for (Candidate candidate : CANDIDATES) {
      String glue = load(candidate.preset());
      if (glue != null) {
        File[] libraries = new File(glue).getParentFile().listFiles((folder, name) -> name.startsWith(candidate.library()));
        if (libraries != null && libraries.length > 0) {
          return libraries[0].getAbsolutePath();
        }
      }
    }
    throw new ConfigurationException("no BLAS on the class path: add org.bytedeco:openblas with its platform classifier");
  }

  private static String load(String preset) {
    try {
      return Loader.load(Class.forName(preset, false, Blas.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }
}
