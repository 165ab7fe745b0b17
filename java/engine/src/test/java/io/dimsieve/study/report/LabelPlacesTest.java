package io.dimsieve.study.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LabelPlacesTest {

  @Test
  void whatIsFarApartStays() {
    assertArrayEquals(new double[] {50, 20, 90}, LabelPlaces.spread(new double[] {50, 20, 90}, 10, 0, 100));
    assertArrayEquals(new double[] {}, LabelPlaces.spread(new double[] {}, 10, 0, 100));
  }

  @Test
  void whatIsTooNearMovesApartEvenly() {
    assertArrayEquals(new double[] {45, 55}, LabelPlaces.spread(new double[] {50, 50}, 10, 0, 100), 1e-9);
    assertArrayEquals(new double[] {90, 100}, LabelPlaces.spread(new double[] {99, 99}, 10, 0, 100), 1e-9);
  }

  @Test
  void labelsKeepTheirGapOrderAndBounds() {
    SplittableRandom random = new SplittableRandom(1);
    for (int n = 1; n <= 14; n++) {
      double[] wanted = random.doubles(n, -20, 130).toArray();
      double[] places = LabelPlaces.spread(wanted, 10, 0, 100);
      double gap = n == 1 ? 10 : Math.min(10, 100.0 / (n - 1));
      for (int i = 0; i < n; i++) {
        assertTrue(places[i] >= -1e-9 && places[i] <= 100 + 1e-9);
        for (int j = 0; j < n; j++) {
          assertTrue(i == j || (places[i] - places[j]) * (wanted[i] - wanted[j]) > 0, "order");
        }
      }
      Arrays.sort(places);
      for (int i = 1; i < n; i++) {
        assertTrue(places[i] - places[i - 1] >= gap - 1e-9);
      }
    }
  }
}
