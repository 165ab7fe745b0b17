#!/usr/bin/env bash
# Makes the demo's embedded data again: every third row, in order of time, of data/flights-3m.parquet of the npm package vega-datasets 3.2.1.
# Needs npm, a JDK and the DuckDB JDBC jar (org.duckdb:duckdb_jdbc, the version of pom.xml); run from the repository root:
#   java/cli/src/main/scripts/flights.sh path/to/duckdb_jdbc.jar
set -euo pipefail
jar=$(realpath "$1")
out=$(realpath java/cli/src/main/resources/io/dimsieve/cli)/flights.parquet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent vega-datasets@3.2.1 >/dev/null
tar xzf vega-datasets-3.2.1.tgz package/data/flights-3m.parquet
cat >Derive.java <<'JAVA'
import java.sql.DriverManager;

class Derive {
  public static void main(String[] arguments) throws Exception {
    try (var connection = DriverManager.getConnection("jdbc:duckdb:"); var statement = connection.createStatement()) {
      statement.execute("SET threads = 1");
      statement.execute("COPY (SELECT date, delay, distance, origin, destination FROM (SELECT *, row_number() OVER () AS n"
          + " FROM 'package/data/flights-3m.parquet') WHERE n % 3 = 0 ORDER BY n)"
          + " TO '" + arguments[0] + "' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, ROW_GROUP_SIZE 1000000)");
    }
  }
}
JAVA
java -cp "$jar" Derive.java "$out"
ls -l "$out"
