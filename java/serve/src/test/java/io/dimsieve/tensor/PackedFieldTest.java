package io.dimsieve.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables written byte by byte, as FORMAT.md has them. */
class PackedFieldTest {

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static PackedField open(PackedForm form, Precision precision, float scale, int rows, int width, ByteBuffer stored) {
    return new PackedField(
        "handmade", form, precision, scale, rows, width, stored.capacity(), (at, target) -> target.put(stored.slice((int) at, target.remaining())));
  }

  /** 3 columns; rows 0 and 1 keep two, rows 2 to 4 none, row 5 three. */
  private static ByteBuffer bands() {
    ByteBuffer b = buffer(3 * 16 + 7 * 4);
    b.putInt(0).putInt(2).putLong(48).putInt(2).putInt(0).putLong(64).putInt(5).putInt(3).putLong(64);
    for (float x : new float[] {1, 2, 3, 4, 5, 6, 7}) {
      b.putFloat(x);
    }
    return b;
  }

  private static PackedField bands(ByteBuffer stored) {
    return open(PackedForm.BANDS, Precision.F32, 0, 6, 3, stored);
  }

  /** 70 rows of 4 columns; row 1 keeps columns 0 and 3, row 66 column 2. */
  private static ByteBuffer sparse() {
    ByteBuffer b = buffer(2 * 12 + 3 * 4 + 3 + 3);
    b.putLong(0b10).putLong(0b100).putInt(0).putInt(1);
    b.putInt(0).putInt(2).putInt(3);
    b.put((byte) 10).put((byte) -20).put((byte) 127);
    b.put((byte) 0).put((byte) 3).put((byte) 2);
    return b;
  }

  private static PackedField sparse(ByteBuffer stored) {
    return open(PackedForm.SPARSE, Precision.I8, 0.5f, 70, 4, stored);
  }

  @Test
  void bandsAreReadFromAnyRowOn() {
    PackedField field = bands(bands());
    float[] all = {1, 2, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 6, 7};
    long[] kept = {3, 3, 0, 0, 0, 7};
    for (int first = 0; first < 6; first++) {
      for (int count = 0; first + count <= 6; count++) {
        float[] values = new float[3 * count];
        long[] masks = new long[count];
        field.unpack(first, count, values, masks);
        assertArrayEquals(java.util.Arrays.copyOfRange(all, 3 * first, 3 * (first + count)), values);
        assertArrayEquals(java.util.Arrays.copyOfRange(kept, first, first + count), masks);
      }
    }
    assertEquals(76, field.bytes());
    assertArrayEquals(new long[] {1, 0, 6, 3, 40, 128, 3, 0}, field.descriptor(40, 128));
  }

  @Test
  void sparseRowsAreReadFromAnyRowOn() {
    PackedField field = sparse(sparse());
    for (int first = 0; first < 70; first++) {
      float[] values = new float[4 * (70 - first)];
      long[] masks = new long[70 - first];
      field.unpack(first, 70 - first, values, masks);
      assertEquals(first <= 1 ? 5 : 0, first <= 1 ? values[4 * (1 - first)] : 0);
      assertEquals(first <= 1 ? -10 : 0, first <= 1 ? values[4 * (1 - first) + 3] : 0);
      assertEquals(first <= 66 ? 63.5f : 0, first <= 66 ? values[4 * (66 - first) + 2] : 0);
      assertEquals((first <= 1 ? 2 : 0) + (first <= 66 ? 1 : 0), java.util.Arrays.stream(masks).map(Long::bitCount).sum());
    }
    assertEquals(PackedForm.SPARSE, field.form());
    assertEquals(Precision.I8, field.precision());
    assertEquals(70, field.rows());
    assertEquals(4, field.width());
    assertArrayEquals(new long[] {2, 2, 70, 4, 0, 0, 2, Float.floatToRawIntBits(0.5f)}, field.descriptor(0, 0));
  }

  private static void refused(UnaryOperator<ByteBuffer> damage, ByteBuffer sound, java.util.function.Function<ByteBuffer, PackedField> open) {
    ModelFormatException e = assertThrows(ModelFormatException.class, () -> open.apply(damage.apply(sound)));
    assertTrue(e.getMessage().startsWith("handmade: its "), e.getMessage());
  }

  /** Byte offset and the 32-bit number put there. */
  @ParameterizedTest
  @CsvSource({
    "0,1", "0,-1", "4,-1", "4,4", "4,1", "4,3", "8,47", "8,64", "8,32", "8,0", "8,-16", "12,1", "12,-1", "16,0", "16,6", "16,1", "20,1", "24,63", "24,72", "28,1",
    "32,2", "32,6", "32,-5", "36,2", "36,4", "40,68"
  })
  void everyNumberOfABandTableIsChecked(int at, int number) {
    refused(b -> b.putInt(at, number), bands(), PackedFieldTest::bands);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0", "0,3", "8,0", "8,68", "12,1", "16,1", "16,-1", "20,0", "20,2", "24,1", "24,-1", "28,0", "28,4", "28,3", "32,2", "32,4", "32,2000000000",
    "32,-1"
  })
  void everyNumberOfASparseIndexIsChecked(int at, int number) {
    refused(b -> b.putInt(at, number), sparse(), PackedFieldTest::sparse);
  }

  @ParameterizedTest
  @CsvSource({"39,3", "39,4", "39,-1", "40,0", "40,4", "40,-128", "41,4", "41,-1", "41,64"})
  void everyColumnIsChecked(int at, byte column) {
    refused(b -> b.put(at, column), sparse(), PackedFieldTest::sparse);
  }

  @Test
  void rowsBeyondTheLastAreRefused() {
    refused(b -> b.putLong(8, 1L << 6), sparse(), PackedFieldTest::sparse);
  }

  @Test
  void tablesThatAreTooShortOrTooLongAreRefused() {
    for (int bytes = 0; bytes < 90; bytes++) {
      ByteBuffer bands = buffer(bytes).put(0, bands().array(), 0, Math.min(bytes, 76));
      ByteBuffer sparse = buffer(bytes).put(0, sparse().array(), 0, Math.min(bytes, 42));
      if (bytes != 76) {
        refused(b -> bands, bands, PackedFieldTest::bands);
      }
      if (bytes != 42) {
        refused(b -> sparse, sparse, PackedFieldTest::sparse);
      }
      if (bytes != 30) {
        refused(b -> b, buffer(bytes), b -> open(PackedForm.DENSE, Precision.F16, 0, 5, 3, b));
      }
    }
  }

  @Test
  void scalesAreCheckedWhereTheyAreUsed() {
    for (float scale : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY, 1e-40f}) {
      refused(b -> b, sparse(), b -> open(PackedForm.SPARSE, Precision.I8, scale, 70, 4, b));
      assertEquals(30, open(PackedForm.DENSE, Precision.F16, scale, 5, 3, buffer(30)).bytes());
    }
  }
}
