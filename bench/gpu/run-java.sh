#!/usr/bin/env bash
# The Java side on a card: doctor, loss curves of every model on CPU and CUDA, a search and a retraining, the demo, TF32. Runs in the unpacked archive of pack.sh.
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
dimsieve demo --device cuda --dataset flights.ds --directory demo --quiet | tee "$results/demo.txt"
if [ -n "$blas" ]; then
  dimsieve train rows.ds --device cuda --tf32 --model deepfm --batch 16384 --epochs 1 -o tf32.model --quiet | tee "$results/tf32.txt"
fi
if command -v nsys >/dev/null; then # kernels under their names, copies beside the steps
  nsys profile --force-overwrite true -t cuda,nvtx,cublas -o "$results/steps" runtime/bin/java -cp "lib/*" io.dimsieve.bench.train.LossCurves rows.ds 16384 40 deepfm
fi
