package io.dimsieve.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ModelFormatException;
import io.dimsieve.file.ModelFile;
import io.dimsieve.kernel.Backend;
import io.dimsieve.model.ModelSpec;
import io.dimsieve.search.DimensionPlan;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.tensor.Precision;
import io.dimsieve.tensor.StoredBytes;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPlanTest {

  @TempDir private Path folder;

  @Test
  void thePlanIsTheLayoutTheModelWasCutTo() {
    EmbeddingLayout columns = new EmbeddingLayout(Models.D, Models.ROWS, new int[][] {{0, 2}, {}, {5}, {0, 1, 2, 3, 4, 5}, {1}});
    try (Backend backend = Backend.cpu(1)) {
      for (EmbeddingLayout layout : List.of(Models.uniform(), columns, Models.mixed(), Models.mixed().withPrecision(Precision.I8))) {
        Path file = Models.write(backend, ModelSpec.of("fm"), layout, folder.resolve("a.model"));
        try (ModelFile model = ModelFile.open(file)) {
          DimensionPlan plan = ModelPlan.of(model);
          assertEquals(layout, plan.layout());
          assertEquals(plan, DimensionPlan.parse("again", plan.toJson()));
          assertEquals((double) StoredBytes.of(layout) / StoredBytes.of(Models.uniform()), plan.budget().share(), 1e-12);
        }
      }
    }
  }

  @Test
  void withoutTablesThereIsNoPlan() {
    try (Backend backend = Backend.cpu(1);
        ModelFile model = ModelFile.open(Models.write(backend, ModelSpec.of("lr"), Models.uniform(), folder.resolve("lr.model")))) {
      assertThrows(ModelFormatException.class, () -> ModelPlan.of(model));
    }
  }
}
