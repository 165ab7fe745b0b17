#!/usr/bin/env bash
# Latency of a scorer beside ONNX Runtime's Java package, same weights, ids and JVM settings: one JVM per measurement, engines interleaved, medians of rounds.
# run.sh [rounds] [folder for models]; writes bench/results/serving/latency.tsv and .md. Run it on a quiet machine, after mvn package.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-3}
models=${2:-$(mktemp -d)}
results=$root/bench/results/serving
java=(java -Xms512m -Xmx512m -XX:+UseSerialGC -XX:-UsePerfData -cp "$root/bench/target/benchmarks.jar")
raw=$results/latency.tsv
mkdir -p "$results"
: > "$raw"
measure() { # table rows, engine, model, rows, callers, calls
  local line
  line=$("${java[@]}" io.dimsieve.bench.serve.ScoringLatency "$2" "$models/$1/$3" "$4" "$5" "$6") && printf '%s\t%s\n' "$1" "$line" >> "$raw" || echo "$* failed" >&2
}
for tables in 1000 26000; do
  [ -f "$models/$tables/rows" ] || { "${java[@]}" io.dimsieve.bench.serve.BenchmarkModels "$models/$tables" "$tables"; echo "$tables" > "$models/$tables/rows"; }
done
for round in $(seq "$rounds"); do
  for tables in 1000 26000; do
    sizes=("1 40000" "16 15000" "256 1500")
    [ "$tables" = 1000 ] || sizes=("1 40000")
    for model in deepfm-full deepfm-tenth fm-full fm-tenth; do
      for size in "${sizes[@]}"; do
        read -r rows calls <<< "$size"
        engines=(dimsieve onnx-1)
        case $model in deepfm*) engines+=(dimsieve-i8 onnx-2);; esac
        for engine in "${engines[@]}"; do
          measure "$tables" "$engine" "$model" "$rows" 1 "$calls"
          case $tables$engine in *onnx-2 | 26000*) ;; *) measure "$tables" "$engine" "$model" "$rows" 2 "$calls";; esac
        done
      done
      echo "round $round of $rounds: $model, tables of $tables rows" >&2
    done
  done
done
{
  echo "Microseconds a call, medians of $rounds rounds; $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)."
  echo "Tables: rows of each of the 39. Callers: threads that score at once, each with its own scorer. onnx-1, onnx-2: threads inside a call."
  echo
  echo "| tables | model | rows | callers | engine | p50 | p99 | p99.9 | rows/s |"
  echo "|---|---|---|---|---|---|---|---|---|"
  sort -t$'\t' -k1,1n -k3,3 -k4,4n -k5,5n -k2,2 "$raw" | awk -F'\t' '
    function median(list, n,   i, j, t) { for (i = 2; i <= n; i++) for (j = i; j > 1 && list[j - 1] > list[j]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }; return list[int((n + 1) / 2)] }
    function flush() { if (n) printf "| %s | %s | %s | %s | %s | %.2f | %.2f | %.2f | %.0f |\n", tables, model, rows, callers, engine, median(a, n), median(b, n), median(c, n), median(d, n) }
    { key = $1 FS $2 FS $3 FS $4 FS $5; if (key != last) { flush(); n = 0; last = key; tables = $1; engine = $2; model = $3; rows = $4; callers = $5 } n++; a[n] = $6; b[n] = $7; c[n] = $8; d[n] = $9 }
    END { flush() }'
} > "$results/latency.md"
cat "$results/latency.md"
