package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetReaderTest {

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void writeFile() throws SQLException {
    file = folder.resolve("rows.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("COPY (SELECT i AS n, CASE WHEN i % 3 = 0 THEN NULL ELSE 'v' || i END AS site, i % 2 AS click FROM range(300000) t(i)) TO '"
          + file + "' (FORMAT parquet)");
    }
  }

  private RowSource open(String query) {
    return Inputs.of("parquet").open(file, Rows.schema("click", "site", "n"), query);
  }

  @Test
  void rowsComeInTheOrderOfTheFile() {
    List<String> rows = Rows.of(open(null), 2);
    assertEquals(300_000, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      assertEquals(i % 2 + "|" + (i % 3 == 0 ? "" : "v" + i) + "|" + i, rows.get(i));
    }
    assertEquals(file + ": row 2:0", Rows.place(open(null), 2, 0));
    assertEquals(List.of("1|v1|1", "1|v5|5"), Rows.of(open("SELECT * FROM input WHERE n IN (1, 5)"), 2));
  }

  @Test
  void damagedFilesAndUnknownColumnsAreRefused() throws IOException {
    assertThrows(ConfigurationException.class, () -> Inputs.of("parquet").open(file, Rows.schema("click", "none"), null).open().close());
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertThrows(DataException.class, () -> Rows.of(open(null), 2));
    Files.write(file, new byte[0]);
    assertThrows(DataException.class, () -> Rows.of(open(null), 2));
    Files.delete(file);
    Rows.assertRefused(DataException.class, "rows.parquet: does not exist", folder, () -> Rows.of(open(null), 2));
  }
}
