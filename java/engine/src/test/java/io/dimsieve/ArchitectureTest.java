package io.dimsieve;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between packages, and what no class of the engine may do. */
class ArchitectureTest {

  private static final String ROOT = "io.dimsieve";
  private static final JavaClasses ENGINE =
      new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT);

  /** Each package and what it may name besides itself, the root package and libraries. */
  @ParameterizedTest
  @CsvSource(delimiter = ':', nullValues = "-", value = {
      "memory: -",
      "metric: -",
      "encode: -",
      "kernel: memory",
      "tensor: memory kernel",
      "op: memory kernel tensor",
      "autograd: memory kernel tensor op",
      "optimizer: memory kernel tensor op autograd",
      "model: memory kernel tensor op autograd",
      "file: memory encode",
      "data: memory encode file",
      "train: memory kernel tensor op autograd optimizer model metric encode file data",
      "search: memory kernel tensor op autograd optimizer model metric encode file data train",
      "study: memory kernel tensor op autograd optimizer model metric encode file data train search",
      "serve: memory kernel tensor op encode file",
      "exchange: kernel tensor model encode file train search",
      "onnx: tensor op file exchange"
  })
  void importsOnlyWhatItsArrowsAllow(String name, String allowed) {
    Stream<String> others = allowed == null ? Stream.empty() : Arrays.stream(allowed.trim().split(" ")).map(other -> ROOT + "." + other + "..");
    String[] packages = Stream.concat(Stream.of(ROOT, ROOT + "." + name + ".."), others).toArray(String[]::new);
    noClasses().that().resideInAPackage(ROOT + "." + name + "..")
        .should().dependOnClassesThat(resideInAnyPackage(ROOT + "..").and(com.tngtech.archunit.base.DescribedPredicate.not(
            resideInAnyPackage(packages))))
        .check(ENGINE);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(ENGINE);
  }

  @Test
  void rootNamesNoPackage() {
    noClasses().that().resideInAPackage(ROOT).should().dependOnClassesThat().resideInAPackage(ROOT + ".*..").check(ENGINE);
  }

  @Test
  void onlyKernelNamesJavaCpp() {
    noClasses().that().resideOutsideOfPackage(ROOT + ".kernel..").should().dependOnClassesThat().resideInAPackage("org.bytedeco..")
        .check(ENGINE);
  }

  @Test
  void metricNamesOnlyTheJdk() {
    classes().that().resideInAPackage(ROOT + ".metric..").should().onlyDependOnClassesThat().resideInAnyPackage("java..", ROOT + ".metric..")
        .check(ENGINE);
  }

  @Test
  void onlyExceptionsDeclareSerialVersions() {
    noClasses().that(com.tngtech.archunit.base.DescribedPredicate.not(
        assignableTo(Throwable.class).or(assignableTo(Enum.class)).or(resideInAnyPackage(ROOT + ".kernel.binding.."))))
        .and().areNotAnonymousClasses()
        .should().implement(java.io.Serializable.class).check(ENGINE);
  }

  @Test
  void nothingEndsTheProcessOrPrints() {
    noClasses().should().callMethod(System.class, "exit", int.class).orShould().accessField(System.class, "out")
        .orShould().accessField(System.class, "err").orShould().callMethod(Throwable.class, "printStackTrace").check(ENGINE);
  }
}
