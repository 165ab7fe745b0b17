package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.DataException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibsvmReaderTest {

  @TempDir private Path folder;

  private List<String> read(String bytes) {
    Path file = Rows.file(folder, "rows.svm", bytes);
    InputFormat format = Inputs.of("libsvm");
    return Rows.of(format.open(file, format.schema(file), null), format.schema(file).fields().size());
  }

  private void assertRefused(String expected, String bytes) {
    Rows.assertRefused(DataException.class, expected, folder, () -> read(bytes));
  }

  @Test
  void theKthPairIsFieldK() {
    assertEquals(List.of("1|3|17", "0|4|18"), read("1 3:1 17:1\n-1 4:1.0 18:1\n"));
    assertEquals(List.of("1|3|17", "0|4|18"), read("\u00ef\u00bb\u00bf+1  3:1\t17:1 \r\n0 4:1 18:1"));
  }

  @Test
  void malformedLinesAreNamed() {
    assertRefused("rows.svm:1: the file is empty", "");
    assertRefused("rows.svm:1: the line is empty", "\n1 3:1\n");
    assertRefused("rows.svm:2: 2 columns, expected 3", "1 3:1 17:1\n1 3:1\n");
    assertRefused("rows.svm:2: '3' is no index:weight pair", "1 3:1 17:1\n1 3 17:1\n");
    assertRefused("rows.svm:2: '3:NaN' has weight 'NaN', only 1 is meaningful for a categorical field", "1 3:1\n1 3:NaN\n");
    assertRefused("rows.svm:2: '3:-1' has weight '-1', only 1 is meaningful for a categorical field", "1 3:1\n1 3:-1\n");
    assertRefused("rows.svm:2: byte 3 is not valid UTF-8", "1 3:1\n1 \u00ff:1\n");
  }
}
