package io.dimsieve.study.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dimsieve.ConfigurationException;
import io.dimsieve.ModelFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ReportTest {

  @TempDir private Path folder;

  private static Document parse(Path page) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(Files.readAllBytes(page)));
  }

  @Test
  void thePageIsWellFormedSelfContainedAndNamesEveryMethod() throws Exception {
    Document page = parse(Report.write(MadeUpStudy.write(folder, List.of("deepfm", "fm"), 3)));
    String text = page.getDocumentElement().getTextContent();
    MadeUpStudy.METHODS.forEach(method -> assertTrue(text.contains(method), method));
    assertTrue(text.contains("a <b> & \"c\""), "names are escaped");
    assertEquals(2 * (2 + 9 + 1), page.getElementsByTagName("svg").getLength());
    assertEquals(0, page.getElementsByTagName("script").getLength());
    assertEquals(2, page.getElementsByTagName("section").getLength() - 1, "a section for each model, and the settings");
    String source = Files.readString(folder.resolve(Report.PAGE));
    assertFalse(source.replace("http://www.w3.org/1999/xhtml", "").contains("://"), "nothing is fetched");
    Set<String> ids = new HashSet<>();
    NodeList clips = page.getElementsByTagName("clipPath");
    for (int i = 0; i < clips.getLength(); i++) {
      assertTrue(ids.add(((Element) clips.item(i)).getAttribute("id")), "ids are unique");
    }
    assertFalse(source.contains("NaN"));
  }

  @Test
  void heatMapHasACellForEveryMethodBudgetAndField() throws Exception {
    Document page = parse(Report.write(MadeUpStudy.write(folder, List.of("deepfm"), 2)));
    NodeList cells = page.getElementsByTagName("td");
    int shaded = 0;
    for (int i = 0; i < cells.getLength(); i++) {
      shaded += ((Element) cells.item(i)).getAttribute("style").startsWith("--v:") ? 1 : 0;
    }
    assertEquals(MadeUpStudy.METHODS.size() * MadeUpStudy.BUDGETS.length * MadeUpStudy.FIELDS, shaded);
  }

  @Test
  void tablesHaveEveryRow() throws IOException {
    Report.write(MadeUpStudy.write(folder, List.of("deepfm"), 3));
    int rows = 1 + MadeUpStudy.METHODS.size() * MadeUpStudy.BUDGETS.length;
    List<String> csv = Files.readAllLines(folder.resolve("summary.csv"));
    assertEquals(1 + rows, csv.size());
    int columns = csv.get(0).split(",").length;
    assertTrue(csv.stream().allMatch(line -> line.split(",", -1).length == columns));
    List<String> markdown = Files.readAllLines(folder.resolve("summary.md"));
    assertEquals(2 * (2 + rows), markdown.stream().filter(line -> line.startsWith("|")).count());
    assertTrue(markdown.stream().anyMatch(line -> line.startsWith("| 1 % | random | 0.8") && line.endsWith("| 3 | – |")), "random is not behind");
    assertTrue(markdown.stream().anyMatch(line -> line.startsWith("| 2 % | magnitude | 0.8") && line.contains("| 3 | ")));
  }

  @Test
  void equalRunsGiveEqualBytesInEveryLocale() throws IOException {
    byte[] expected = Files.readAllBytes(Report.write(MadeUpStudy.write(folder, List.of("deepfm"), 1)));
    assertTrue(new String(expected, StandardCharsets.UTF_8).contains("one seed"), "one seed has no error to be behind by");
    Locale before = Locale.getDefault();
    try {
      for (String language : new String[] {"de", "fr"}) {
        Locale.setDefault(Locale.forLanguageTag(language));
        assertArrayEquals(expected, Files.readAllBytes(Report.write(folder)));
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aFolderWithoutRunsIsRefused() throws IOException {
    assertThrows(ModelFormatException.class, () -> Report.write(folder));
    MadeUpStudy.write(folder, List.of(), 0);
    assertThrows(ConfigurationException.class, () -> Report.write(folder));
  }
}
