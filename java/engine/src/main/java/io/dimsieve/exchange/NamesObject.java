package io.dimsieve.exchange;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.dimsieve.ModelFormatException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A JSON object of a names file that knows its place, so that every error names file and key; keys that nobody asks for are
 * refused.
 */
final class NamesObject {

  private final Path file;
  private final String place;
  private final JsonObject object;
  private final Set<String> asked = new LinkedHashSet<>();

  private NamesObject(Path file, String place, JsonObject object) {
    this.file = file;
    this.place = place;
    this.object = object;
  }

  static NamesObject read(Path file) {
    try {
      String text = Files.readString(file);
      refuseTwins(file, reader(text), "");
      JsonReader reader = reader(text);
      JsonElement all = JsonParser.parseReader(reader);
      if (!all.isJsonObject() || reader.peek() != JsonToken.END_DOCUMENT) {
        throw new ModelFormatException(file.toString(), "is not one JSON object");
      }
      return new NamesObject(file, "", all.getAsJsonObject());
    } catch (IOException | JsonParseException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new ModelFormatException(file.toString(), Files.exists(file) ? "cannot be read: " + reason : "does not exist", e);
    }
  }

  private static JsonReader reader(String text) {
    JsonReader reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.STRICT);
    return reader;
  }

  /** Refuses a key that an object has twice, which the parser would let pass. */
  private static void refuseTwins(Path file, JsonReader reader, String place) throws IOException {
    switch (reader.peek()) {
      case BEGIN_OBJECT -> {
        Set<String> keys = new HashSet<>();
        for (reader.beginObject(); reader.hasNext(); ) {
          String key = reader.nextName();
          if (!keys.add(key)) {
            throw new ModelFormatException(file.toString(), place + key + ": is there twice");
          }
          refuseTwins(file, reader, place + key + ".");
        }
        reader.endObject();
      }
      case BEGIN_ARRAY -> {
        for (reader.beginArray(); reader.hasNext(); ) {
          refuseTwins(file, reader, place);
        }
        reader.endArray();
      }
      default -> reader.skipValue();
    }
  }

  /** The file, from which other files' names are taken. */
  Path file() {
    return file;
  }

  boolean has(String key) {
    asked.add(key);
    return object.has(key);
  }

  Set<String> keys() {
    return object.keySet();
  }

  ModelFormatException wrong(String key, String message) {
    return new ModelFormatException(file.toString(), place + key + ": " + message);
  }

  /** The value of a key that must be there. */
  JsonElement value(String key) {
    if (!has(key)) {
      throw wrong(key, "is missing");
    }
    return object.get(key);
  }

  NamesObject object(String key) {
    JsonElement value = value(key);
    if (!value.isJsonObject()) {
      throw wrong(key, "expected an object, found " + shown(value));
    }
    return new NamesObject(file, place + key + ".", value.getAsJsonObject());
  }

  String text(String key) {
    if (value(key) instanceof JsonPrimitive primitive && primitive.isString()) {
      return primitive.getAsString();
    }
    throw wrong(key, "expected a text, found " + shown(value(key)));
  }

  /** A whole number from 0 on. */
  int whole(String key) {
    return whole(key, value(key));
  }

  /** A whole number from 0 on, such as an element of the list that the key has. */
  int whole(String key, JsonElement value) {
    if (value instanceof JsonPrimitive primitive && primitive.isNumber() && primitive.getAsString().matches("0|[1-9][0-9]{0,8}")) {
      return primitive.getAsInt();
    }
    throw wrong(key, "expected a whole number from 0 to 999999999, found " + shown(value));
  }

  double number(String key) {
    if (value(key) instanceof JsonPrimitive primitive && primitive.isNumber()) {
      return primitive.getAsDouble();
    }
    throw wrong(key, "expected a number, found " + shown(value(key)));
  }

  boolean flag(String key) {
    if (value(key) instanceof JsonPrimitive primitive && primitive.isBoolean()) {
      return primitive.getAsBoolean();
    }
    throw wrong(key, "expected true or false, found " + shown(value(key)));
  }

  /** Refuses what has not been asked for. */
  void refuseOthers() {
    for (String key : object.keySet()) {
      if (!asked.contains(key)) {
        throw wrong(key, "is not known here; expected " + asked);
      }
    }
  }

  static String shown(JsonElement value) {
    String text = value.toString();
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }
}
