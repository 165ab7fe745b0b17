package io.dimsieve.file;

import io.dimsieve.ConfigurationException;
import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.Schema;
import io.dimsieve.encode.Vocabulary;
import java.util.ArrayList;
import java.util.List;

/**
 * The encoder inside a tensor file: the schema as metadata {@code schema}; for each field i with a vocabulary its values in id
 * order, {@code vocabulary.i.utf8} (U8, all values joined) and {@code vocabulary.i.offsets} (I64, n+1 positions). A hashed field
 * has neither.
 */
public final class EncoderTensors {

  private static final String SCHEMA = "schema";

  private EncoderTensors() {}

  /** Adds metadata and tensors to a layout. */
  public static void declare(TensorLayout layout, Encoder encoder) {
    layout.metadata(SCHEMA, encoder.schema().toJson());
    for (int field = 0; field < encoder.fields(); field++) {
      Vocabulary vocabulary = encoder.vocabulary(field);
      if (vocabulary != null) {
        layout.tensor(utf8(field), TensorType.U8, vocabulary.utf8().length);
        layout.tensor(offsets(field), TensorType.I64, vocabulary.offsets().length);
      }
    }
  }

  /** Fills the declared tensors. */
  public static void write(TensorFileWriter writer, Encoder encoder) {
    for (int field = 0; field < encoder.fields(); field++) {
      Vocabulary vocabulary = encoder.vocabulary(field);
      if (vocabulary != null) {
        writer.tensor(utf8(field)).append(vocabulary.utf8());
        writer.tensor(offsets(field)).append(vocabulary.offsets());
      }
    }
  }

  /** Reads and checks the encoder of a file. */
  public static Encoder read(TensorFileReader reader) {
    String json = reader.metadata(SCHEMA);
    try {
      Schema schema = Schema.fromJson(json);
      List<Vocabulary> vocabularies = new ArrayList<>();
      for (int field = 0; field < schema.fields().size(); field++) {
        vocabularies.add(schema.fields().get(field).hashed() ? null : vocabulary(reader, field));
      }
      return Encoder.of(schema, vocabularies);
    } catch (ConfigurationException | IllegalArgumentException e) {
      throw new ModelFormatException(reader.path().toString(), "the schema or a vocabulary is malformed: " + e.getMessage(), e);
    }
  }

  private static Vocabulary vocabulary(TensorFileReader reader, int field) {
    byte[] utf8 = reader.bytes(reader.tensor(utf8(field), TensorType.U8, -1));
    long[] offsets = reader.longs(reader.tensor(offsets(field), TensorType.I64, -1));
    return Vocabulary.of(utf8, offsets);
  }

  private static String utf8(int field) {
    return "vocabulary." + field + ".utf8";
  }

  private static String offsets(int field) {
    return "vocabulary." + field + ".offsets";
  }
}
