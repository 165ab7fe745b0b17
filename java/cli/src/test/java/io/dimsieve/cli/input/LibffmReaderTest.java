package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.DataException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibffmReaderTest {

  @TempDir private Path folder;

  private List<String> read(String bytes) {
    Path file = Rows.file(folder, "rows.ffm", bytes);
    InputFormat format = Inputs.of("libffm");
    return Rows.of(format.open(file, format.schema(file), null), format.schema(file).fields().size());
  }

  private void assertRefused(String expected, String bytes) {
    Rows.assertRefused(DataException.class, expected, folder, () -> read(bytes));
  }

  @Test
  void fieldsAreNumberedAndMayBeMissing() {
    assertEquals(List.of("1|3||17", "0||5|18"), read("1 2:17:1 0:3:1\n-1 1:5:1 2:18:1\n"));
    assertEquals(List.of("1|3", "0|"), read("\u00ef\u00bb\u00bf1 0:3:1\r\n0"));
  }

  @Test
  void malformedLinesAreNamed() {
    assertRefused("rows.ffm:1: the file is empty", "");
    assertRefused("rows.ffm:1: '3' is no field:index:weight triple", "1 3\n");
    assertRefused("rows.ffm:1: '99999:1:1' is no field:index:weight triple", "1 99999:1:1\n");
    assertRefused("rows.ffm:2: 'x:1:1' is no field:index:weight triple", "1 0:3:1\n1 x:1:1\n");
    assertRefused("rows.ffm:2: '0:3' is no field:index:weight triple", "1 0:3:1\n1 0:3\n");
    assertRefused("rows.ffm:2: field 1 is beyond the 1 of the first line", "1 0:3:1\n1 1:3:1\n");
    assertRefused("rows.ffm:2: field 0 stands twice", "1 0:3:1\n1 0:3:1 0:4:1\n");
    assertRefused("rows.ffm:2: '0:3:0.5' has weight '0.5', only 1 is meaningful for a categorical field", "1 0:3:1\n1 0:3:0.5\n");
  }
}
