#!/usr/bin/env bash
# Packs what a machine with a card but without JDK, Maven and network needs for the Java side: jars, and a Java runtime of the modules in use (about 50 MB).
# pack.sh <archive.tar.xz>; there, unpack it and call run-java.sh of the archive. Without DuckDB (85 MB), so CSV and Parquet cannot be read there: the demo's
# data is prepared here. An archive above 60 MB is an error: that is what may be carried there.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
archive=$(realpath -m "${1:?the archive to write}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mvn -B -q -f "$root/pom.xml" -DskipTests -Dnative.tests=OFF package
mkdir "$folder/lib"
cp "$root"/java/cli/target/lib/*.jar "$root"/java/cli/target/dimsieve-cli-*-SNAPSHOT.jar "$root"/bench/target/dimsieve-bench-*-SNAPSHOT.jar "$folder/lib/"
java -cp "$folder/lib/*" io.dimsieve.cli.Main demo --prepare-only --directory "$folder" --quiet
rm -f "$folder"/lib/duckdb_jdbc-*.jar "$folder/flights.parquet"
(cd "$folder" && mkdir cli && cd cli && jar -xf ../lib/dimsieve-cli-*.jar && rm META-INF/MANIFEST.MF io/dimsieve/cli/flights.parquet && jar -cf ../lib/dimsieve-cli-*.jar .)
rm -r "$folder/cli"
# oneDNN's library alone, and not deflated, so that the archive's better compression finds it.
(cd "$folder" && mkdir dnnl && cd dnnl && jar -xf ../lib/dnnl-*.jar && rm -r org/bytedeco/dnnl/*/include org/bytedeco/dnnl/*/lib org/bytedeco/dnnl/*/libjni* &&
  jar -c0Mf ../lib/dnnl-*.jar .)
rm -r "$folder/dnnl"
jlink --add-modules java.base,java.logging,java.management,jdk.management,java.sql,jdk.unsupported,jdk.jfr,jdk.httpserver --strip-debug --no-header-files --no-man-pages \
  --compress=2 --output "$folder/runtime"
cp "$root/bench/gpu/run-java.sh" "$root/bench/gpu/find-cublas.sh" "$folder/"
tar -C "$folder" -cJf "$archive" .
echo "$archive: $(du -h "$archive" | cut -f1)"
[ "$(stat -c %s "$archive")" -le $((60 << 20)) ] || { echo "more than 60 MB" >&2; exit 1; }
