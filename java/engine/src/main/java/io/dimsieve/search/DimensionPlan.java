package io.dimsieve.search;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.dimsieve.ConfigurationException;
import io.dimsieve.ModelFormatException;
import io.dimsieve.file.AtomicFile;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Precision;
import io.dimsieve.tensor.RowMasks;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Which columns of which field's table to keep, or which entries of which row, and where that came from. What a search writes and compaction carries
 * out; a readable JSON file, in which row masks alone are packed ({@link RowMaskText}).
 *
 * @param fields names, in the dataset's order
 * @param datasetRows table rows of each field in the dataset that was searched; the layout may have fewer
 * @param method name of the search method
 * @param seed of the search
 * @param settings of the method
 */
public record DimensionPlan(
    List<String> fields, List<Integer> datasetRows, EmbeddingLayout layout, String method, Budget budget, long seed, Map<String, String> settings) {

  private static final String FORMAT = "dimsieve-plan";
  private static final int VERSION = 2;

  public DimensionPlan {
    fields = List.copyOf(fields);
    if (fields.size() != layout.fields() || new HashSet<>(fields).size() != fields.size()) {
      throw new ConfigurationException("a plan needs " + layout.fields() + " different field names, not " + fields);
    }
    datasetRows = List.copyOf(datasetRows);
    if (datasetRows.size() != fields.size()) {
      throw new ConfigurationException("a plan needs the dataset's rows of " + fields.size() + " fields, not of " + datasetRows.size());
    }
    for (int f = 0; f < fields.size(); f++) {
      if (layout.rows(f) > datasetRows.get(f)) {
        throw new ConfigurationException("field " + f + " has " + datasetRows.get(f) + " rows, a plan cannot keep " + layout.rows(f));
      }
    }
    settings = Map.copyOf(settings);
  }

  /** A plan that keeps all rows. */
  public DimensionPlan(List<String> fields, EmbeddingLayout layout, String method, Budget budget, long seed, Map<String, String> settings) {
    this(fields, Arrays.stream(layout.rows()).boxed().toList(), layout, method, budget, seed, settings);
  }

  /** Writes the plan, all of it or nothing. */
  public void write(Path file) {
    AtomicFile.write(file, (toJson() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** The plan as JSON text. */
  public String toJson() {
    JsonObject plan = new JsonObject();
    plan.addProperty("format", FORMAT);
    plan.addProperty("version", VERSION);
    plan.addProperty("method", method);
    JsonObject share = new JsonObject();
    share.addProperty("share", budget.share());
    share.addProperty("unit", budget.unit().toString());
    plan.add("budget", share);
    plan.addProperty("seed", seed);
    JsonObject options = new JsonObject();
    new TreeMap<>(settings).forEach(options::addProperty);
    plan.add("settings", options);
    plan.addProperty("dimension", layout.dimension());
    plan.addProperty("precision", layout.precision().toString());
    plan.addProperty("parameters", layout.parameters());
    plan.addProperty("uniform_parameters", layout.uniformParameters());
    JsonArray list = new JsonArray();
    for (int f = 0; f < fields.size(); f++) {
      JsonObject field = new JsonObject();
      field.addProperty("name", fields.get(f));
      field.addProperty("rows", datasetRows.get(f));
      if (layout.rows(f) != datasetRows.get(f)) {
        field.addProperty("kept_rows", layout.rows(f));
      }
      field.addProperty("width", layout.width(f));
      JsonArray columns = new JsonArray();
      for (int column : layout.kept(f)) {
        columns.add(column);
      }
      field.add("columns", columns);
      if (layout.rowMasks() != null) {
        field.addProperty("row_masks", RowMaskText.write(layout.rowMasks(), f));
      }
      list.add(field);
    }
    plan.add("fields", list);
    return new GsonBuilder().setPrettyPrinting().create().toJson(plan);
  }

  /** Reads a plan file. */
  public static DimensionPlan read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new ModelFormatException(file.toString(), "cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a plan from JSON text.
   *
   * @param source name for messages
   * @throws ModelFormatException when the text is no plan, a newer one, or contradicts itself
   */
  public static DimensionPlan parse(String source, String json) {
    try {
      JsonReader reader = new JsonReader(new StringReader(json));
      reader.setStrictness(Strictness.STRICT);
      JsonObject plan = JsonParser.parseReader(reader).getAsJsonObject();
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new ModelFormatException(source, "has text after the plan");
      }
      if (!FORMAT.equals(plan.get("format").getAsString())) {
        throw new ModelFormatException(source, "is no dimension plan");
      }
      int version = whole(plan.get("version"));
      if (version < 1 || version > VERSION) {
        throw new ModelFormatException(source, "is a plan of version " + version + ", this build reads up to " + VERSION);
      }
      JsonArray list = plan.getAsJsonArray("fields");
      List<String> names = new ArrayList<>();
      List<Integer> datasetRows = new ArrayList<>();
      int[] rows = new int[list.size()];
      int[][] kept = new int[list.size()][];
      long[][] masks = new long[list.size()][];
      for (int f = 0; f < rows.length; f++) {
        JsonObject field = list.get(f).getAsJsonObject();
        names.add(field.get("name").getAsString());
        datasetRows.add(whole(field.get("rows")));
        rows[f] = field.has("kept_rows") ? whole(field.get("kept_rows")) : datasetRows.get(f);
        JsonArray columns = field.getAsJsonArray("columns");
        kept[f] = columns.asList().stream().mapToInt(DimensionPlan::whole).toArray();
        if (whole(field.get("width")) != kept[f].length) {
          throw new ModelFormatException(source, "field '" + names.get(f) + "' says width " + field.get("width") + " and lists " + kept[f].length);
        }
        masks[f] = field.has("row_masks") ? RowMaskText.read(field.get("row_masks").getAsString(), rows[f]) : null;
      }
      JsonObject share = plan.getAsJsonObject("budget");
      Map<String, String> settings = new TreeMap<>();
      plan.getAsJsonObject("settings").entrySet().forEach(entry -> settings.put(entry.getKey(), entry.getValue().getAsString()));
      EmbeddingLayout layout = layout(source, new EmbeddingLayout(whole(plan.get("dimension")), rows, kept), masks);
      if (version > 1) {
        layout = layout.withPrecision(Precision.of(plan.get("precision").getAsString()));
      }
      if (plan.get("parameters").getAsLong() != layout.parameters()
          || plan.get("uniform_parameters").getAsLong() != layout.uniformParameters()) {
        throw new ModelFormatException(
            source, "says " + plan.get("parameters") + " of " + plan.get("uniform_parameters") + " parameters, its fields make "
                + layout.parameters() + " of " + layout.uniformParameters());
      }
      return new DimensionPlan(
          names, datasetRows, layout, plan.get("method").getAsString(),
          new Budget(share.get("share").getAsDouble(), Budget.Unit.of(share.get("unit").getAsString())), plan.get("seed").getAsLong(), settings);
    } catch (ModelFormatException e) {
      throw e;
    } catch (JsonParseException | IOException | IllegalStateException | NullPointerException | ClassCastException | ArithmeticException
        | NumberFormatException | UnsupportedOperationException | ConfigurationException e) {
      throw new ModelFormatException(source, "is a damaged dimension plan: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    }
  }

  /** The layout with the row masks of its fields, when there are any. */
  private static EmbeddingLayout layout(String source, EmbeddingLayout columns, long[][] masks) {
    if (Arrays.stream(masks).allMatch(Objects::isNull)) {
      return columns;
    }
    if (Arrays.stream(masks).anyMatch(Objects::isNull)) {
      throw new ModelFormatException(source, "has row masks for some fields and not for others");
    }
    EmbeddingLayout layout = columns.withRowMasks(new RowMasks(masks));
    if (!Arrays.equals(layout.identity(), columns.identity()) || !Arrays.equals(layout.widths(), columns.widths())) {
      throw new ModelFormatException(source, "lists other columns than its row masks keep");
    }
    return layout;
  }

  /** A number that must be a whole one and fit an int. */
  private static int whole(JsonElement number) {
    return number.getAsBigDecimal().intValueExact();
  }

  /**
   * Refuses a plan that was made for other fields.
   *
   * @param names of the dataset's fields
   * @param rows of the dataset's tables
   */
  public void requireFits(String source, List<String> names, int[] rows) {
    if (!fields.equals(names)) {
      throw new ModelFormatException(source, "is for the fields " + fields + ", the dataset has " + names);
    }
    for (int f = 0; f < rows.length; f++) {
      if (datasetRows.get(f) != rows[f]) {
        throw new ModelFormatException(
            source, "field '" + names.get(f) + "' had " + datasetRows.get(f) + " rows when the plan was made, the dataset has " + rows[f]);
      }
    }
  }
}
