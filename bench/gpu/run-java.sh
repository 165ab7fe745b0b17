#!/usr/bin/env bash
# The Java side on a card: doctor, loss curves of every model on CPU and CUDA, a search and a retraining. Runs in the unpacked archive of pack.sh.
#   ./run-java.sh [result folder]
set -euo pipefail
cd "$(dirname "$0")"
results=$(realpath -m "${1:-results}")
mkdir -p "$results"
blas=$(./find-cublas.sh)
if [ -n "$blas" ]; then export LD_LIBRARY_PATH="$(dirname "$blas"):${LD_LIBRARY_PATH:-}"; fi
java() { runtime/bin/java -cp "lib/*" "$@"; }
dimsieve() { java io.dimsieve.cli.Main "$@"; }
dimsieve doctor | tee "$results/doctor.txt"
dimsieve generate --rows 1000000 -o rows.ds --quiet
java io.dimsieve.bench.train.LossCurves rows.ds 2048 200 | tee "$results/loss-curves.md"
java io.dimsieve.bench.train.LossCurves rows.ds 16384 40 deepfm | tee "$results/loss-curves-16384.md"
for device in cpu cuda; do
  echo "device $device"
  dimsieve search rows.ds --device $device --model deepfm --batch 4096 --epochs 3 --budget 0.25 -o plan-$device.json --quiet
  dimsieve retrain rows.ds --device $device --plan plan-$device.json --model deepfm --batch 4096 --epochs 2 -o small-$device.model --quiet
done | tee "$results/main-job.txt"
