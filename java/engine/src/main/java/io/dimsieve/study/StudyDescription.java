package io.dimsieve.study;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.dimsieve.ModelFormatException;
import io.dimsieve.data.Dataset;
import io.dimsieve.data.Part;
import io.dimsieve.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What all runs of a study have in common: {@code study.json} beside its runs. Methods, seeds and models may be added to a study; everything else must stay as
 * it was, for the runs that are there were made with it.
 *
 * @param dataset what the rows are: {@code source}, {@code split} and the rows of each part
 * @param fields names, in order
 * @param tableRows rows of each field's table
 * @param common settings of all runs by name: budgets, unit, dimension, model, training
 * @param methods settings by method
 */
public record StudyDescription(
    Map<String, String> dataset, List<String> fields, List<Integer> tableRows, Map<String, String> common, Map<String, Map<String, String>> methods) {

  /** Name of the file in a study's folder. */
  public static final String NAME = "study.json";

  /** The description of a study that is about to run. */
  static StudyDescription of(StudySpec spec, Dataset dataset) {
    Map<String, String> rows = new TreeMap<>(Map.of("source", dataset.source(), "split", dataset.split()));
    for (Part part : Part.values()) {
      rows.put(part.name().toLowerCase(Locale.ROOT) + " rows", String.valueOf(dataset.rows(part)));
    }
    Map<String, String> common = new TreeMap<>();
    common.put("budgets", spec.shares().toString());
    common.put("unit", spec.unit().toString());
    common.put("dimension", String.valueOf(spec.dimension()));
    common.put("retrain", spec.retrain().toString());
    flatten("model", new Gson().toJsonTree(spec.models().get(0)), common);
    flatten("train", new Gson().toJsonTree(spec.train()), common);
    common.remove("model.architecture");
    common.remove("train.seed");
    Map<String, Map<String, String>> methods = new TreeMap<>();
    spec.methods().forEach(method -> methods.put(method, new TreeMap<>(spec.settings(method))));
    return new StudyDescription(
        rows, dataset.encoder().schema().fields().stream().map(field -> field.name()).toList(),
        Arrays.stream(dataset.rows()).boxed().toList(), common, methods);
  }

  private static void flatten(String name, JsonElement value, Map<String, String> to) {
    if (value instanceof JsonObject object) {
      object.entrySet().forEach(entry -> flatten(name + "." + entry.getKey(), entry.getValue(), to));
    } else {
      to.put(name, value.isJsonPrimitive() ? value.getAsString() : value.toString());
    }
  }

  /**
   * Reads the description of a study's folder.
   *
   * @throws ModelFormatException when there is none or it is damaged
   */
  public static StudyDescription read(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      StudyDescription read = new Gson().fromJson(Files.readString(file), StudyDescription.class);
      if (read == null || read.dataset == null || read.fields == null || read.tableRows == null || read.common == null || read.methods == null) {
        throw new ModelFormatException(file.toString(), "is a damaged description of a study");
      }
      return read;
    } catch (IOException e) {
      throw new ModelFormatException(file.toString(), Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist: no study was made there", e);
    } catch (JsonParseException e) {
      throw new ModelFormatException(file.toString(), "is a damaged description of a study: " + e.getMessage(), e);
    }
  }

  /**
   * Writes this description into a folder, together with what one that is there says of other methods.
   *
   * @param begun whether the folder has runs, which the description that is there must tell of
   * @throws ModelFormatException when the one that is there contradicts this one
   */
  void join(Path folder, boolean begun) {
    Map<String, Map<String, String>> all = new TreeMap<>(methods);
    if (begun) {
      StudyDescription old = read(folder);
      String source = folder.resolve(NAME).toString();
      requireSame(source, "", old.dataset, dataset);
      requireSame(source, "", Map.of("fields", old.fields, "table rows", old.tableRows), Map.of("fields", fields, "table rows", tableRows));
      requireSame(source, "", old.common, common);
      methods.forEach((method, settings) -> {
        if (old.methods.containsKey(method)) {
          requireSame(source, method + ".", old.methods.get(method), settings);
        }
      });
      all.putAll(old.methods);
    }
    StudyDescription joined = new StudyDescription(dataset, fields, tableRows, common, all);
    String json = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(joined);
    AtomicFile.write(folder.resolve(NAME), (json + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void requireSame(String source, String prefix, Map<String, ?> old, Map<String, ?> now) {
    List<String> names = new ArrayList<>(new TreeMap<>(old).keySet());
    now.keySet().stream().filter(name -> !old.containsKey(name)).sorted().forEach(names::add);
    for (String name : names) {
      if (!String.valueOf(old.get(name)).equals(String.valueOf(now.get(name)))) {
        throw new ModelFormatException(
            source, "its runs were made with " + said(prefix + name, old.get(name)) + ", now it is " + said(prefix + name, now.get(name))
                + "; use another folder");
      }
    }
  }

  private static String said(String name, Object value) {
    return value == null ? name + " left to its default" : name + " = " + value;
  }
}
