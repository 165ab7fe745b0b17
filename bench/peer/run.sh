#!/usr/bin/env bash
# Dimsieve beside DJL's libtorch and JavaCPP's: one JVM per library, number of threads and round, taken in turn; medians of rounds.
# run.sh [rounds] [dataset]; writes bench/results/peer/runs.jsonl and table.md. With a dataset file (dimsieve prepare) epochs of a DeepFM on it, too, on two
# threads. Builds first where nothing is built (-Ppeers downloads 350 MB). Run it on a quiet machine.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-3}
dataset=${2:-}
target=$root/bench/peer/target
results=$root/bench/results/peer
raw=$results/runs.jsonl
[ -f "$target/classpath" ] || (cd "$root" && mvn -B -q -Ppeers -pl java/serve,java/engine,bench/peer package -DskipTests -Dnative.tests=OFF)
mkdir -p "$results"
: > "$raw"
flags=(
  -Xmx3g -XX:+UseSerialGC -XX:-UsePerfData
  -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 "-Dorg.bytedeco.javacpp.cachedir=$target/javacpp-cache"
  -Dai.djl.offline=true "-DDJL_CACHE_DIR=$target/djl-cache" "-DENGINE_CACHE_DIR=$target/djl-cache"
  -cp "$(echo "$target"/dimsieve-bench-peer-*.jar):$(cat "$target/classpath")"
)
measure() { # library, threads, further arguments
  echo "$*" >&2
  OMP_NUM_THREADS=$2 OPENBLAS_NUM_THREADS=$2 java "${flags[@]}" "io.dimsieve.bench.peer.$1" "${@:2}" >> "$raw" || echo "$* failed" >&2
}
for round in $(seq "$rounds"); do
  for threads in 1 2; do
    for library in OursWork DjlWork JavacppTorchWork; do
      measure "$library" "$threads"
    done
  done
  [ -z "$dataset" ] || for library in OursWork DjlWork JavacppTorchWork; do
    measure "$library" 2 "$dataset" 20
  done
  echo "round $round of $rounds done" >&2
done
{
  echo "Medians of $rounds rounds; $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)."
  java "${flags[@]}" io.dimsieve.bench.peer.PeerTable "$raw"
} > "$results/table.md"
cat "$results/table.md"
