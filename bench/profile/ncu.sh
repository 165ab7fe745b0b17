#!/usr/bin/env bash
# Nsight Compute of the kernels that a case of dimsieve_bench launches on a card:
#   ncu.sh <dimsieve_bench> <CUDA library> <part of a case's name> [report file]
# Build with -DDIMSIEVE_CUDA_LINES=ON to see source lines. Not tried yet: no machine with a card and ncu was in reach when this was written.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '3s/^# *//p' "$0" >&2; exit 2; }
command -v ncu >/dev/null || { echo "ncu is not installed: it comes with the CUDA toolkit (nsight-compute)" >&2; exit 1; }
ncu --set full --import-source yes --force-overwrite --export "${4:-ncu-report}" "$1" "$2" - 1 "$3" --once
ncu --import "${4:-ncu-report}.ncu-rep" --page details --print-summary per-kernel
