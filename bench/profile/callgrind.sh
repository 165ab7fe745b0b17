#!/usr/bin/env bash
# Instructions of one case of dimsieve_bench by function and by line, the same in every run:
#   callgrind.sh <dimsieve_bench> <CPU library> <part of a case's name>
# for example bench/profile/callgrind.sh build/bench/dimsieve_bench build/libdimsieve_cpu.so "embedding_gather, masked"
# At the small sizes of --once, with AVX2, one thread; ctest's test "instructions" watches the same numbers. The profile stays in callgrind.out, for
# kcachegrind.
set -euo pipefail
[ $# -eq 3 ] || { sed -n '3,4s/^# *//p' "$0" >&2; exit 2; }
command -v valgrind >/dev/null || { echo "valgrind is not installed" >&2; exit 1; }
valgrind -q --tool=callgrind --collect-atstart=no --toggle-collect=measured_call --dump-instr=yes --callgrind-out-file=callgrind.out \
  "$1" "$2" avx2 0 "$3" --once
callgrind_annotate --auto=yes --context=1 --threshold=95 --include="$(cd "$(dirname "$0")/../.." && pwd)" callgrind.out
