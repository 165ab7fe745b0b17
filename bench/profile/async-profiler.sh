#!/usr/bin/env bash
# A flame graph of Java and native frames of a dimsieve command, by async-profiler (https://github.com/async-profiler/async-profiler):
#   async-profiler.sh <cpu | wall | alloc> <flame graph.html> <command...>
# for example bench/profile/async-profiler.sh cpu train.html ./dimsieve train rows.ds --model deepfm -o x.model
# Takes libasyncProfiler.so from $ASYNC_PROFILER (the file, or the folder it was unpacked to), or from beside an asprof on the path. The jar of Maven's
# tools.profiler:async-profiler holds it too.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '3,4s/^# *//p' "$0" >&2; exit 2; }
agent=${ASYNC_PROFILER:-$(dirname "$(dirname "$(readlink -f "$(command -v asprof || echo /missing/bin/asprof)")")")}
[ -f "$agent" ] || agent=$agent/lib/libasyncProfiler.so
[ -f "$agent" ] || { echo "async-profiler is missing: put asprof on the path, or set ASYNC_PROFILER to the folder it was unpacked to" >&2; exit 1; }
event=$1 out=$(realpath -m "$2")
shift 2
JDK_JAVA_OPTIONS="${JDK_JAVA_OPTIONS:-} -agentpath:$agent=start,event=$event,cstack=dwarf,file=$out" "$@"
echo "$out"
