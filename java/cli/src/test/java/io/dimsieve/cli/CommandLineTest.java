package io.dimsieve.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every verb as a user calls it: what it makes, and that whatever is wrong is told in one line with the documented exit code. */
class CommandLineTest {

  private static final String SCHEMA =
      "{\"label\": {\"column\": \"click\"}, \"fields\": [{\"name\": \"site\"}, {\"name\": \"age\", \"kind\": \"numeric\", \"bucketizer\": \"log2_null\"}]}";

  @TempDir private Path folder;

  /** How a command line ended. */
  private record Ended(int code, String out, String err) {}

  private static Ended run(Object... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      int code = new Main().run(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
      return new Ended(code, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private Path file(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void assertRefused(int code, String part, Object... arguments) {
    Ended ended = run(arguments);
    String said = "exit " + ended.code + ", said: " + ended.err;
    assertEquals(code, ended.code, said);
    List<String> lines = ended.err.lines().toList();
    assertEquals(1, lines.size(), said);
    assertTrue(lines.get(0).startsWith("dimsieve: ") && lines.get(0).contains(part), said);
  }

  private String rows(int n) {
    StringBuilder text = new StringBuilder("site,age,click\n");
    for (int i = 0; i < n; i++) {
      text.append("s").append(i % 7).append(',').append(i % 5 == 0 ? "" : i % 40).append(',').append(i * 7919 % 13 < 4 ? 1 : 0).append('\n');
    }
    return text.toString();
  }

  private Ended prepare(Path input, Object... more) {
    Object[] all = {"prepare", input, "--format", "csv", "--schema", file("schema.json", SCHEMA), "-o", folder.resolve("rows.ds"), "--quiet"};
    Object[] arguments = Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, arguments, all.length, more.length);
    return run(arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "demo", "prepare", "generate", "train", "search", "compare", "compact", "retrain", "evaluate", "score", "serve", "import", "export", "inspect", "profile",
    "doctor"})
  void everyVerbHasHelpAndRefusesUnknownFlags(String verb) {
    Ended help = run(verb, "--help");
    assertEquals(0, help.code, help.err);
    assertTrue(help.out.contains("Usage: dimsieve " + verb), help.out);
    assertRefused(2, "--help)", verb, "--no-such-flag");
  }

  @Test
  void theDoctorTellsOfEveryDeviceAndItsProducts() {
    Ended ended = assertOk(run("doctor"));
    for (String line : new String[] {"cpu       ok: ", "cuda      ", "cublas    "}) {
      assertTrue(ended.out.lines().anyMatch(said -> said.startsWith(line) && said.length() > line.length() + 4), ended.out);
    }
  }

  @Test
  void aProfileTellsOfKernelsAndStagesAndWritesATrace() throws IOException {
    assertOk(prepare(file("rows.csv", rows(500))));
    Path trace = folder.resolve("trace.json");
    Ended ended = assertOk(run(
        "profile", "--trace", trace, "train", folder.resolve("rows.ds"), "-o", folder.resolve("m.model"), "--model", "fm", "--epochs", "2", "--quiet",
        "--threads", "1"));
    for (String line : new String[] {"step ", "waiting for a batch ", "evaluation ", "elsewhere ", "embedding_backward ", "fm_gather "}) {
      assertTrue(ended.out.lines().anyMatch(said -> said.startsWith(line)), line + " in " + ended.out);
    }
    var events = JsonParser.parseString(Files.readString(trace)).getAsJsonObject().getAsJsonArray("traceEvents");
    long backward = events.asList().stream().filter(e -> e.getAsJsonObject().get("name").getAsString().equals("embedding_backward")).count();
    assertEquals(backward, ended.out.lines().filter(said -> said.startsWith("embedding_backward ")).map(said -> Long.parseLong(said.split(" +")[1])).findFirst().get());
    assertRefused(2, "there is no directory", "profile", "--trace", folder.resolve("none").resolve("trace.json"), "doctor");
    assertRefused(2, "--no-such-flag", "profile", "evaluate", folder.resolve("m.model"), folder.resolve("rows.ds"), "--no-such-flag");
    assertRefused(4, "no-such.ds", "profile", "evaluate", folder.resolve("m.model"), folder.resolve("no-such.ds"));
  }

  @Test
  void noArgumentsShowTheVerbs() {
    Ended ended = run();
    assertEquals(2, ended.code);
    assertTrue(ended.out.contains("retrain"));
    assertRefused(2, "frobnicate", "frobnicate");
  }

  @Test
  void theWholeJobRuns() throws IOException {
    Path data = folder.resolve("synthetic.ds");
    Ended generated = run(
        "generate", "--rows", 6000, "--cardinalities", "40,30,20", "--planted", "4,3,2", "--dimension", 4, "-o", data, "--quiet");
    assertEquals(0, generated.code, generated.err);
    Path model = folder.resolve("full.model");
    Object[] small = {"--model", "deepfm", "--dimension", 4, "--hidden", "8", "--batch", 256, "--epochs", 2, "--quiet", "--threads", 2};
    assertOk(run(join(small, "train", data, "-o", model)));
    Path plan = folder.resolve("plan.json");
    assertOk(run(join(small, "search", data, "-o", plan, "--budget", "0.5,0.25", "--set", "epochs=1", "--weights", folder.resolve("kept/weights"))));
    Path quarter = folder.resolve("plan-0.25.json");
    assertTrue(Files.exists(quarter) && Files.exists(folder.resolve("plan-0.5.json")));
    Path compact = folder.resolve("compact.model");
    assertOk(run("compact", model, "--plan", quarter, "-o", compact));
    assertTrue(Files.size(compact) < Files.size(model));
    Path slim = folder.resolve("slim.model");
    assertOk(run(join(small, "retrain", data, "--plan", quarter, "-o", slim, "--from", folder.resolve("kept/weights/0.25.model"))));
    assertOk(run(join(small, "retrain", data, "--plan", quarter, "-o", slim, "--from", folder.resolve("kept/weights/warmup.model"))));
    assertTrue(assertOk(run("evaluate", slim, data)).out.startsWith("auc 0."));
    String[] precisions = assertOk(run("evaluate", slim, data, "--precision")).out.split("\n");
    assertEquals(2 + 6, precisions.length, "a line for the model, a head, three kinds of tables by two of layers");
    assertTrue(precisions[2].matches("f32 +f32 .*\\+0\\.00000.*"), precisions[2]);
    assertEquals(precisions[0].split(" ")[1], precisions[2].trim().split(" +")[3], "served as evaluated");
    for (Path file : new Path[] {data, quarter, slim}) {
      assertFalse(assertOk(run("inspect", file)).out.isBlank());
    }
    Path bytes = folder.resolve("bytes.json");
    Files.writeString(bytes, Files.readString(quarter).replaceFirst("\"precision\": *\"f32\"", "\"precision\":\"i8\""));
    Path tiny = folder.resolve("tiny.model");
    String told = assertOk(run(join(small, "retrain", data, "--plan", bytes, "-o", tiny))).out;
    assertTrue(assertOk(run("inspect", tiny)).out.contains("dense i8, "));
    String auc = told.substring(told.indexOf("auc "), told.indexOf(" logloss"));
    assertEquals(Double.parseDouble(auc.substring(4)), Double.parseDouble(assertOk(run("evaluate", tiny, data)).out.split(" ")[1]), 1e-4, told);
    Path text = folder.resolve("rows.tsv");
    assertOk(run("generate", "--rows", 300, "--cardinalities", "40,30,20", "--planted", "4,3,2", "--dimension", 4, "-o", text, "--text"));
    Path scores = folder.resolve("scores.txt");
    assertOk(run("score", slim, text, "--format", "tsv", "-o", scores));
    List<String> lines = Files.readAllLines(scores);
    assertEquals(300, lines.size());
    assertTrue(lines.stream().mapToDouble(Double::parseDouble).allMatch(p -> p > 0 && p < 1));
    List<String> rows = Files.readAllLines(text);
    assertTrue(rows.get(0).startsWith("label\t"), rows.get(0));
    Files.write(text, rows.stream().map(row -> row.substring(row.indexOf('\t') + 1)).toList());
    assertOk(run("score", slim, text, "--format", "tsv", "-o", scores));
    assertEquals(lines, Files.readAllLines(scores), "rows without labels");
  }

  /** Out to other tools, back from them, and on: what comes back scores as what went out, and can be searched and compacted. */
  @Test
  void modelsGoOutAndComeBack() throws IOException {
    Path data = folder.resolve("synthetic.ds");
    Object[] rows = {"generate", "--rows", 3000, "--cardinalities", "40,30,20", "--planted", "4,3,2", "--dimension", 4, "--quiet"};
    assertOk(run(join(new Object[] {"-o", data}, rows)));
    Path text = folder.resolve("rows.tsv");
    assertOk(run(join(new Object[] {"-o", text, "--text"}, rows)));
    Object[] sizes = {"--model", "deepfm", "--dimension", 4, "--hidden", "8", "--batch", 256, "--epochs", 2, "--quiet", "--threads", 2};
    Path model = folder.resolve("full.model");
    assertOk(run(join(sizes, "train", data, "-o", model)));
    Path weights = folder.resolve("full.safetensors");
    Path onnx = folder.resolve("full.onnx");
    Path all = folder.resolve("all.json");
    assertOk(run("export", model, "--safetensors", weights, "--onnx", onnx, "--plan", all));
    assertTrue(Files.exists(onnx) && Files.readString(all).contains("\"method\": \"export\""));
    StringBuilder fields = new StringBuilder();
    for (String field : new String[] {"f00", "f01", "f02"}) {
      fields.append(fields.isEmpty() ? "" : ",").append(String.format("\"%1$s\":{\"embedding\":\"embedding.%1$s\",\"linear\":\"linear.weight.%1$s\"}", field));
    }
    StringBuilder arrays = new StringBuilder();
    for (String array : new String[] {"linear.bias", "mlp.0.weight", "mlp.0.bias", "mlp.1.weight", "mlp.1.bias"}) {
      arrays.append(arrays.isEmpty() ? "" : ",").append(String.format("\"%1$s\":\"%1$s\"", array));
    }
    Path names = file("names.json", "{\"model\":{\"architecture\":\"deepfm\",\"dimension\":4,\"hidden\":[8]},\"orientation\":\"in,out\",\"fields\":{"
        + fields + "},\"arrays\":{" + arrays + "}}");
    Path back = folder.resolve("back.model");
    assertOk(run("import", weights, "--names", names, "--dataset", data, "-o", back));
    List<String> scores = scores(model, text);
    assertEquals(scores, scores(back, text));
    for (String method : new String[] {"sseds", "magnitude"}) {
      Path plan = folder.resolve("plan.json");
      Path compact = folder.resolve("compact.model");
      assertOk(run(join(sizes, "search", data, "--method", method, "--from", back, "--budget", "0.5", "-o", plan)));
      assertOk(run("compact", back, "--plan", plan, "-o", compact));
      List<String> fewer = scores(compact, text);
      assertEquals(scores.size(), fewer.size());
      assertTrue(!fewer.equals(scores) && fewer.stream().mapToDouble(Double::parseDouble).allMatch(p -> p > 0 && p < 1));
      Path read = folder.resolve("read.json");
      assertOk(run("export", compact, "--plan", read));
      assertOk(run("compact", back, "--plan", read, "-o", folder.resolve("again.model")));
      assertEquals(fewer, scores(folder.resolve("again.model"), text));
    }
    assertRefused(2, "nothing to write", "export", model);
    assertRefused(2, "no directory", "export", model, "--onnx", folder.resolve("nowhere/x.onnx"));
    assertRefused(4, "is a dataset file", "export", data, "--onnx", folder.resolve("x.onnx"));
    Files.writeString(names, Files.readString(names).replace("[8]", "[9]"));
    Object[] call = {"import", weights, "--names", names, "-o", folder.resolve("x.model"), "--dataset"};
    assertRefused(4, "names.json: arrays.mlp.0.bias: tensor 'mlp.0.bias' of", join(new Object[] {data}, call));
    assertRefused(4, "full.safetensors: ", join(new Object[] {weights}, call));
    assertFalse(Files.exists(folder.resolve("x.model")) || Files.exists(folder.resolve("x.onnx")));
  }

  private List<String> scores(Path model, Path text) throws IOException {
    Path scores = folder.resolve("scores.txt");
    assertOk(run("score", model, text, "--format", "tsv", "-o", scores));
    return Files.readAllLines(scores);
  }

  @Test
  void aComparisonGoesOnAndReports() throws IOException {
    Path data = folder.resolve("synthetic.ds");
    assertOk(run("generate", "--rows", 3000, "--cardinalities", "40,30,20", "--planted", "4,3,2", "--dimension", 4, "-o", data, "--quiet"));
    Path study = folder.resolve("study");
    Object[] small = {
      "compare", data, "-o", study, "--dimension", 4, "--hidden", "8", "--batch", 256, "--epochs", 2, "--threads", 2, "--budget", "50%,0.3",
      "--set", "ham.epochs=1", "--models", "fm,deepfm"};
    Ended first = assertOk(run(join(new Object[] {"--methods", "ham", "--seeds", "1"}, small)));
    assertEquals(2 * 5, first.err.lines().count(), "one line a run: " + first.err);
    assertTrue(first.err.contains("run 10 of 10") && first.err.contains("deepfm uniform 30 % seed 1: test auc 0."), first.err);
    assertEquals(study.resolve("report.html").toString(), first.out.strip());
    List<String> lines = Files.readAllLines(study.resolve("runs.csv"));
    Ended more = assertOk(run(join(new Object[] {"--methods", "ham,random", "--seeds", "1,2"}, small)));
    assertTrue(more.err.startsWith("run 11 of 28"), more.err);
    assertEquals(lines, Files.readAllLines(study.resolve("runs.csv")).subList(0, lines.size()));
    for (String file : new String[] {"summary.csv", "summary.md", "report.html"}) {
      assertTrue(Files.readString(study.resolve(file)).contains("random"), file);
    }
    byte[] page = Files.readAllBytes(study.resolve("report.html"));
    Files.delete(study.resolve("report.html"));
    assertOk(run("compare", "-o", study, "--report-only"));
    assertArrayEquals(page, Files.readAllBytes(study.resolve("report.html")));
    assertRefused(4, "train.batchSize = 256, now it is train.batchSize = 128", join(new Object[] {"--batch", 128}, remove(small, "--batch")));
    assertRefused(2, "names its method", "compare", data, "-o", study, "--set", "gamma=1");
    assertRefused(2, "not compared", "compare", data, "-o", study, "--methods", "random", "--set", "ham.gamma=1");
    assertRefused(2, "'DATASET'", "compare", "-o", study);
    assertRefused(2, "--model", "compare", data, "-o", study, "--model", "fm");
    assertRefused(4, "no study was made there", "compare", "-o", folder, "--report-only");
  }

  private static Object[] remove(Object[] arguments, String option) {
    List<Object> left = new ArrayList<>(Arrays.asList(arguments));
    int at = left.indexOf(option);
    left.subList(at, at + 2).clear();
    return left.toArray();
  }

  @Test
  void budgetsAreSharesPercentagesSizesOrALoss() throws IOException {
    Path data = folder.resolve("synthetic.ds");
    assertOk(run("generate", "--rows", 3000, "--cardinalities", "40,30,20", "--planted", "4,3,2", "--dimension", 4, "-o", data, "--quiet"));
    Path plan = folder.resolve("p.json");
    Object[] small = {
      "search", data, "-o", plan, "--method", "uniform", "--model", "fm", "--dimension", 4, "--batch", 256, "--epochs", 2, "--quiet", "--threads", 2};
    assertOk(run(join(new Object[] {"--budget", "0.5,75%,1.2KB,1KiB"}, small)));
    for (String name : new String[] {"0.5", "0.75", "1.2KB", "1KiB"}) {
      assertTrue(Files.exists(folder.resolve("p-" + name + ".json")), name);
    }
    assertRefused(2, "at most the", join(new Object[] {"--budget", "1GB"}, small));
    assertRefused(2, "is a size", join(new Object[] {"--budget", "1KB", "--unit", "dimensions"}, small));
    Ended found = assertOk(run(join(new Object[] {"--max-auc-loss", 0.99, "--budget", "1,0.5,0.25"}, small)));
    assertTrue(found.out.lines().anyMatch(line -> line.startsWith("25 %")), found.out);
    assertTrue(Files.readString(plan).contains("\"share\": 0.25"));
    assertRefused(2, "neither with --weights", join(new Object[] {"--max-auc-loss", 0.1, "--weights", folder}, small));
    assertRefused(2, "loss of AUC", join(new Object[] {"--max-auc-loss", 7}, small));
  }

  private static Ended assertOk(Ended ended) {
    assertEquals(0, ended.code, ended.err);
    return ended;
  }

  private static Object[] join(Object[] more, Object... first) {
    Object[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  @Test
  void sameSeedGivesTheSameModelFile() throws IOException {
    assertOk(prepare(file("rows.csv", rows(900))));
    byte[] first = null;
    for (int threads : new int[] {1, 2, 4}) {
      Path model = folder.resolve("same.model");
      assertOk(run("train", folder.resolve("rows.ds"), "-o", model, "--batch", 128, "--epochs", 2, "--threads", threads, "--quiet"));
      byte[] bytes = Files.readAllBytes(model);
      assertArrayEquals(first == null ? bytes : first, bytes);
      first = bytes;
    }
  }

  @Test
  void malformedRowsAreNamed() {
    String good = rows(50);
    Object[] call = {"prepare", folder.resolve("bad.csv"), "--format", "csv", "--schema", file("schema.json", SCHEMA), "-o", folder.resolve("bad.ds")};
    file("bad.csv", good + "s1,3\n");
    assertRefused(3, "bad.csv:52", call);
    file("bad.csv", good + "s1,3,1,9\n");
    assertRefused(3, "bad.csv:52", call);
    file("bad.csv", good + "s1,NaN,1\n");
    assertRefused(3, "bad.csv:52", call);
    file("bad.csv", good + "s1,3,yes\n");
    assertRefused(3, "bad.csv:52", call);
    file("bad.csv", good + "s\u00ff1,3,1\n");
    assertRefused(3, "bad.csv", call);
    file("bad.csv", "");
    assertRefused(3, "bad.csv", call);
    file("bad.csv", "site,click\ns1,1\n");
    assertRefused(2, "age", call);
    assertFalse(Files.exists(folder.resolve("bad.ds")), "nothing may be left behind");
  }

  @Test
  void criteoRowsAreCheckedByColumn() {
    String row = "1" + "\t3".repeat(13) + "\ta1".repeat(26) + "\n";
    Path input = file("criteo.tsv", row.repeat(30));
    assertOk(run("prepare", input, "--format", "criteo", "-o", folder.resolve("criteo.ds"), "--quiet"));
    file("criteo.tsv", row.repeat(5) + row.replaceFirst("\t3\t3", "\t3\tx") + row);
    assertRefused(3, "criteo.tsv:6:3", "prepare", input, "--format", "criteo", "-o", folder.resolve("criteo.ds"), "--quiet");
    file("criteo.tsv", row.repeat(5) + "1\t2\n");
    assertRefused(3, "criteo.tsv:6: 2 columns, expected 40", "prepare", input, "--format", "criteo", "-o", folder.resolve("criteo.ds"), "--quiet");
  }

  @Test
  void libsvmAndLibffmAreRead() {
    Path svm = file("rows.svm", "1 3:1 17:1\n-1 4:1 18:1\n".repeat(20));
    assertOk(run("prepare", svm, "--format", "libsvm", "-o", folder.resolve("svm.ds"), "--quiet"));
    Path ffm = file("rows.ffm", "1 0:3:1 1:17:1\r\n0 1:18:1\r\n".repeat(20));
    assertOk(run("prepare", ffm, "--format", "libffm", "-o", folder.resolve("ffm.ds"), "--quiet"));
    file("rows.svm", "1 3:1 17:1\n1 3:0.5 17:1\n");
    assertRefused(3, "rows.svm:2: '3:0.5'", "prepare", svm, "--format", "libsvm", "-o", folder.resolve("svm.ds"), "--quiet");
    file("rows.ffm", "1 0:3:1 1:17:1\n1 7:3:1\n");
    assertRefused(3, "rows.ffm:2: field 7", "prepare", ffm, "--format", "libffm", "-o", folder.resolve("ffm.ds"), "--quiet");
  }

  @Test
  void badSettingsAreRefusedBeforeWorkBegins() throws IOException {
    assertOk(prepare(file("rows.csv", rows(300))));
    Path data = folder.resolve("rows.ds");
    Path out = folder.resolve("x.model");
    assertRefused(2, "device cuda", "train", data, "-o", out, "--device", "cuda");
    assertRefused(2, "TF32 is of cuda", "train", data, "-o", out, "--tf32");
    assertRefused(2, "not a demo's flights: its fields are [site, age]", "demo", "--dataset", data, "--directory", folder);
    assertRefused(2, "unknown device", "train", data, "-o", out, "--device", "tpu");
    assertRefused(2, "instruction set", "train", data, "-o", out, "--isa", "sse9");
    assertRefused(2, "threads", "train", data, "-o", out, "--threads", "0");
    assertRefused(2, "unknown model", "train", data, "-o", out, "--model", "dnn");
    assertRefused(2, "learning rate", "train", data, "-o", out, "--rate", "-1");
    assertRefused(2, "--rate", "train", data, "-o", out, "--rate", "fast");
    assertRefused(2, "no directory", "train", data, "-o", folder.resolve("nowhere/x.model"));
    assertRefused(4, "does not exist", "train", folder.resolve("none.ds"), "-o", out);
    for (String budget : new String[] {"0", "1.5", "-0.1", "NaN"}) {
      assertRefused(2, "budget", "search", data, "-o", folder.resolve("p.json"), "--budget", budget);
    }
    assertRefused(2, "unknown setting", "search", data, "-o", folder.resolve("p.json"), "--set", "lamda=1");
    assertRefused(2, "unknown search method", "search", data, "-o", folder.resolve("p.json"), "--method", "magic");
    assertRefused(2, "unknown input format", "prepare", data, "--format", "xml", "-o", out);
    assertRefused(2, "needs --schema", "prepare", data, "--format", "csv", "-o", out);
    assertFalse(Files.exists(out));
  }

  @Test
  void damagedFilesAreRefused() throws IOException {
    assertOk(prepare(file("rows.csv", rows(300))));
    Path data = folder.resolve("rows.ds");
    Path model = folder.resolve("m.model");
    Path plan = folder.resolve("p.json");
    assertOk(run("train", data, "-o", model, "--epochs", 1, "--quiet"));
    assertOk(run("search", data, "-o", plan, "--method", "random", "--quiet"));
    Path bad = folder.resolve("bad");
    byte[] bytes = Files.readAllBytes(data);
    Files.write(bad, Arrays.copyOf(bytes, bytes.length - 3));
    assertRefused(4, "bad", "train", bad, "-o", folder.resolve("x.model"));
    bytes[bytes.length / 2] ^= 4;
    Files.write(bad, bytes);
    assertRefused(4, "bad", "train", bad, "-o", folder.resolve("x.model"));
    byte[] weights = Files.readAllBytes(model);
    weights[weights.length / 2] ^= 1;
    Files.write(bad, weights);
    assertRefused(4, "bad", "evaluate", bad, data);
    assertRefused(4, "bad", "compact", bad, "--plan", plan, "-o", folder.resolve("x.model"));
    Files.writeString(bad, Files.readString(plan).replace("\"columns\"", "\"colums\""));
    assertRefused(4, "bad", "compact", model, "--plan", bad, "-o", folder.resolve("x.model"));
    Files.writeString(bad, Files.readString(plan).replace("\"site\"", "\"sight\""));
    assertRefused(4, "sight", "retrain", data, "--plan", bad, "-o", folder.resolve("x.model"));
    assertRefused(4, "model", "evaluate", data, data);
    assertFalse(Files.exists(folder.resolve("x.model")));
  }

  @Test
  void trainingGoesOnFromItsCheckpoint() throws IOException {
    assertOk(prepare(file("rows.csv", rows(900))));
    Path data = folder.resolve("rows.ds");
    Path model = folder.resolve("c.model");
    Path checkpoint = folder.resolve("c.checkpoint");
    Object[] options = {"--batch", 128, "--patience", 0, "--epochs", 3, "--quiet"};
    assertOk(run(join(options, "train", data, "-o", model, "--checkpoint", checkpoint)));
    byte[] expected = Files.readAllBytes(model);
    assertOk(run(join(options, "train", data, "-o", model, "--checkpoint", checkpoint)));
    assertArrayEquals(expected, Files.readAllBytes(model));
    assertRefused(4, "was made with", join(new Object[] {"--seed", 7}, join(options, "train", data, "-o", model, "--checkpoint", checkpoint)));
  }
}
