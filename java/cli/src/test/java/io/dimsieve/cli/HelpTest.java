package io.dimsieve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The help of every verb is what its file says. After a wanted change write the files again: {@code mvn test -Ddimsieve.golden=write}. */
class HelpTest {

  private static final Path FOLDER = Path.of("src", "test", "resources", "io", "dimsieve", "cli", "help");

  private static List<String> verbs() {
    return List.copyOf(new CommandLine(new Main()).getSubcommands().keySet());
  }

  private static void assertGolden(String name, CommandLine command) throws IOException {
    Path file = FOLDER.resolve(name + ".txt");
    String help = command.getUsageMessage(Ansi.OFF);
    if ("write".equals(System.getProperty("dimsieve.golden"))) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, help);
    }
    assertEquals(Files.exists(file) ? Files.readString(file) : "", help, file.toString());
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void helpOfAVerb(String verb) throws IOException {
    assertGolden(verb, new CommandLine(new Main()).getSubcommands().get(verb));
  }

  @Test
  void helpOfTheCommand() throws IOException {
    assertGolden("dimsieve", new CommandLine(new Main()));
  }

  @Test
  void noFileWithoutItsVerb() throws IOException {
    Set<String> expected = Stream.concat(verbs().stream(), Stream.of("dimsieve")).map(name -> name + ".txt").collect(Collectors.toCollection(TreeSet::new));
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertEquals(expected, files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new)));
    }
  }
}
