package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import io.dimsieve.tensor.EmbeddingLayout;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {

  private static final EmbeddingLayout SLIM = new EmbeddingLayout(4, new int[] {10, 100, 7}, new int[][] {{0, 2}, {}, {1, 2, 3}});

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY})
  void sharesOutsideTheirRangeAreRefused(double share) {
    assertThrows(ConfigurationException.class, () -> new Budget(share, Budget.Unit.BYTES));
  }

  @Test
  void costsOfALayout() {
    assertEquals(41, new Budget(1, Budget.Unit.PARAMETERS).cost(SLIM));
    assertEquals(4 * 41 + 4 * 5 + 8 * 3, new Budget(1, Budget.Unit.BYTES).cost(SLIM));
    assertEquals(5, new Budget(1, Budget.Unit.DIMENSIONS).cost(SLIM));
    EmbeddingLayout huge = EmbeddingLayout.uniform(1024, new int[] {Integer.MAX_VALUE});
    assertEquals(1024L * Integer.MAX_VALUE, new Budget(1, Budget.Unit.PARAMETERS).cost(huge));
    assertEquals(1024L * (4L * Integer.MAX_VALUE + 4) + 8, new Budget(1, Budget.Unit.BYTES).cost(huge));
  }

  @ParameterizedTest
  @EnumSource(Budget.Unit.class)
  void theWholeBudgetIsTheUniformLayout(Budget.Unit unit) {
    EmbeddingLayout uniform = EmbeddingLayout.uniform(16, new int[] {3, 1_000_003});
    Budget all = new Budget(1, unit);
    assertEquals(all.cost(uniform), all.limit(uniform));
    assertEquals(Math.floor(0.3 * all.cost(uniform) + 1e-9), new Budget(0.3, unit).limit(uniform));
    assertSame(unit, Budget.Unit.of(unit.toString().toUpperCase(Locale.ROOT)));
  }

  @Test
  void aShareOfAWholeNumberIsWhole() {
    EmbeddingLayout uniform = EmbeddingLayout.uniform(10, new int[] {1});
    assertEquals(7, new Budget(0.7, Budget.Unit.DIMENSIONS).limit(uniform));
    assertEquals(3, new Budget(0.1 + 0.2, Budget.Unit.DIMENSIONS).limit(uniform));
  }

  @Test
  void textForPeople() {
    assertEquals("25.00% of bytes", new Budget(0.25, Budget.Unit.BYTES).toString());
    ConfigurationException e = assertThrows(ConfigurationException.class, () -> Budget.Unit.of("rows"));
    assertEquals("unknown budget unit 'rows': parameters, bytes or dimensions", e.getMessage());
  }
}
