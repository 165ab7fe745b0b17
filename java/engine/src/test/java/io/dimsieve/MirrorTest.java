package io.dimsieve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dimsieve.model.Architecture;
import io.dimsieve.model.Architectures;
import io.dimsieve.search.SearchMethod;
import io.dimsieve.search.SearchMethods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What stands in one place must stand in its mirror too: classes and tests, kernels and callers, registries and README. */
class MirrorTest {

  private static final Path ROOT = Path.of("..", "..");
  private static final Path NATIVE = ROOT.resolve("native");
  private static final List<Path> MODULES = List.of(ROOT.resolve("java/serve"), ROOT.resolve("java/engine"));
  private static final List<Path> MAIN = MODULES.stream().map(module -> module.resolve("src/main/java/io/dimsieve")).toList();
  private static final List<Path> TESTS = MODULES.stream().map(module -> module.resolve("src/test/java/io/dimsieve")).toList();

  /** Public classes without a test of their own; interfaces and records with an empty body need none. */
  private static final Set<String> EXEMPT = Set.of(
      // Told apart by DimsieveExceptionTest.
      "ConfigurationException", "DataException", "ModelFormatException", "NativeException", "TrainingDivergedException",
      // One expression each; scored for every entry of the registry by CompactorTest and CtrModelTest, against float64 by TrainingStepTest.
      "model/LogisticRegression", "model/FactorizationMachine", "model/WideDeep", "model/DeepFm",
      // Build time only; without it nothing compiles.
      "kernel/preset/NativePreset",
      // Constants; ScoringModelTest opens models in every way.
      "encode/FieldKind", "serve/Loading", "serve/LayerPrecision",
      // Reads what ScoringModelTest opens.
      "kernel/MappedFile",
      // Written by ModelStore and read back by ScorerTest, with the programs in them.
      "file/ModelFile", "file/ModelFileWriter", "file/Program", "train/ModelStore",
      // Three constants; written and read back by FieldPackerTest, and served from by PackedGatherTest.
      "tensor/PackedForm", "tensor/StoredTables", "tensor/PackedTable",
      // Run as a whole by HamTest.
      "train/Evaluator", "train/Snapshot", "train/TrainSpec", "search/SearchTask",
      // A key, read and written by RunRecordTest; a choice, read by StudySpecTest.
      "study/RunKey", "study/Retrain",
      // Controls and their registry; selection itself is ColumnSelectionTest's.
      "search/SearchMethods", "search/UniformDimension", "search/RandomColumns", "search/ColumnMagnitude");

  private static List<Path> sources(List<Path> folders, String ending) throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path folder : folders) {
      all.addAll(sources(folder, ending));
    }
    return all;
  }

  private static List<Path> sources(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  private static String text(List<Path> files) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path file : files) {
      all.append(Files.readString(file)).append('\n');
    }
    return all.toString();
  }

  private static List<String> matches(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1)).toList();
  }

  @Test
  void everyPublicClassHasItsTest() throws IOException {
    Set<String> missing = new TreeSet<>();
    Set<String> needless = new TreeSet<>(EXEMPT);
    for (Path file : sources(MAIN, ".java")) {
      String name = MAIN.get(file.startsWith(MAIN.get(0)) ? 0 : 1).relativize(file).toString().replace('\\', '/').replace(".java", "");
      String source = Files.readString(file);
      boolean isPublic = Pattern.compile("(?m)^public .*\\b(class|record|enum)\\b").matcher(source).find();
      boolean empty = source.stripTrailing().endsWith(") {}");
      boolean tested = TESTS.stream().anyMatch(folder -> Files.exists(folder.resolve(name + "Test.java")));
      if (isPublic && !empty && !tested && !EXEMPT.contains(name)) {
        missing.add(name);
      } else if (!tested) {
        needless.remove(name);
      }
    }
    assertEquals(Set.of(), missing, "classes without a test");
    assertEquals(Set.of(), needless, "exempt classes that have a test or are gone");
  }

  @Test
  void everyOpHasItsKernelFileAndNativeTest() throws IOException {
    Matcher list = Pattern.compile("set\\(DIMSIEVE_OPS([^)]*)\\)").matcher(Files.readString(NATIVE.resolve("CMakeLists.txt")));
    assertTrue(list.find());
    for (String op : list.group(1).trim().split("\\s+")) {
      assertTrue(Files.exists(NATIVE.resolve("cpu/" + op + ".cpp")), "native/cpu/" + op + ".cpp");
      assertTrue(Files.exists(NATIVE.resolve("cuda/" + op + ".cu")), "native/cuda/" + op + ".cu");
      assertTrue(Files.exists(NATIVE.resolve("test/" + op + "_test.cpp")), "native/test/" + op + "_test.cpp");
    }
  }

  @Test
  void everyKernelIsCalledFromJavaAndTestedNatively() throws IOException {
    String java = text(sources(MAIN, ".java"));
    String tests = text(sources(NATIVE.resolve("test"), "_test.cpp"));
    List<String> kernels = matches("(?m)^KERNEL\\((\\w+),", Files.readString(NATIVE.resolve("kernels.def")));
    assertFalse(kernels.isEmpty());
    for (String kernel : kernels) {
      assertTrue(java.contains("Native.ds_" + kernel + "("), "no Java class calls " + kernel);
      assertTrue(Pattern.compile("\\b" + kernel + "\\b").matcher(tests).find(), "no native test covers " + kernel);
    }
  }

  private static Set<String> implementations(String folder, String type) throws IOException {
    return new TreeSet<>(matches("(?m)^(?:public )?final class (\\w+) implements " + type + "\\b", text(sources(MAIN.get(1).resolve(folder), ".java"))));
  }

  @Test
  void everyModelAndSearchMethodIsRegistered() throws IOException {
    assertEquals(
        implementations("model", "Architecture"),
        Architectures.all().stream().map(x -> x.getClass().getSimpleName()).collect(Collectors.toCollection(TreeSet::new)));
    assertEquals(
        implementations("search", "SearchMethod"),
        SearchMethods.all().stream().map(x -> x.getClass().getSimpleName()).collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void readmeNamesEveryModelAndSearchMethod() throws IOException {
    Path file = ROOT.resolve("README.md");
    assumeTrue(Files.exists(file), "there is no README yet");
    String readme = Files.readString(file);
    for (Architecture model : Architectures.all()) {
      assertTrue(readme.contains("`" + model.name() + "`"), "README names no model `" + model.name() + "`");
    }
    for (SearchMethod method : SearchMethods.all()) {
      assertTrue(readme.contains("`" + method.name() + "`"), "README names no search method `" + method.name() + "`");
    }
  }
}
