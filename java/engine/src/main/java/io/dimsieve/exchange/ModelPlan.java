package io.dimsieve.exchange;

import io.dimsieve.ModelFormatException;
import io.dimsieve.encode.Field;
import io.dimsieve.file.ModelFile;
import io.dimsieve.search.Budget;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.StoredTables;
import io.dimsieve.train.ModelStore;
import java.util.List;
import java.util.Map;

/** The dimension plan that a model file's tables have been cut to, read off the tables. */
public final class ModelPlan {

  private ModelPlan() {}

  /**
   * The columns and entries a model keeps. Its budget is the share of bytes that they take of uniform tables of the same rows,
   * and its rows are the model's: values that were cut off before are not known any more.
   *
   * @throws ModelFormatException when the model has no embeddings
   */
  public static DimensionPlan of(ModelFile model) {
    StoredTables tables = ModelStore.tables(model);
    if (tables == null) {
      throw new ModelFormatException(model.name(), "has no embedding tables, so there is no plan of them");
    }
    EmbeddingLayout kept = tables.trainingLayout();
    Budget all = new Budget(1, Budget.Unit.BYTES);
    double share = (double) all.cost(kept) / all.cost(EmbeddingLayout.uniform(kept.dimension(), kept.rows()));
    List<String> fields = model.encoder().schema().fields().stream().map(Field::name).toList();
    return new DimensionPlan(fields, kept, "export", new Budget(Math.min(1, share), Budget.Unit.BYTES), 0, Map.of());
  }
}
