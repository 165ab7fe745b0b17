package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Schema;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DelimitedReaderTest {

  private static final Schema SCHEMA = Rows.schema("click", "site", "age");

  @TempDir private Path folder;

  private RowSource csv(String bytes) {
    return Inputs.of("csv").open(Rows.file(folder, "rows.csv", bytes), SCHEMA, null);
  }

  private List<String> read(String bytes) {
    return Rows.of(csv(bytes), 2);
  }

  private void assertRefused(String expected, String bytes) {
    Rows.assertRefused(DataException.class, expected, folder, () -> read(bytes));
  }

  @Test
  void valuesAreReadAsText() {
    assertEquals(List.of("1|a|007", "0|b|"), read("site,age,click\na,007,1\nb,,0\n"));
    assertEquals(List.of("1|a|1e3", "0|b|-2"), read("\u00ef\u00bb\u00bfsite,age,click\r\na,1e3,1\r\nb,-2,0"));
    assertEquals(List.of("1|\u00e9|NaN"), read("click,unused,age,site\n1,x,NaN,\u00c3\u00a9\n"));
    assertEquals(List.of("1|a,b|c\"d"), read("site,age,click\n\"a,b\",\"c\"\"d\",1\n"));
    assertEquals(List.of("1|a\nb|3"), read("site,age,click\n\"a\nb\",3,1\n"));
    assertEquals(List.of("1|a|3"), read("site,\"x,y\",age,click\na,z,3,1\n"));
    assertEquals(List.of(), read("site,age,click\n"));
  }

  @Test
  void tabsSeparateTsv() {
    Path file = Rows.file(folder, "rows.tsv", "click\tsite\tage\n1\ta,b\t\n");
    assertEquals(List.of("1|a,b|"), Rows.of(Inputs.of("tsv").open(file, SCHEMA, null), 2));
  }

  @Test
  void aLineOfAMegabyteIsRead() {
    String site = "x".repeat(1_000_000);
    assertEquals(List.of("1|" + site + "|3", "0|b|4"), read("site,age,click\n" + site + ",3,1\nb,4,0\n"));
  }

  @Test
  void malformedLinesAreNamed() {
    String good = "site,age,click\n" + "a,1,1\n".repeat(5000);
    assertRefused("rows.csv:5002: Expected Number of Columns: 3 Found: 2", good + "b,2\n" + "a,1,1\n".repeat(5000));
    assertRefused("rows.csv:5002: Expected Number of Columns: 3 Found: 4", good + "b,2,0,9\n");
    assertRefused("rows.csv:5002: Value with unterminated quote found.", good + "\"b,2,0\nc,3,1\n");
    assertRefused("rows.csv:5002: Invalid unicode (byte sequence mismatch) detected. This file is not utf-8 encoded.", good + "b\u00ff,2,0\n");
  }

  @Test
  void aHeaderMustNameColumns() {
    assertRefused("rows.csv:1: a header line with the names of the columns is missing", "");
    assertRefused("rows.csv:1: a header line with the names of the columns is missing", "\n1,2,3\n");
    assertRefused("rows.csv:1: column names must be unique and not empty: [site, site, click]", "site,site,click\n");
    assertRefused("rows.csv:1: column names must be unique and not empty: [site, , click]", "site,,click\n");
    assertRefused("rows.csv:1: a quote is not closed", "site,\"age,click\n");
    assertRefused("rows.csv:1: byte 2 is not valid UTF-8", "s\u00ffte,age,click\n");
  }

  @Test
  void placesAreThoseOfTheFile() {
    String text = "age,site,click\n\n\n1,\"a\nb\",1\n\n2,c,0\n";
    String file = folder.resolve("rows.csv").toString();
    assertEquals(file + ":4:2", Rows.place(csv(text), 1, 0));
    assertEquals(file + ":7:1", Rows.place(csv(text), 2, 1));
    assertEquals(file + ":7:3", Rows.place(csv(text), 2, RowCursor.LABEL));
  }

  @Test
  void queriesDeriveColumns() {
    Path file = Rows.file(folder, "rows.csv", "day,delay\n1,20\n2,3\n");
    String query = "SELECT (delay::INT > 15)::INT AS click, day AS site, day || 'x' AS age FROM input";
    assertEquals(List.of("1|1|1x", "0|2|2x"), Rows.of(Inputs.of("csv").open(file, SCHEMA, query + ";"), 2));
    assertEquals(file + ": row 2 of the query:0", Rows.place(Inputs.of("csv").open(file, SCHEMA, query), 2, 0));
    for (String bad : new String[] {"SELECT", "SELECT nothing FROM input", "SELECT nofunction(day) FROM input", "SELECT day FROM output"}) {
      assertThrows(
          ConfigurationException.class, () -> Inputs.of("csv").open(file, SCHEMA, bad).open().close(), bad);
    }
  }

  @Test
  void namesWithWildcardsMeanOneFile() {
    Rows.file(folder, "rows1.csv", "site,age,click\nother,1,1\n");
    Path file = Rows.file(folder, "rows[1]*'.csv", "site,age,click\na,1,1\n");
    assertEquals(List.of("1|a|1"), Rows.of(Inputs.of("csv").open(file, SCHEMA, null), 2));
  }

  @Test
  void aMissingFileOrColumnIsTold() {
    Rows.assertRefused(DataException.class, "none.csv: does not exist", folder, () -> Inputs.of("csv").open(folder.resolve("none.csv"), SCHEMA, null));
    assertThrows(ConfigurationException.class, () -> read("site,click\na,1\n"));
  }
}
