package io.dimsieve.kernel;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * The BLAS library that matrix products call. On the CPU MKL when its JavaCPP presets are on the class path, otherwise oneDNN. On CUDA the cuBLAS that JavaCPP's
 * CUDA presets bring or find, or one that the system's loader finds by name; without one the back end has kernels of its own. The system property
 * {@code dimsieve.cublas.library} names the file of the only cuBLAS to try.
 */
final class Blas {

  private static final String MKL_PRESET = "org.bytedeco.mkl.global.mkl_rt";
  private static final String MKL = "libmkl_rt";
  private static final String DNNL_RESOURCES = "/org/bytedeco/dnnl/";
  private static final String DNNL = "libdnnl.so";

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
    String glue = load(MKL_PRESET);
    if (glue != null) {
      add(found, new File(glue).getParentFile(), MKL);
    }
    add(found, dnnl(), DNNL);
    return found;
  }

  private static void add(List<String> found, File folder, String library) {
    File[] libraries = folder == null ? null : folder.listFiles((in, name) -> name.startsWith(library));
    if (libraries != null && libraries.length > 0) {
      found.add(libraries[0].getAbsolutePath());
    }
  }

  /** The folder of the presets' oneDNN; not through their glue, which wants OpenCL. */
  private static File dnnl() {
    try {
      return Loader.cacheResource(Blas.class, DNNL_RESOURCES + Loader.getPlatform());
    } catch (IOException e) {
      return null;
    }
  }

  private static String load(String preset) {
    try {
      return Loader.load(Class.forName(preset, false, Blas.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }
}
