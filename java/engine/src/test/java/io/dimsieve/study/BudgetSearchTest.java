package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.data.Dataset;
import io.dimsieve.kernel.Backend;
import io.dimsieve.optimizer.OptimizerSpec;
import io.dimsieve.search.Budget;
import io.dimsieve.search.SearchMethods;
import io.dimsieve.tensor.EmbeddingLayout;
import io.dimsieve.train.TrainSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BudgetSearchTest {

  /** Long enough that dimensions make a difference. */
  private static final TrainSpec TRAIN =
      StudyFixture.TRAIN.withEpochs(10).withPatience(3).withOptimizers(OptimizerSpec.adam(0.02), OptimizerSpec.adam(0.02));

  @TempDir private Path folder;

  private static BudgetSearch search(Backend backend, Dataset dataset) {
    return new BudgetSearch(backend, dataset, StudyFixture.FM, 4, TRAIN, Retrain.FRESH);
  }

  private static List<Budget> ladder(double... shares) {
    return Arrays.stream(shares).mapToObj(share -> new Budget(share, Budget.Unit.DIMENSIONS)).toList();
  }

  @Test
  void theBestKeepsTheLossAndTheTriedOneBelowItDoesNot() {
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = StudyFixture.dataset(folder)) {
      for (double allowed : new double[] {0, 0.005, 0.02, 0.99}) {
        BudgetSearch.Result result =
            search(backend, dataset).run(SearchMethods.of("uniform"), ladder(1, 0.75, 0.25, 0.5), Map.of(), allowed);
        for (BudgetSearch.Tried tried : result.tried()) {
          assertEquals(result.fullAuc() - tried.validationAuc(), tried.loss());
          assertEquals(tried.loss() <= allowed, tried.good());
          assertEquals(tried.plan().layout().columns(), tried.cost());
        }
        assertTrue(result.tried().size() <= 3, "bisected");
        double best = result.tried().stream().filter(BudgetSearch.Tried::good).mapToDouble(tried -> tried.plan().budget().share()).min().orElseThrow();
        assertEquals(best, result.best().budget().share());
        double bad = result.tried().stream().filter(tried -> !tried.good()).mapToDouble(tried -> tried.plan().budget().share()).max().orElse(0);
        assertTrue(bad < best);
      }
    }
  }

  @Test
  void noBudgetMayKeepTheLoss() {
    try (Backend backend = Backend.cpu(2);
        Dataset dataset = StudyFixture.dataset(folder)) {
      BudgetSearch.Result result = search(backend, dataset).run(SearchMethods.of("uniform"), ladder(0.05), Map.of(), 0);
      assertEquals(1, result.tried().size());
      assertNull(result.best());
      AtomicInteger left = new AtomicInteger(30);
      BudgetSearch stopped = search(backend, dataset);
      stopped.stopWhen(() -> left.decrementAndGet() < 0);
      assertTrue(stopped.run(SearchMethods.of("uniform"), ladder(0.5, 0.25), Map.of(), 0.1).interrupted());
      assertThrows(ConfigurationException.class, () -> search(backend, dataset).run(SearchMethods.of("uniform"), ladder(0.5), Map.of(), -0.1));
    }
  }

  @Test
  void theStandardLadderLeavesOutWhatHoldsNothing() {
    assertEquals(BudgetSearch.LADDER.size(), BudgetSearch.ladder(Budget.Unit.BYTES, EmbeddingLayout.uniform(16, new int[] {10_000, 10_000})).size());
    assertTrue(BudgetSearch.ladder(Budget.Unit.BYTES, EmbeddingLayout.uniform(2, new int[] {2, 2})).size() < BudgetSearch.LADDER.size());
  }
}
