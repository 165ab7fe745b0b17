package io.dimsieve.cli.input;

import io.dimsieve.ConfigurationException;
import io.dimsieve.DataException;
import io.dimsieve.data.RowBlock;
import io.dimsieve.data.RowCursor;
import io.dimsieve.data.RowSource;
import io.dimsieve.encode.Field;
import io.dimsieve.encode.LabelRule;
import io.dimsieve.encode.Schema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * MovieLens-1M, a folder with users.dat, movies.dat and ratings.csv (user,item,rating,...) or ratings.dat. Rating above 3 is positive, 3 is left out. Two
 * tasks that must not be mixed: {@code movielens-ids} with user and item, {@code movielens-side} without (the PEP authors' task).
 */
public final class MovieLensReader implements InputFormat {

  private static final List<String> FIELDS = List.of("user", "item", "gender", "age", "occupation", "zip", "year", "genres");
  private static final int ZIP_DIGITS = 3;
  private static final int USER_COLUMNS = 5;
  private static final int MOVIE_COLUMNS = 3;

  private final boolean ids;

  MovieLensReader(boolean ids) {
    this.ids = ids;
  }

  @Override
  public String name() {
    return ids ? "movielens-ids" : "movielens-side";
  }

  @Override
  public String summary() {
    return "MovieLens-1M folder, " + (ids ? "with" : "without") + " user and item";
  }

  @Override
  public Schema schema(Path input) {
    List<String> names = ids ? FIELDS : FIELDS.subList(2, FIELDS.size());
    return new Schema(new LabelRule("rating", 3.0, 3.0), names.stream().map(name -> Field.categorical(name, 1)).toList());
  }

  @Override
  public RowSource open(Path input, Schema schema, String query) {
    if (query != null) {
      throw new ConfigurationException("--query works with csv, tsv and parquet, not with " + name());
    }
    if (schema.label() != null) {
      requireColumn(schema.label().column(), List.of("rating"));
    }
    schema.fields().forEach(field -> requireColumn(field.name(), FIELDS));
    Map<String, Map<String, String>> users = users(input.resolve("users.dat"));
    Map<String, Map<String, String>> movies = movies(input.resolve("movies.dat"));
    Path csv = input.resolve("ratings.csv");
    Path ratings = Files.exists(csv) ? csv : input.resolve("ratings.dat");
    return new RowSource() {
      @Override
      public String name() {
        return ratings.getFileName().toString();
      }

      @Override
      public RowCursor open() {
        return new Cursor(ratings, schema, users, movies);
      }
    };
  }

  private static void requireColumn(String name, List<String> columns) {
    if (!columns.contains(name)) {
      throw new ConfigurationException("the schema names a column '" + name + "', MovieLens has " + columns);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new DataException(file.toString(), Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist", e);
    }
  }

  private static String[] columns(Path file, int line, String text, int width) {
    String[] columns = text.split("::", -1);
    if (columns.length != width) {
      throw new DataException(file.toString(), line, 0, columns.length + " columns, expected " + width);
    }
    return columns;
  }

  private static Map<String, Map<String, String>> users(Path file) {
    Map<String, Map<String, String>> users = new HashMap<>();
    int line = 0;
    for (String text : lines(file)) {
      String[] c = columns(file, ++line, text, USER_COLUMNS);
      users.put(c[0], Map.of(
          "gender", c[1], "age", c[2], "occupation", c[3], "zip", c[4].substring(0, Math.min(ZIP_DIGITS, c[4].length()))));
    }
    return users;
  }

  private static Map<String, Map<String, String>> movies(Path file) {
    Map<String, Map<String, String>> movies = new HashMap<>();
    int line = 0;
    for (String text : lines(file)) {
      String[] c = columns(file, ++line, text, MOVIE_COLUMNS);
      int open = c[1].lastIndexOf('(');
      if (open < 0 || !c[1].endsWith(")")) {
        throw new DataException(file.toString(), line, 2, "title '" + c[1] + "' does not end in (year)");
      }
      movies.put(c[0], Map.of("year", c[1].substring(open + 1, c[1].length() - 1), "genres", c[2]));
    }
    return movies;
  }

  /** Ratings joined with their user and movie. */
  private static final class Cursor implements RowCursor {

    private final Path file;
    private final Schema schema;
    private final Map<String, Map<String, String>> users;
    private final Map<String, Map<String, String>> movies;
    private final LineReader lines;
    private final String separator;
    private String[] columns = {};

    Cursor(Path file, Schema schema, Map<String, Map<String, String>> users, Map<String, Map<String, String>> movies) {
      this.file = file;
      this.schema = schema;
      this.users = users;
      this.movies = movies;
      this.lines = new LineReader(file);
      this.separator = file.toString().endsWith(".csv") ? "," : "::";
      if (separator.equals(",")) {
        String header = lines.next();
        if (header == null || !header.startsWith("user,item,rating")) {
          lines.close();
          throw new DataException(file.toString(), 1, 0, "the header is not user,item,rating,...");
        }
      }
    }

    @Override
    public boolean read(RowBlock block) {
      block.clear();
      for (String text; !block.isFull() && (text = lines.next()) != null; block.endRow()) {
        columns = text.split(separator, -1);
        if (columns.length < 3) {
          throw new DataException(file.toString(), lines.number(), 0, columns.length + " columns, expected user, item, rating");
        }
        if (!users.containsKey(columns[0])) {
          throw new DataException(file.toString(), lines.number(), 1, "user '" + columns[0] + "' is not in users.dat");
        }
        block.add(columns[2]);
        for (Field field : schema.fields()) {
          block.add(value(field.name()));
        }
      }
      return block.rows() > 0;
    }

    private String value(String name) {
      return switch (name) {
        case "user" -> columns[0];
        case "item" -> columns[1];
        case "year", "genres" -> movies.getOrDefault(columns[1], Map.of()).get(name); // a few rated movies have no record
        default -> users.get(columns[0]).get(name);
      };
    }

    @Override
    public String place(long row) {
      return file + ":" + (separator.equals(",") ? row + 1 : row); // after the header
    }

    @Override
    public int column(int field) {
      String name = field == LABEL ? "rating" : schema.fields().get(field).name();
      return 1 + List.of("user", "item", "rating").indexOf(name); // 0: joined from another file
    }

    @Override
    public void close() {
      lines.close();
    }
  }
}
