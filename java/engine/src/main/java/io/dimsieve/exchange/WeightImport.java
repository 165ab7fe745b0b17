package io.dimsieve.exchange;

import io.dimsieve.ConfigurationException;
import io.dimsieve.encode.Encoder;
import io.dimsieve.encode.Field;
import io.dimsieve.file.PlainTensorFile;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.CtrModel;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes a model of weights that another tool trained: a safetensors file, and a names file that says which tensor is what
 * (FORMAT.md, "Other tools"). Every array of the model must be named, but for those that some models do without:
 * {@code mlp.L.norm.shift}, and {@code mlp.L.norm.before}, a bias added before the normalisation, which the mean takes in.
 */
public final class WeightImport {

  private static final String SHIFT = ".norm.shift";
  private static final String MEAN = ".norm.mean";
  private static final String BEFORE = ".norm.before";

  private final NamesObject names;
  private final ForeignTensors tensors;
  private final Encoder encoder;
  private final boolean outFirst;

  private WeightImport(NamesObject names, ForeignTensors tensors, Encoder encoder) {
    this.names = names;
    this.tensors = tensors;
    this.encoder = encoder;
    this.outFirst = !names.has("orientation") || outFirst(names);
  }

  /**
   * Reads weights.
   *
   * @param weights plain safetensors file
   * @param names names file
   * @param encoder of the dataset whose ids are the rows of the tables
   * @return a model with uniform tables, which the caller closes
   * @throws io.dimsieve.ModelFormatException when a file is damaged, or what it says does not fit the model: names file, key,
   *     what was found and expected
   */
  public static CtrModel read(Backend backend, Path weights, Path names, Encoder encoder) {
    NamesObject root = NamesObject.read(names);
    try (PlainTensorFile file = PlainTensorFile.open(weights)) {
      WeightImport reader = new WeightImport(root, new ForeignTensors(file), encoder);
      CtrModel model = reader.sized(backend);
      try {
        reader.fill(model);
        root.refuseOthers();
        return model;
      } catch (RuntimeException | Error e) {
        model.close();
        throw e;
      }
    }
  }

  private static boolean outFirst(NamesObject at) {
    String text = at.text("orientation");
    if (!text.equals("out,in") && !text.equals("in,out")) {
      throw at.wrong("orientation", "expected \"out,in\" or \"in,out\", found \"" + text + "\"");
    }
    return text.equals("out,in");
  }

  /** The model of zero weights that the key {@code model} describes; settings that are not given are the customary ones. */
  private CtrModel sized(Backend backend) {
    NamesObject model = names.object("model");
    try {
      ModelSpec spec = ModelSpec.of(model.text("architecture")).withDropout(model.has("dropout") ? model.number("dropout") : 0);
      if (model.has("hidden")) {
        spec = spec.withHidden(hidden(model));
      }
      if (model.has("batchNorm")) {
        spec = spec.withBatchNorm(model.flag("batchNorm"));
      }
      if (model.has("projection")) {
        spec = spec.withProjection(model.whole("projection"));
      }
      if (model.has("crossLayers")) {
        spec = spec.withCrossLayers(model.whole("crossLayers"));
      }
      if (model.has("attention")) {
        NamesObject attention = model.object("attention");
        spec = spec.withAttention(attention.whole("size"), attention.whole("heads"), attention.whole("layers"));
        attention.refuseOthers();
      }
      int dimension = model.whole("dimension");
      model.refuseOthers();
      return new CtrModel(backend, spec, EmbeddingLayout.uniform(dimension, encoder.rows()), 1);
    } catch (ConfigurationException e) {
      throw names.wrong("model", e.getMessage());
    }
  }

  private static Integer[] hidden(NamesObject model) {
    if (!model.value("hidden").isJsonArray()) {
      throw model.wrong("hidden", "expected a list of whole numbers, found " + NamesObject.shown(model.value("hidden")));
    }
    return model.value("hidden").getAsJsonArray().asList().stream().map(width -> model.whole("hidden", width)).toArray(Integer[]::new);
  }

  private void fill(CtrModel model) {
    fillFields(model);
    NamesObject arrays = names.object("arrays");
    Map<String, Tensor> dense = new TreeMap<>(model.arrays());
    dense.values().removeIf(tensor -> holdsTables(model, tensor));
    dense.forEach((name, tensor) -> {
      if (!name.endsWith(SHIFT) || arrays.has(name)) {
        tensor.set(0, array(arrays, name, tensor));
      }
      if (name.endsWith(MEAN)) {
        takeIn(arrays, name.replace(MEAN, BEFORE), tensor);
      }
    });
    arrays.refuseOthers();
  }

  private static boolean holdsTables(CtrModel model, Tensor tensor) {
    return model.firstOrder() != null && tensor == model.firstOrder().values()
        || model.embeddings() != null && tensor == model.embeddings().values();
  }

  private void fillFields(CtrModel model) {
    NamesObject fields = names.object("fields");
    List<String> known = new ArrayList<>();
    for (Field field : encoder.schema().fields()) {
      int f = known.size();
      known.add(field.name());
      NamesObject own = fields.object(field.name());
      ForeignRows rows = ForeignRows.of(own, encoder, f);
      if (model.embeddings() != null) {
        rows.copy(tensors, own, "embedding", model.layout().dimension(), model.embeddings().values(), model.embeddings().base(f));
      }
      if (model.firstOrder() != null) {
        rows.copy(tensors, own, "linear", 1, model.firstOrder().values(), model.firstOrder().base(f));
      }
      own.refuseOthers();
    }
    fields.refuseOthers();
  }

  /** An array of the model: the key has a tensor's name, or an object with it and an orientation of its own. */
  private float[] array(NamesObject arrays, String name, Tensor tensor) {
    boolean described = arrays.value(name).isJsonObject();
    NamesObject at = described ? arrays.object(name) : arrays;
    String key = described ? "tensor" : name;
    boolean turned = described && at.has("orientation") ? outFirst(at) : outFirst;
    int rows = Math.toIntExact(tensor.rows());
    int columns = Math.toIntExact(tensor.columns());
    float[] values = rows == 1 ? tensors.vector(at, key, columns) : tensors.matrix(at, key, rows, columns, turned);
    if (described) {
      at.refuseOthers();
    }
    return values;
  }

  /** norm(x + b) with mean μ is norm(x) with mean μ − b. */
  private void takeIn(NamesObject arrays, String key, Tensor mean) {
    if (arrays.has(key)) {
      float[] before = tensors.vector(arrays, key, (int) mean.size());
      float[] values = mean.toArray();
      for (int i = 0; i < values.length; i++) {
        values[i] -= before[i];
      }
      mean.set(0, values);
    }
  }
}
