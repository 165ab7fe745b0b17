#!/usr/bin/env bash
# Where the time of a command goes, by hardware counters: perf.sh <command...>, for example
#   bench/profile/perf.sh build/bench/dimsieve_bench build/libdimsieve_cpu.so - 2 embedding_backward --bare
#   bench/profile/perf.sh ./dimsieve train rows.ds --model deepfm -o x.model
# Runs it twice: for counters, then for functions by name (Java's too: the JVM writes /tmp/perf-<pid>.map at its end). The samples stay in perf.data, for
# `perf annotate`. Counters that a virtual machine does not pass on are shown as not supported; samples are taken by a clock there.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
command -v perf >/dev/null || { echo "perf is not installed (Debian: linux-perf)" >&2; exit 1; }
[ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ] || { echo "perf is forbidden here: sysctl kernel.perf_event_paranoid=2" >&2; exit 1; }
export JDK_JAVA_OPTIONS="${JDK_JAVA_OPTIONS:-} -XX:+PreserveFramePointer -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit"
perf stat -e task-clock,cycles:u,instructions:u,cache-references:u,cache-misses:u,branch-misses:u,page-faults -- "$@"
perf record -q -g -o perf.data -- "$@" >/dev/null
perf report -i perf.data --stdio --no-children -g none --percent-limit 1 -F overhead,dso,symbol 2>/dev/null | grep -v '^#' | grep -v '^$' | head -40
