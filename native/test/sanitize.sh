#!/bin/sh
# Builds native/ with sanitizers and runs its tests: sanitize.sh <build directory>
#   <build directory>/address  AddressSanitizer (leaks too) and UndefinedBehaviorSanitizer
#   <build directory>/thread   ThreadSanitizer
# Any report fails the run. The baseline and AVX2 variants are tested, every case of the benchmark runs once, and in the first lane the CUDA kernels run on
# the CPU; others where DIMSIEVE_SANITIZE_ISA says so (a regular expression of test names).
# JOBS limits the compilers at work.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
build=$1
isa=${DIMSIEVE_SANITIZE_ISA:-^(baseline|avx2|bench|cuda-emulated-1|host-cuda-1)$}

lane() {
  cmake -S "$source" -B "$build/$1" -DCMAKE_BUILD_TYPE=None -DDIMSIEVE_CUDA=OFF "-DDIMSIEVE_SANITIZE=$2" >"$build/$1.log" ||
    { cat "$build/$1.log"; exit 1; }
  cmake --build "$build/$1" --parallel "${JOBS:-$(nproc)}"
  ctest --test-dir "$build/$1" --output-on-failure --no-tests=error --parallel "${JOBS:-$(nproc)}" -R "$isa"
}

mkdir -p "$build"
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
lane address "address;undefined"
lane thread thread
