#!/usr/bin/env bash
# Everything that needs a card, without Maven, network or JDK: builds native/ with the nvcc and CMake of this machine, runs the native tests on the card
# (against float64 references and, kernel by kernel, under compute-sanitizer where it is there), times the kernels and a training step.
#   bench/gpu/run.sh [result folder] [build folder]
# Writes kernels-*.md, resources.md and tests.txt to the result folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
results=$(realpath -m "${1:-$root/bench/results/gpu}")
build=$(realpath -m "${2:-/tmp/dimsieve-gpu}")
mkdir -p "$results" "$build"

architecture=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -1 | tr -d '.') || true
cmake -S "$root/native" -B "$build" -DCMAKE_BUILD_TYPE=Release -DDIMSIEVE_CUDA=ON -DDIMSIEVE_CUDA_LINES=ON -DDIMSIEVE_CUDA_RESOURCES=ON \
  "-DCMAKE_CUDA_ARCHITECTURES=${architecture:-75-real;80-real;86-real;89-real;90}" >"$build/configure.log"
cmake --build "$build" --parallel "$(nproc)" 2>&1 | tee "$build/build.log" | grep -E "error|warning|Built target" || true
"$root/bench/gpu/resources.sh" "$build/build.log" >"$results/resources.md"

tests=("$build/test/dimsieve_test" "$build/libdimsieve_cpu.so" cuda "$build/libdimsieve_cuda.so")
"${tests[@]}" | tee "$results/tests.txt"
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck initcheck synccheck; do
    echo "compute-sanitizer $tool" | tee -a "$results/tests.txt"
    compute-sanitizer --tool "$tool" --error-exitcode 1 "${tests[@]}" 2>&1 | tail -3 | tee -a "$results/tests.txt"
  done
fi

blas=$("$root/bench/gpu/find-cublas.sh")
if [ -n "$blas" ]; then export LD_LIBRARY_PATH="$(dirname "$blas"):${LD_LIBRARY_PATH:-}"; fi
echo "cuBLAS: ${blas:-none; matrix products of our own}"
for size in "4096 1000" "4096 26000" "16384 26000" "16384 1000000"; do
  read -r batch rows <<<"$size"
  "$build/bench/dimsieve_bench" "$build/libdimsieve_cuda.so" - 1 ${blas:+--blas "$blas"} --batch "$batch" --rows "$rows" | tee "$results/kernels-${batch}x$rows.md"
done
