#!/usr/bin/env bash
# Latency of a scorer beside ONNX Runtime's Java package, same weights, ids and JVM settings: one JVM per measurement, engines interleaved, medians of rounds.
# run.sh [rounds] [folder for models]; writes bench/results/serving/latency.tsv and .md. Run it on a quiet machine, after mvn package.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-5}
models=${2:-$(mktemp -d)}
results=$root/bench/results/serving
java=(java -Xms512m -Xmx512m -XX:+UseSerialGC -XX:-UsePerfData -cp "$root/bench/target/benchmarks.jar")
mkdir -p "$models" "$results"
if [ ! -f "$models/rows" ]; then
  "${java[@]}" io.dimsieve.bench.serve.BenchmarkModels "$models" 26000
  echo 26000 > "$models/rows"
fi
raw=$results/latency.tsv
: > "$raw"
measure() { # engine model rows callers calls
  "${java[@]}" io.dimsieve.bench.serve.ScoringLatency "$1" "$models/$2" "$3" "$4" "$5" >> "$raw" || echo "$* failed" >&2
}
for round in $(seq "$rounds"); do
  for model in deepfm-full deepfm-tenth fm-full fm-tenth; do
    for size in "1 60000" "16 20000" "256 2000"; do
      read -r rows calls <<< "$size"
      engines=(dimsieve onnx-1)
      case $model in deepfm*) engines+=(dimsieve-i8 onnx-2);; esac
      for engine in "${engines[@]}"; do
        measure "$engine" "$model" "$rows" 1 "$calls"
        case $engine in onnx-2) ;; *) measure "$engine" "$model" "$rows" 2 "$calls";; esac
      done
    done
    echo "round $round of $rounds: $model" >&2
  done
done
{
  echo "Microseconds a call, medians of $rounds rounds; $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1). callers: threads that score at once, each with its own scorer; onnx-1, onnx-2: threads inside a call."
  echo
  echo "| model | rows | callers | engine | p50 | p99 | p99.9 | rows/s |"
  echo "|---|---|---|---|---|---|---|---|"
  sort -t$'\t' -k2,2 -k3,3n -k4,4n -k1,1 "$raw" | awk -F'\t' '
    function median(list, n,   i, j, t) { for (i = 2; i <= n; i++) for (j = i; j > 1 && list[j - 1] > list[j]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }; return list[int((n + 1) / 2)] }
    function flush() { if (n) printf "| %s | %s | %s | %s | %.2f | %.2f | %.2f | %.0f |\n", model, rows, callers, engine, median(a, n), median(b, n), median(c, n), median(d, n) }
    { key = $1 FS $2 FS $3 FS $4; if (key != last) { flush(); n = 0; last = key; engine = $1; model = $2; rows = $3; callers = $4 } n++; a[n] = $5; b[n] = $6; c[n] = $7; d[n] = $8 }
    END { flush() }'
} > "$results/latency.md"
cat "$results/latency.md"
