package io.dimsieve.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.NativeException;
import java.nio.file.Path;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidateScorerTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"lr", "fm", "deepfm", "wide-deep", "dcnv2", "ipnn", "autoint"})
  void candidatesScoreAsRowsDoBitForBit(String architecture) {
    try (ScoringModel model = ScoringModel.open(ServedModels.write(folder, architecture, 1));
        Scorer scorer = model.scorer(40)) {
      int fields = model.encoder().fields();
      for (int context = 1; context < fields; context++) {
        try (CandidateScorer candidates = model.candidateScorer(context, 40)) {
          for (int rows : new int[] {40, 1, 0, 7, 40}) {
            int[] whole = new int[rows * fields];
            int[] own = new int[rows * (fields - context)];
            for (int i = 0; i < whole.length; i++) {
              int f = i % fields;
              whole[i] = f < context ? ServedModels.ROW[f] : (i * 7 + rows) % 8;
              if (f >= context) {
                own[i / fields * (fields - context) + f - context] = whole[i];
              }
            }
            float[] expected = new float[rows];
            float[] actual = new float[rows];
            scorer.score(whole, rows, expected);
            candidates.score(ServedModels.ROW, own, rows, actual);
            assertArrayEquals(expected, actual);
            ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(16 * 40 + 16 * 40 + 100);
            for (int f = 0; f < context; f++) {
              buffer.putInt(4 + 4 * f, ServedModels.ROW[f]);
            }
            for (int i = 0; i < own.length; i++) {
              buffer.putInt(40 + 4 * i, own[i]);
            }
            candidates.score(buffer, 4, buffer, 40, rows, buffer, 700);
            for (int i = 0; i < rows; i++) {
              assertEquals(expected[i], buffer.getFloat(700 + 4 * i));
            }
          }
        }
      }
    }
  }

  @Test
  void wrongCallsAreExceptions() {
    ScoringModel model = ScoringModel.open(ServedModels.write(folder, "deepfm", 2));
    assertThrows(IllegalArgumentException.class, () -> model.candidateScorer(0, 1));
    assertThrows(IllegalArgumentException.class, () -> model.candidateScorer(4, 1));
    CandidateScorer scorer = model.candidateScorer(2, 3);
    float[] out = new float[3];
    assertThrows(IllegalArgumentException.class, () -> scorer.score(new int[1], new int[2], 1, out));
    assertThrows(IllegalArgumentException.class, () -> scorer.score(new int[2], new int[1], 1, out));
    assertThrows(IllegalArgumentException.class, () -> scorer.score(new int[2], new int[8], 4, new float[4]));
    assertThrows(NativeException.class, () -> scorer.score(new int[] {0, 99}, new int[2], 1, out));
    assertEquals(model, scorer.model());
    model.close();
    assertThrows(IllegalStateException.class, () -> scorer.score(new int[2], new int[2], 1, out));
    scorer.close();
    scorer.close();
  }
}
