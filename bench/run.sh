#!/usr/bin/env bash
# Everything that is measured inside a JVM, in one go: ceilings of the machine, all JMH benchmarks, how step time grows; then a table and pictures of it.
# run.sh [quick] [folder]: quick = a smoke run of minutes. Writes ceilings.json, results.json, report.md, roofline.svg, growth.md and growth.svg into the folder
# (bench/results/jvm). JMH holds further options of JMH, such as "-wi 1 -i 3". Run it on a quiet machine, after mvn package.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
jar=$root/bench/target/benchmarks.jar
jmh=(-f 1 ${JMH:-})
seconds=0.5
if [ "${1:-}" = quick ]; then
  shift
  jmh=(-f 1 -wi 1 -w 200ms -i 1 -r 200ms -p rows=1000 -p threads=2 -p model=fm,deepfm)
  seconds=0.05
fi
folder=${1:-$root/bench/results/jvm}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
java -cp "$jar" io.dimsieve.bench.report.MachineCeilings "$folder/ceilings.json" 1 2
java -jar "$jar" "${jmh[@]}" -prof gc -rf json -rff "$folder/results.json" -jvmArgsAppend "-Ddimsieve.bench.ceilings=$folder/ceilings.json" -foe true
java -cp "$jar" io.dimsieve.bench.report.BenchReport "$folder"
java -cp "$jar" io.dimsieve.bench.train.Growth "$folder" "$seconds" | tee "$folder/growth.md"
