package io.dimsieve.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SyntheticModelTest {

  /** Rank of the interactions of each field with the other fields, from logits alone: exactly the planted dimension. */
  @Test
  void interactionsOfAFieldHaveThePlantedRank() {
    int[] cardinalities = {12, 9, 4, 30, 8};
    int[] dimensions = {3, 4, 1, 4, 0};
    SyntheticModel model = new SyntheticModel(3, 4, cardinalities, dimensions);
    SplittableRandom random = new SplittableRandom(5);
    for (int field = 0; field < 5; field++) {
      int contexts = 40;
      double[][] matrix = new double[cardinalities[field] - 1][contexts];
      int[] base = row(random, cardinalities);
      for (int context = 0; context < contexts; context++) {
        int[] other = row(random, cardinalities);
        for (int value = 2; value <= cardinalities[field]; value++) {
          // second difference: first-order parts and the others' own interactions cancel
          matrix[value - 2][context] = at(model, other, field, value) - at(model, other, field, 1) - at(model, base, field, value)
              + at(model, base, field, 1);
        }
      }
      assertEquals(dimensions[field], rank(matrix), "field " + field);
    }
  }

  private static int[] row(SplittableRandom random, int[] cardinalities) {
    int[] row = new int[1 + cardinalities.length];
    for (int f = 0; f < cardinalities.length; f++) {
      row[1 + f] = 1 + random.nextInt(cardinalities[f]);
    }
    return row;
  }

  private static double at(SyntheticModel model, int[] row, int field, int value) {
    int[] changed = row.clone();
    changed[1 + field] = value;
    return model.logit(changed);
  }

  /** Gaussian elimination with full pivoting. */
  private static int rank(double[][] matrix) {
    int rank = 0;
    for (; rank < matrix.length; rank++) {
      int pivotRow = rank;
      int pivotColumn = 0;
      for (int i = rank; i < matrix.length; i++) {
        for (int j = 0; j < matrix[i].length; j++) {
          if (Math.abs(matrix[i][j]) > Math.abs(matrix[pivotRow][pivotColumn])) {
            pivotRow = i;
            pivotColumn = j;
          }
        }
      }
      double[] pivot = matrix[pivotRow];
      if (Math.abs(pivot[pivotColumn]) < 1e-9) {
        break;
      }
      matrix[pivotRow] = matrix[rank];
      matrix[rank] = pivot;
      for (int i = rank + 1; i < matrix.length; i++) {
        double factor = matrix[i][pivotColumn] / pivot[pivotColumn];
        for (int j = 0; j < pivot.length; j++) {
          matrix[i][j] -= factor * pivot[j];
        }
      }
    }
    return rank;
  }
}
