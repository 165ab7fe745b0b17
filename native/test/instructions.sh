#!/usr/bin/env bash
# Counts the instructions of every case of dimsieve_bench under callgrind, one thread, AVX2, small sizes, and compares them with native/bench/instructions.txt:
#   instructions.sh <dimsieve_bench> <CPU library> <compiler and version> [--accept]
# A case that takes over 5 % (and 20 instructions: what leads to a kernel) more than it did fails, and so does one that takes as much less, is new or is gone:
# --accept writes the counts down as they are now. They depend on the compiler, so the file names its own; with another one, without valgrind or without
# AVX2 this ends with status 77, skipped. Cases of matmul are not counted: their instructions are the BLAS's, and none is bound.
set -euo pipefail
bench=$1 library=$2 compiler=$3 accept=${4:-}
counts=$(cd "$(dirname "$0")/../bench" && pwd)/instructions.txt
skip() { echo "skipped: $1"; exit 77; }
command -v valgrind >/dev/null || skip "no valgrind"
grep -qw avx2 /proc/cpuinfo || skip "no AVX2"
known=$(sed -n 's/^# compiler: //p' "$counts" 2>/dev/null || true)
[ "$known" = "$compiler" ] || [ "$accept" = --accept ] || skip "the counts are of $known, this is $compiler"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A dump after each measured call, which is all that is collected: out.1, out.2, ... in the order in which the cases are named.
valgrind --tool=callgrind --collect-atstart=no --toggle-collect=measured_call --dump-after=measured_call --callgrind-out-file="$folder/out" \
  "$bench" "$library" avx2 0 --once >"$folder/cases" 2>"$folder/log" || { cat "$folder/log"; exit 1; }
n=0
while read -r name; do
  n=$((n + 1))
  printf '%s\t%s\n' "$(awk '/^totals:/ { print $2 }' "$folder/out.$n")" "$name"
done <"$folder/cases" >"$folder/now"

if [ "$accept" = --accept ]; then
  {
    echo "# Instructions of every case of dimsieve_bench --once on one thread with AVX2; written by native/test/instructions.sh --accept"
    echo "# compiler: $compiler"
    cat "$folder/now"
  } >"$counts"
  echo "$n counts written to $counts"
  exit
fi
awk -F '\t' -v n="$n" '
  /^#/ { next }
  NR == FNR { before[$2] = $1; next }
  !($2 in before) { print "new: " $2 ", " $1 " instructions"; bad = 1; next }
  {
    more = $1 - before[$2]
    if (more * more > (0.05 * before[$2] + 20) ^ 2) {
      printf "%s: %s, %d instructions, %d before: %+.1f %%\n", (more > 0 ? "slower" : "faster"), $2, $1, before[$2], 100 * more / before[$2]
      bad = 1
    }
    delete before[$2]
  }
  END { for (name in before) { print "gone: " name; bad = 1 }; if (!bad) print n " cases take the instructions they took, within 5 %"; exit bad }
' "$counts" "$folder/now" || { echo "if it is meant to be so: $0 $bench $library '$compiler' --accept"; exit 1; }
