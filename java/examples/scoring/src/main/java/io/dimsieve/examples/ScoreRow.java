package io.dimsieve.examples;

import io.dimsieve.serve.Scorer;
import io.dimsieve.serve.ScoringModel;
import java.nio.file.Path;
import java.util.Arrays;

/** Prints the probability of a click: {@code ScoreRow MODEL VALUE...}, a value for each field of the model, empty where there is none. */
public final class ScoreRow {

  public static void main(String[] arguments) {
    String[] row = Arrays.copyOfRange(arguments, 1, arguments.length);
    try (ScoringModel model = ScoringModel.open(Path.of(arguments[0])); // for all threads
        Scorer scorer = model.scorer(1)) { // for this one
      System.out.println(scorer.score(row));
    }
  }
}
