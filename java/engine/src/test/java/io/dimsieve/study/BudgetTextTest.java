package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.search.Budget;
import io.dimsieve.tensor.EmbeddingLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTextTest {

  private static final EmbeddingLayout UNIFORM = EmbeddingLayout.uniform(16, new int[] {100_000, 50_000});
  private static final long WHOLE = new Budget(1, Budget.Unit.BYTES).cost(UNIFORM);

  @ParameterizedTest
  @CsvSource({"0.1,0.1", "10%,0.1", "2.5 %,0.025", "1,1", "100%,1", "1e-2,0.01"})
  void shares(String text, double share) {
    assertEquals(share, BudgetText.parse(text, Budget.Unit.DIMENSIONS, UNIFORM).share(), 1e-15);
  }

  @ParameterizedTest
  @CsvSource({"512KB,512e3", "512kb,512e3", "3MiB,3145728", "1.5 MB,1.5e6", "4096B,4096", "1KiB,1024"})
  void sizes(String text, double bytes) {
    Budget budget = BudgetText.parse(text, Budget.Unit.BYTES, UNIFORM);
    assertEquals(bytes / WHOLE, budget.share(), 1e-15);
    assertTrue(budget.limit(UNIFORM) <= bytes && budget.limit(UNIFORM) >= bytes - 1, "never more than was said");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0.1", "1.5", "150%", "0%", "NaN", "0MB", "-1MB", "1GB", "ten", "5XB", "", "0,5", "1..2"})
  void whatIsNoBudgetIsRefused(String text) {
    assertTrue(assertThrows(ConfigurationException.class, () -> BudgetText.parse(text, Budget.Unit.BYTES, UNIFORM)).getMessage().contains("budget"));
  }

  @Test
  void sizesGoWithBytesOnly() {
    assertThrows(ConfigurationException.class, () -> BudgetText.parse("1MB", Budget.Unit.PARAMETERS, UNIFORM));
  }
}
