package io.dimsieve.search;

import java.util.Arrays;
import java.util.Comparator;

/** Eigenvectors of a small symmetric matrix by cyclic Jacobi rotations, largest eigenvalue first; the sign makes the largest component positive. */
final class SymmetricEigen {

  private static final int SWEEPS = 60;

  private SymmetricEigen() {}

  /**
   * The eigenvectors, [k][n] with row k the one of the k-th largest eigenvalue.
   *
   * @param matrix [n][n], symmetric; left as it is
   */
  static double[][] vectors(double[][] matrix) {
    int n = matrix.length;
    double[][] a = Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
    double[][] v = new double[n][n];
    double norm = 0;
    for (int i = 0; i < n; i++) {
      v[i][i] = 1;
      norm += Arrays.stream(a[i]).map(x -> x * x).sum();
    }
    for (int sweep = 0; sweep < SWEEPS && offDiagonal(a) > 1e-26 * norm; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(a, v, p, q);
        }
      }
    }
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> -a[i][i]));
    double[][] vectors = new double[n][];
    for (int k = 0; k < n; k++) {
      vectors[k] = upright(v[order[k]]);
    }
    return vectors;
  }

  private static double offDiagonal(double[][] a) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        sum += i == j ? 0 : a[i][j] * a[i][j];
      }
    }
    return sum;
  }

  /** Makes a[p][q] zero by a rotation J: a ← JᵀaJ; the rows of v gather the product of the rotations. */
  private static void rotate(double[][] a, double[][] v, int p, int q) {
    if (a[p][q] == 0) {
      return;
    }
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    double c = 1 / Math.sqrt(t * t + 1);
    double s = t * c;
    for (int i = 0; i < a.length; i++) {
      double ip = a[i][p];
      double iq = a[i][q];
      a[i][p] = c * ip - s * iq;
      a[i][q] = s * ip + c * iq;
    }
    for (int i = 0; i < a.length; i++) {
      double pi = a[p][i];
      double qi = a[q][i];
      a[p][i] = c * pi - s * qi;
      a[q][i] = s * pi + c * qi;
      double vp = v[p][i];
      double vq = v[q][i];
      v[p][i] = c * vp - s * vq;
      v[q][i] = s * vp + c * vq;
    }
  }

  private static double[] upright(double[] vector) {
    double largest = 0;
    for (double x : vector) {
      largest = Math.abs(x) > Math.abs(largest) ? x : largest;
    }
    double sign = largest < 0 ? -1 : 1;
    return Arrays.stream(vector).map(x -> sign * x).toArray();
  }
}
