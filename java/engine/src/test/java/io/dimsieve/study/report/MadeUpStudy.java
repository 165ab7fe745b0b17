package io.dimsieve.study.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The folder of a large study that never ran: methods that lose quality at different speeds, in the shapes of real ones. For tests and for looking at. */
final class MadeUpStudy {

  static final List<String> METHODS = List.of("ham", "sseds", "pep", "amtl", "optembed", "random", "magnitude", "uniform");
  static final double[] BUDGETS = {0.5, 0.25, 0.1, 0.05, 0.02, 0.01};
  static final int FIELDS = 23;
  private static final double[] LOSS = {0.0021, 0.0024, 0.0016, 0.0030, 0.0023, 0.0033, 0.0041, 0.0052};
  private static final String HEADER = "model,method,budget,seed,test_auc,test_logloss,validation_auc,bytes,share,parameters,search_seconds,train_seconds,"
      + "epochs,widths,validation_curve\n";

  private MadeUpStudy() {}

  /** Writes the folder. */
  static Path write(Path folder, List<String> models, int seeds) throws IOException {
    Random random = new Random(1);
    StringBuilder csv = new StringBuilder(HEADER);
    for (int m = 0; m < models.size(); m++) {
      for (int seed = 1; seed <= seeds; seed++) {
        run(csv, random, models.get(m), "full", 1, seed, 0, m);
        for (int i = 0; i < METHODS.size(); i++) {
          for (double budget : BUDGETS) {
            run(csv, random, models.get(m), METHODS.get(i), budget, seed, LOSS[i] * Math.pow(-Math.log(share(METHODS.get(i), budget)), 1.45), m);
          }
        }
      }
    }
    Files.writeString(folder.resolve("runs.csv"), csv);
    StringBuilder fields = new StringBuilder();
    StringBuilder rows = new StringBuilder();
    for (int f = 0; f < FIELDS; f++) {
      fields.append(f == 0 ? "" : ",").append(f == 3 ? "\"a <b> & \\\"c\\\"\"" : "\"field_" + (f * 37 % 100) + "\"");
      rows.append(f == 0 ? "" : ",").append((int) Math.pow(10, 0.5 + f % 7));
    }
    Files.writeString(folder.resolve("study.json"), "{\"dataset\":{\"source\":\"ratings & clicks.csv\",\"split\":\"random 8:1:1, seed 2021\","
        + "\"train rows\":\"800167\",\"validation rows\":\"100021\",\"test rows\":\"100021\"},\"fields\":[" + fields + "],\"tableRows\":[" + rows
        + "],\"common\":{\"dimension\":\"16\",\"unit\":\"bytes\",\"retrain\":\"fresh\",\"train.batchSize\":\"2048\",\"budgets\":\"[0.5, 0.25, 0.1]\"},"
        + "\"methods\":{\"ham\":{\"gamma\":\"0.5\"},\"uniform\":{}}}");
    return folder;
  }

  private static void run(StringBuilder csv, Random random, String model, String method, double budget, int seed, double loss, int offset) {
    double auc = 0.8986 - 0.004 * offset - loss + 0.0006 * (1 + 2 * loss / 0.02) * random.nextGaussian();
    double share = share(method, budget) * (method.equals("uniform") ? 1 : 1 - 0.004 * random.nextDouble());
    csv.append(String.format(
        Locale.ROOT, "%s,%s,%s,%d,%.6f,%.6f,%.6f,%d,%.6f,%d,%.2f,%.2f,", model, method, budget, seed, auc, 0.316 + 1.3 * (0.8986 - auc), auc + 0.0004,
        (long) (689_856 * share), share, (long) (172_464 * share), search(method), 40 + 30 * random.nextDouble()));
    int epochs = 8 + random.nextInt(6);
    csv.append(epochs).append(',');
    for (int f = 0; f < FIELDS; f++) {
      double width = method.equals("full") ? 16 : method.equals("uniform") ? Math.floor(16 * share) : Math.min(16, 16 * share * 3 * random.nextDouble());
      csv.append(f == 0 ? "" : " ").append(String.format(Locale.ROOT, "%.3f", method.equals("pep") ? width : Math.rint(width)));
    }
    for (int e = 1; e <= epochs; e++) {
      csv.append(e == 1 ? "," : " ").append(String.format(Locale.ROOT, "%.6f", auc - 0.08 * Math.exp(-0.55 * e) - (e > epochs - 2 ? 0.0006 * (e - epochs + 2) : 0)));
    }
    csv.append('\n');
  }

  /** Uniform tables come in sixteenths; with less than one, the index is all that is left. */
  private static double share(String method, double budget) {
    return method.equals("uniform") ? Math.max(0.008, Math.floor(16 * budget) / 16) : budget;
  }

  private static double search(String method) {
    return switch (method) {
      case "full", "random", "uniform" -> 0;
      case "ham" -> 14;
      case "pep" -> 260;
      default -> 60;
    };
  }
}
