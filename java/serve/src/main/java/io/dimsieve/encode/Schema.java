package io.dimsieve.encode;

import io.dimsieve.ConfigurationException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The label and the fields of a data set, in table order. As JSON, with the defaults of the optional keys shown:
 *
 * <pre>
 * {"label": {"column": "click", "positiveAbove": null, "dropEqual": null},
 *  "fields": [{"name": "site", "kind": "categorical", "bucketizer": "none", "minCount": 1, "hashBuckets": 0}]}
 * </pre>
 *
 * @param label null for rows of which no label is asked, see {@link #unlabeled}
 */
public record Schema(LabelRule label, List<Field> fields) {

  private static final long MAX_BYTES = 16 << 20;

  /** Checks the schema; a bad one is a {@link ConfigurationException}. */
  public Schema {
    fields = List.copyOf(fields);
    if (fields.isEmpty()) {
      throw new ConfigurationException("fields is empty, at least one field is needed");
    }
    Set<String> names = new HashSet<>();
    for (Field field : fields) {
      if (!names.add(field.name())) {
        throw new ConfigurationException("field '" + field.name() + "' is named twice");
      }
    }
    if (label != null && names.contains(label.column())) {
      throw new ConfigurationException("field '" + label.column() + "' is the label column, a model must not see it");
    }
  }

  /** The same fields of rows that need not have a label, as those that are scored. */
  public Schema unlabeled() {
    return new Schema(null, fields);
  }

  /** Reads a schema file; an unreadable or bad one is a {@link ConfigurationException} with file, line, column and JSON path. */
  public static Schema parse(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigurationException(file + ": " + Files.size(file) + " bytes, a schema has at most " + MAX_BYTES);
      }
      return SchemaJson.read(file.toString(), Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new ConfigurationException(file + ": not valid UTF-8", e);
    } catch (IOException e) {
      throw new ConfigurationException(file + ": cannot read the schema: " + e, e);
    }
  }

  /** Reads a schema that some other file carries; errors begin with {@code schema:line:column}. */
  public static Schema fromJson(String json) {
    return SchemaJson.read("schema", json);
  }

  /** The canonical text of this schema: one line, every key, fixed order; {@link #fromJson} reads it back to an equal schema. */
  public String toJson() {
    return SchemaJson.write(this);
  }
}
