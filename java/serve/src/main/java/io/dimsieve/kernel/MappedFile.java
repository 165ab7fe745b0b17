package io.dimsieve.kernel;

import io.dimsieve.ModelFormatException;
import io.dimsieve.kernel.binding.Native;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/** Files mapped to memory for reading, of any size; processes that map the same file share its pages. */
public final class MappedFile {

  private static final int TEXT = 256; // bytes of a reason

  private MappedFile() {}

  /**
   * Maps a file. It may be replaced or removed meanwhile, but must not be changed in place or cut: touching a page that is gone ends the process.
   *
   * @throws ModelFormatException when it cannot be opened, or is empty
   */
  public static Block map(Path path) {
    Loader.load(Native.class);
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    try (Block text = HostAllocator.INSTANCE.allocate(Math.max(name.length + 1, TEXT));
        Block out = HostAllocator.INSTANCE.allocate(2L * Long.BYTES)) {
      text.view().putBytes(0, name);
      text.view().putByte(name.length, (byte) 0);
      if (Native.ds_map(text.address(), out.address(), text.address(), TEXT) != 0) {
        byte[] reason = new byte[TEXT];
        text.view().getBytes(0, reason);
        throw new ModelFormatException(path.toString(), "cannot be mapped to memory: " + NativeLibrary.string(reason));
      }
      return new Block(out.view().getLong(0), out.view().getLong(Long.BYTES), Native::ds_unmap);
    }
  }
}
