package io.dimsieve.kernel.preset;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/**
 * Tells JavaCPP how to turn the native headers into {@code io.dimsieve.kernel.binding.Native}: every pointer becomes a {@code long}, so
 * that a call unwraps no object (about 17 ns instead of 27) and allocates none.
 */
@Properties(
    value = @Platform(
        include = {"dimsieve.h", "dimsieve_loader.h", "dimsieve_kernels.h"},
        compiler = "cpp17",
        link = "dl",
        library = BindingName.VALUE),
    target = "io.dimsieve.kernel.binding",
    global = "io.dimsieve.kernel.binding.Native")
public class NativePreset implements InfoMapper {

  private static final String[] ADDRESSES = {
    "ds_u8_in", "ds_f32_in", "ds_f32", "ds_f64_in", "ds_f64", "ds_i32_in", "ds_i32", "ds_i64_in", "ds_i64", "ds_address", "ds_address_in", "ds_stream",
    "ds_handle"
  };

  @Override
  public void map(InfoMap map) {
    for (String address : ADDRESSES) {
      map.put(new Info(address).cast().valueTypes("long"));
    }
    map.put(new Info("DS_ENTRY").cppTypes().annotations());
    map.put(new Info("ds_backend", "ds_backend_get_function", "dimsieve.h").skip());
    map.put(new Info("ds_open").javaNames("open"));
  }
}
