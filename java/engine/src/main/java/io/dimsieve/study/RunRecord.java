package io.dimsieve.study;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One trained and tested model of a study; one line of its {@code runs.csv}, which is read and written here alone.
 *
 * @param testAuc area under the ROC curve on the test part, or on the validation part of a dataset without test rows
 * @param testLogLoss mean binary cross-entropy there
 * @param validationAuc of the epoch whose weights were tested
 * @param bytes stored bytes of the embedding tables
 * @param share of the bytes of the uniform tables
 * @param parameters of the embedding tables
 * @param searchSeconds of the search, which found the plans of all budgets at once; 0 for the full model
 * @param epochs trained
 * @param widths mean kept columns per row, one for each field
 * @param curve validation AUC after each epoch
 */
public record RunRecord(
    RunKey key, double testAuc, double testLogLoss, double validationAuc, long bytes, double share, long parameters, double searchSeconds,
    double trainSeconds, int epochs, List<Double> widths, List<Double> curve) {

  static final String HEADER = "model,method,budget,seed,test_auc,test_logloss,validation_auc,bytes,share,parameters,search_seconds,train_seconds,epochs,"
      + "widths,validation_curve";
  private static final int COLUMNS = HEADER.split(",").length;

  /** The record as a line, without its end; numbers are rounded to what can matter. */
  String line() {
    return String.format(
        Locale.ROOT, "%s,%s,%s,%d,%.6f,%.6f,%.6f,%d,%.6f,%d,%.2f,%.2f,%d,%s,%s", key.model(), key.method(), key.budget(), key.seed(), testAuc,
        testLogLoss, validationAuc, bytes, share, parameters, searchSeconds, trainSeconds, epochs, list("%.3f", widths), list("%.6f", curve));
  }

  private static String list(String format, List<Double> values) {
    return values.stream().map(value -> String.format(Locale.ROOT, format, value)).collect(Collectors.joining(" "));
  }

  private static List<Double> list(String text) {
    return text.isEmpty() ? List.of() : Arrays.stream(text.split(" ")).map(Double::valueOf).toList();
  }

  /**
   * Reads a line back.
   *
   * @throws IllegalArgumentException when it is none
   */
  static RunRecord parse(String line) {
    String[] c = line.split(",", -1);
    if (c.length != COLUMNS) {
      throw new IllegalArgumentException(c.length + " columns, expected " + COLUMNS);
    }
    return new RunRecord(
        new RunKey(c[0], c[1], Double.parseDouble(c[2]), Long.parseLong(c[3])), Double.parseDouble(c[4]), Double.parseDouble(c[5]),
        Double.parseDouble(c[6]), Long.parseLong(c[7]), Double.parseDouble(c[8]), Long.parseLong(c[9]), Double.parseDouble(c[10]),
        Double.parseDouble(c[11]), Integer.parseInt(c[12]), list(c[13]), list(c[14]));
  }
}
