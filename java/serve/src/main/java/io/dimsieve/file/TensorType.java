package io.dimsieve.file;

/** Element types of a tensor file; the names are those of the safetensors format. Values are little-endian. */
public enum TensorType {
  F32(4),
  F64(8),
  I32(4),
  I64(8),
  U8(1),
  U32(4);

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element. */
  public int bytes() {
    return bytes;
  }
}
