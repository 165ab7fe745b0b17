package io.dimsieve.tensor;

import io.dimsieve.kernel.Backend;
import io.dimsieve.memory.Allocator;
import io.dimsieve.memory.Block;
import io.dimsieve.memory.HostAllocator;

/**
 * A dense row-major matrix [rows, columns] in device memory. It does not own its memory: the allocator it was made with does.
 *
 * @param type type of the elements
 */
public record Tensor(Backend backend, Type type, long address, long rows, long columns) {

  /** Element types of the native interface. */
  public enum Type {
    F32(4),
    F64(8),
    I32(4),
    I64(8);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }

    public int bytes() {
      return bytes;
    }
  }

  /** A zero-filled tensor in memory of {@code owner}, which must allocate on {@code backend}. */
  public static Tensor allocate(Backend backend, Allocator owner, Type type, long rows, long columns) {
    Block block = owner.allocate(Math.multiplyExact(Math.multiplyExact(rows, columns), type.bytes));
    return new Tensor(backend, type, block.address(), rows, columns);
  }

  /** A matrix of floats. */
  public static Tensor floats(Backend backend, Allocator owner, long rows, long columns) {
    return allocate(backend, owner, Type.F32, rows, columns);
  }

  public static Tensor of(Backend backend, Allocator owner, int... values) {
    Tensor tensor = allocate(backend, owner, Type.I32, 1, values.length);
    try (Block host = HostAllocator.INSTANCE.allocate(4L * values.length)) {
      for (int i = 0; i < values.length; i++) {
        host.view().putInt(4 * i, values[i]);
      }
      backend.copyIn(tensor.address, host.address(), host.bytes());
    }
    return tensor;
  }

  public static Tensor of(Backend backend, Allocator owner, long... values) {
    Tensor tensor = allocate(backend, owner, Type.I64, 1, values.length);
    tensor.set(values);
    return tensor;
  }

  public long size() {
    return rows * columns;
  }

  public long bytes() {
    return size() * type.bytes;
  }

  /** Overwrites an I64 tensor. */
  public void set(long... values) {
    try (Block host = HostAllocator.INSTANCE.allocate(8L * values.length)) {
      for (int i = 0; i < values.length; i++) {
        host.view().putLong(8 * i, values[i]);
      }
      backend.copyIn(address, host.address(), host.bytes());
    }
  }

  /** Overwrites elements of an F32 tensor from {@code offset} on. */
  public void set(long offset, float[] values) {
    checkRange(offset, values.length);
    try (Block host = HostAllocator.INSTANCE.allocate(4L * values.length)) {
      for (int i = 0; i < values.length; i++) {
        host.view().putFloat(4 * i, values[i]);
      }
      backend.copyIn(address + 4 * offset, host.address(), host.bytes());
    }
  }

  /** Elements of an F32 tensor, {@code length} of them from {@code offset} on. */
  public float[] get(long offset, int length) {
    checkRange(offset, length);
    float[] values = new float[length];
    try (Block host = HostAllocator.INSTANCE.allocate(4L * length)) {
      backend.copyOut(host.address(), address + 4 * offset, host.bytes());
      for (int i = 0; i < length; i++) {
        values[i] = host.view().getFloat(4 * i);
      }
    }
    return values;
  }

  /** All elements of an F32 tensor. */
  public float[] toArray() {
    return get(0, Math.toIntExact(size()));
  }

  /** All elements of an F64 tensor. */
  public double[] toDoubles() {
    double[] values = new double[Math.toIntExact(size())];
    try (Block host = HostAllocator.INSTANCE.allocate(8L * values.length)) {
      backend.copyOut(host.address(), address, host.bytes());
      for (int i = 0; i < values.length; i++) {
        values[i] = host.view().getDouble(8 * i);
      }
    }
    return values;
  }

  private void checkRange(long offset, int length) {
    if (type != Type.F32 || offset < 0 || offset > size() - length) {
      throw new IndexOutOfBoundsException("elements [" + offset + ", " + offset + "+" + length + ") of a " + type + " tensor of " + size());
    }
  }
}
