package io.dimsieve.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SymmetricEigenTest {

  @Test
  void vectorsAreOrthonormalAndDiagonalizeInDescendingOrder() {
    SplittableRandom random = new SplittableRandom(1);
    for (int n : new int[] {1, 2, 5, 16, 40}) {
      double[][] a = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          a[i][j] = a[j][i] = random.nextGaussian();
        }
      }
      double[][] v = SymmetricEigen.vectors(a);
      double before = Double.POSITIVE_INFINITY;
      for (int k = 0; k < n; k++) {
        for (int l = 0; l < n; l++) {
          double dot = 0;
          double product = 0;
          for (int i = 0; i < n; i++) {
            dot += v[k][i] * v[l][i];
            for (int j = 0; j < n; j++) {
              product += v[k][i] * a[i][j] * v[l][j];
            }
          }
          assertEquals(k == l ? 1 : 0, dot, 1e-12);
          if (k != l) {
            assertEquals(0, product, 1e-10);
          } else {
            assertTrue(product <= before + 1e-12);
            before = product;
          }
        }
      }
    }
  }

  @Test
  void equalEigenvaluesAndZerosAreFine() {
    double[][] identity = SymmetricEigen.vectors(new double[][] {{2, 0}, {0, 2}});
    assertEquals(1, identity[0][0] + identity[0][1], 0);
    assertEquals(1, SymmetricEigen.vectors(new double[][] {{0}})[0][0]);
  }
}
