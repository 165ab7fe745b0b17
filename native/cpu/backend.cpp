/* What is not a kernel: choosing the instruction set, memory, copies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "blas.h"
#include "record.h"
#include "table.h"

namespace ds {

namespace {

constexpr int64_t HUGE_PAGE = int64_t(1) << 21;

bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq");
}

template <const char *const &NAME>
int probe(char *text, size_t n) {
  if (!text) return DS_INVALID;
  snprintf(text, n, "cpu, %s", NAME);
  return DS_OK;
}

int allocate(int64_t bytes, ds_address *out) {
  if (bytes < 0 || !out) return DS_INVALID;
  int64_t align = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
  if (bytes > INT64_MAX - align) return DS_NO_MEMORY;
  int64_t size = (bytes + align - 1) / align * align;
  void *p = aligned_alloc((size_t)align, (size_t)(size ? size : align));
  if (!p) return DS_NO_MEMORY;
  if (align == HUGE_PAGE) madvise(p, (size_t)size, MADV_HUGEPAGE);
  memset(p, 0, (size_t)bytes);
  *out = p;
  return DS_OK;
}

int release(ds_address address, int64_t) {
  free(address);
  return DS_OK;
}

int copy_in(ds_stream stream, ds_address device, ds_address_in host, int64_t bytes) {
  if (bytes < 0 || (bytes > 0 && (!device || !host))) return DS_INVALID;
  return do_or_record(stream, [=] {
    if (bytes > 0) memcpy(device, host, (size_t)bytes);
    return DS_OK;
  });
}

bool records(ds_stream stream) { return stream && static_cast<Stream *>(stream)->recording; }

int copy_out(ds_stream stream, ds_address host, ds_address_in device, int64_t bytes) {
  return records(stream) ? DS_INVALID : copy_in(stream, host, device, bytes);
}

int stream_after(ds_stream, ds_stream) { return DS_OK; } // every call is done when it returns
int stream_tf32(ds_stream, int32_t allowed) { return allowed ? DS_NO_BLAS : DS_OK; }

int stream_synchronize(ds_stream stream) { return records(stream) ? DS_INVALID : DS_OK; }

int profile(ds_stream stream, ds_f64 totals, ds_i64 events, int64_t capacity) {
  if (!stream || capacity < 0) return DS_INVALID;
  static_cast<Stream *>(stream)->profile = {totals, events, capacity};
  return DS_OK;
}

const char *const BASELINE = "baseline";
const char *const AVX2 = "avx2";
const char *const AVX512 = "avx512";

ds_backend complete(const ds_backend &kernels, int (*probe_function)(char *, size_t)) {
  ds_backend b = kernels;
  b.probe = probe_function;
  b.allocate = allocate;
  b.release = release;
  b.allocate_pinned = allocate;
  b.release_pinned = release;
  b.copy_in = copy_in;
  b.copy_out = copy_out;
  b.stream_create = ds_pool_create;
  b.stream_destroy = ds_pool_destroy;
  b.stream_synchronize = stream_synchronize;
  b.stream_after = stream_after;
  b.stream_tf32 = stream_tf32;
  b.capture_begin = capture_begin;
  b.capture_end = capture_end;
  b.graph_launch = graph_launch;
  b.graph_destroy = graph_destroy;
  b.profile = profile;
  b.blas_bind = blas_bind;
  return b;
}

} // namespace
} // namespace ds

extern "C" __attribute__((visibility("default"))) const ds_backend *dimsieve_backend_get(uint32_t abi, const char *isa) {
  using namespace ds;
  static const ds_backend table512 = complete(avx512::kernels, probe<AVX512>);
  static const ds_backend table2 = complete(avx2::kernels, probe<AVX2>);
  static const ds_backend table0 = complete(baseline::kernels, probe<BASELINE>);
  if (abi != DS_ABI) return nullptr;
  auto wanted = [isa](const char *name) { return !isa || strcmp(isa, name) == 0; };
  if (wanted(AVX512) && has_avx512()) return &table512;
  if (wanted(AVX2) && has_avx2()) return &table2;
  if (wanted(BASELINE)) return &table0;
  return nullptr;
}
