package io.dimsieve.cli.input;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovieLensReaderTest {

  @TempDir private Path folder;

  @BeforeEach
  void writeFolder() {
    Rows.file(folder, "users.dat", "1::F::1::10::48067\n2::M::56::16::70\n");
    Rows.file(folder, "movies.dat", "7::Am\u00e9lie (Le (2001)::Comedy|Romance\n");
    Rows.file(folder, "ratings.csv", "user,item,rating,time_rank\n1,7,5,0\n2,8,3,0\n");
  }

  private RowSource open(String format) {
    return Inputs.of(format).open(folder, Inputs.of(format).schema(folder), null);
  }

  private void assertRefused(String expected) {
    Rows.assertRefused(DataException.class, expected, folder, () -> Rows.of(open("movielens-ids"), 8));
  }

  @Test
  void ratingsAreJoinedWithUsersAndMovies() {
    assertEquals(List.of("5|1|7|F|1|10|480|2001|Comedy|Romance", "3|2|8|M|56|16|70||"), Rows.of(open("movielens-ids"), 8));
    assertEquals(List.of("5|F|1|10|480|2001|Comedy|Romance", "3|M|56|16|70||"), Rows.of(open("movielens-side"), 6));
    assertEquals(folder.resolve("ratings.csv") + ":3:3", Rows.place(open("movielens-ids"), 2, RowCursor.LABEL));
  }

  @Test
  void malformedFilesAreNamed() {
    Rows.file(folder, "ratings.csv", "user,item,rating\n1,7,5\n1,7\n");
    assertRefused("ratings.csv:3: 2 columns, expected user, item, rating");
    Rows.file(folder, "ratings.csv", "user,item,rating\n3,7,5\n");
    assertRefused("ratings.csv:2:1: user '3' is not in users.dat");
    Rows.file(folder, "ratings.csv", "1,7,5\n1,7,5\n");
    assertRefused("ratings.csv:1: the header is not user,item,rating,...");
    Rows.file(folder, "movies.dat", "7::Am\u00e9lie::Comedy\n");
    assertRefused("movies.dat:1:2: title 'Am\u00e9lie' does not end in (year)");
    Rows.file(folder, "users.dat", "1::F::1\n");
    assertRefused("users.dat:1: 3 columns, expected 5");
  }

  @Test
  void unknownColumnsAreRefused() {
    Rows.assertRefused(
        ConfigurationException.class, "the schema names a column 'director', MovieLens has [user, item, gender, age, occupation, zip, year, genres]",
        folder, () -> Inputs.of("movielens-side").open(folder, Rows.schema("rating", "director"), null));
    Rows.assertRefused(
        ConfigurationException.class, "the schema names a column 'click', MovieLens has [rating]", folder,
        () -> Inputs.of("movielens-side").open(folder, Rows.schema("click", "age"), null));
  }
}
