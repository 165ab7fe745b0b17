package io.dimsieve.kernel;

import io.dimsieve.ModelFormatException;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/** Files mapped to memory for reading, of any size; processes that map the same file share its pages. */
public final class MappedFile {

  private MappedFile() {}

  /**
   * Maps a file. It may be replaced or removed meanwhile, but must not be changed in place or cut: touching a page that is gone ends the process.
   *
   * @throws ModelFormatException when it cannot be opened, or is empty
   */
  public static Block map(Path path) {
    Loader.load(Native.class);
    byte[] text = new byte[512];
    try (Block out = HostAllocator.INSTANCE.allocate(2L * Long.BYTES)) {
      if (Native.ds_map(path.toString(), out.address(), ByteBuffer.wrap(text), text.length) != 0) {
        throw new ModelFormatException(path.toString(), "cannot be mapped to memory: " + NativeLibrary.string(text));
      }
      return new Block(out.view().getLong(0), out.view().getLong(8), Native::ds_unmap);
    }
  }
}
