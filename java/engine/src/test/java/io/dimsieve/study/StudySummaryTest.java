package io.dimsieve.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StudySummaryTest {

  private static RunRecord run(String model, String method, double budget, long seed, double auc) {
    return new RunRecord(
        new RunKey(model, method, budget, seed), auc, 0.4, 0.7, (long) (1000 * budget), budget, 100, 1, 2 * seed, 1, List.of((double) seed, 2.0),
        List.of(0.7));
  }

  private static List<RunRecord> runs() {
    List<RunRecord> runs = new ArrayList<>();
    for (String model : new String[] {"fm", "deepfm"}) {
      for (long seed = 2; seed >= 1; seed--) {
        runs.add(run(model, "uniform", 0.5, seed, 0.700 + 0.001 * seed));
        runs.add(run(model, "ham", 0.5, seed, 0.690 + 0.001 * seed));
        runs.add(run(model, "ham", 0.25, seed, 0.710));
        runs.add(run(model, "magnitude", 0.5, seed, 0.6905 + 0.001 * seed));
        runs.add(run(model, "full", 1, seed, 0.72));
      }
    }
    return runs;
  }

  @Test
  void seedsArePutTogether() {
    StudySummary summary = new StudySummary(runs());
    assertEquals(List.of("fm", "deepfm"), List.copyOf(summary.models()));
    assertEquals(List.of("ham", "magnitude", "uniform"), summary.methods("fm"));
    List<StudySummary.Row> rows = summary.rows("fm");
    assertEquals(List.of("full", "uniform", "ham", "magnitude", "ham"), rows.stream().map(StudySummary.Row::method).toList());
    StudySummary.Row uniform = rows.get(1);
    assertEquals(0.7015, uniform.auc().mean(), 1e-12);
    assertEquals(0.0005, uniform.auc().error(), 1e-12);
    assertEquals(List.of(1.5, 2.0), uniform.widths());
    assertEquals(3, uniform.trainSeconds());
    assertEquals(500, uniform.bytes());
    assertEquals(List.of(0.5, 0.25), summary.rows("fm", "ham").stream().map(StudySummary.Row::budget).toList());
  }

  @Test
  void behindIsToldAtEqualBudgetsBeyondTheErrors() {
    List<StudySummary.Row> rows = new StudySummary(runs()).rows("deepfm");
    assertEquals(List.of("uniform"), rows.get(2).behind(), "ham: .0005 below magnitude is within the errors");
    assertEquals(List.of("uniform"), rows.get(3).behind());
    assertEquals(List.of(), rows.get(1).behind());
    assertEquals(List.of(), rows.get(4).behind(), "no control at this budget");
  }
}
