#!/usr/bin/env bash
# Registers, shared memory and spills of every kernel, as a table, from a build with -DDIMSIEVE_CUDA_RESOURCES=ON: resources.sh <build log>
# Ends with status 1 when a kernel spills.
set -euo pipefail
echo "| kernel | architecture | registers | shared bytes | stack bytes | spilled bytes |"
echo "|---|---|---|---|---|---|"
awk '
  /Compiling entry function/ { match($0, /\x27[^\x27]+\x27/); name = substr($0, RSTART + 1, RLENGTH - 2); arch = $NF; gsub(/\x27/, "", arch) }
  /bytes stack frame/ { stack = $1; spilled = $5 + $9 }
  /Used [0-9]+ registers/ {
    registers = $0; sub(/.*Used /, "", registers); sub(/ registers.*/, "", registers)
    shared = $0; if (shared ~ /bytes smem/) { sub(/ bytes smem.*/, "", shared); sub(/.* /, "", shared) } else shared = 0
    print name "\t" arch "\t" registers "\t" shared "\t" stack "\t" spilled
  }' "$1" | c++filt | sed -E 's/\(anonymous namespace\):://g; s/ds::cuda:://g; s/^void //; s/\([^\t]*\)//' | sort -u | {
  status=0
  while IFS=$'\t' read -r name arch registers shared stack spilled; do
    echo "| $name | $arch | $registers | $shared | $stack | $spilled |"
    [ "$spilled" = 0 ] || status=1
  done
  exit $status
}
