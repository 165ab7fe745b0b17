package io.dimsieve.http;

import io.dimsieve.serve.ModelSlot;
import io.dimsieve.serve.Scorer;

/** What scores one request at a time: a reader of the slot, and the memory a request needs. */
final class Lane implements Scoring {

  private final ModelSlot.Reader reader;
  private final int maxRows;
  private final float[] scores;
  private RowParser parser;

  Lane(ModelSlot.Reader reader, int maxRows) {
    this.reader = reader;
    this.maxRows = maxRows;
    this.scores = new float[maxRows];
  }

  @Override
  public String score(byte[] body) {
    Scorer scorer = reader.acquire();
    try {
      if (parser == null || parser.encoder() != scorer.encoder()) {
        parser = new RowParser(scorer.encoder(), maxRows);
      }
      int rows = parser.parse(body);
      scorer.score(parser.ids(), rows, scores);
      return answer(rows, reader.version());
    } finally {
      reader.release();
    }
  }

  /** Scores as {@link Float#toString} writes them: whoever reads them as floats has the same bits. */
  private String answer(int rows, long version) {
    StringBuilder text = new StringBuilder(40 + 14 * rows);
    text.append("{\"model_version\":").append(version).append(",\"scores\":[");
    for (int i = 0; i < rows; i++) {
      if (Float.isNaN(scores[i])) {
        throw new Refusal(500, "the model's score of rows[" + i + "] is not a number");
      }
      text.append(i == 0 ? "" : ",").append(scores[i]);
    }
    return text.append("]}\n").toString();
  }

  @Override
  public void close() {
    reader.close();
  }
}
