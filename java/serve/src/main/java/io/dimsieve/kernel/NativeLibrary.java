package io.dimsieve.kernel;

import io.dimsieve.ConfigurationException;
import io.dimsieve.kernel.binding.Native;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;

/**
 * Finds and opens the back-end libraries that travel in the jar. The system property {@code dimsieve.cuda.library} (or {@code dimsieve.cpu.library}) names a
 * file to open in place of one of them: the emulated CUDA back end in tests, a build for another card.
 */
final class NativeLibrary {

  private NativeLibrary() {}

  /**
   * Opens a back end.
   *
   * @param name "cpu" or "cuda"
   * @param isa instruction set, or null for the best this machine has
   * @return the handle every native call takes first
   */
  static long open(String name, String isa) {
    String other = override(name);
    String path = other == null ? extract(name) : other;
    byte[] text = new byte[512];
    long handle = Native.open(path, isa, java.nio.ByteBuffer.wrap(text), text.length);
    if (handle == 0) {
      throw new ConfigurationException("cannot use the " + name + " back end: " + string(text));
    }
    return handle;
  }

  /** The file that is opened in place of the jar's, null for none. */
  static String override(String name) {
    return System.getProperty("dimsieve." + name + ".library");
  }

  /** The names of the kernels, in the order of the registry. */
  static List<String> kernels() {
    load();
    List<String> names = new ArrayList<>();
    for (BytePointer name; (name = Native.ds_kernel_name(names.size())) != null; ) {
      names.add(name.getString());
    }
    return List.copyOf(names);
  }

  /** Loads the binding; the name of its platform. */
  private static String load() {
    try {
      Loader.load(Native.class);
      return Loader.getPlatform();
    } catch (LinkageError e) {
      throw new ConfigurationException("no native code for this platform (" + Loader.getPlatform() + "): " + e.getMessage(), e);
    }
  }

  /** Path of the library on disk, unpacked from the jar when needed. */
  private static String extract(String name) {
    String folder = load();
    Properties index = new Properties();
    try (InputStream in = NativeLibrary.class.getResourceAsStream(folder + "/libraries.properties")) {
      if (in == null) {
        throw new ConfigurationException("the native libraries for " + folder + " are not on the class path");
      }
      index.load(in);
      String file = index.getProperty(name);
      URL resource = file == null ? null : NativeLibrary.class.getResource(folder + "/" + file);
      if (resource == null) {
        throw new ConfigurationException("the " + name + " back end is not on the class path (" + folder + "/" + file + ")");
      }
      return Loader.cacheResource(resource).getAbsolutePath();
    } catch (IOException e) {
      throw new ConfigurationException("cannot unpack the " + name + " back end: " + e.getMessage(), e);
    }
  }

  /** A C string in a byte array. */
  static String string(byte[] text) {
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, java.nio.charset.StandardCharsets.UTF_8);
  }
}
