/* What is not a kernel: the device, memory, streams. */
#include <stdio.h>
#include <string.h>

#include <mutex>
#include <new>

#include "absent.h"
#include "blas.h"
#include "launch.h"
#include "record.h"

namespace ds {
namespace cuda {

int status_of(cudaError_t error) {
  if (error == cudaSuccess) return DS_OK;
  cudaGetLastError(); // clears it, so that it is not taken for the next call's
  return error == cudaErrorMemoryAllocation ? DS_NO_MEMORY : DS_NO_DEVICE;
}

int multiprocessors() {
  static const int count = [] {
    cudaDeviceProp p;
    return cudaGetDeviceProperties(&p, 0) == cudaSuccess ? p.multiProcessorCount : 1;
  }();
  return count;
}

int compute_capability() {
  static const int capability = [] {
    cudaDeviceProp p;
    return cudaGetDeviceProperties(&p, 0) == cudaSuccess ? 10 * p.major + p.minor : 0;
  }();
  return capability;
}

namespace {

/* DS_OK once a device answers; the reason why none does in text[n]. */
int find_device(char *text, size_t n) {
  int count = 0, driver = 0, runtime = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  if (error != cudaSuccess || count == 0) {
    cudaGetLastError();
    const char *what = error == cudaSuccess ? "none found" : cudaGetErrorString(error);
    if (driver == 0)
      snprintf(text, n, "no CUDA device: no driver is installed; this build needs one for CUDA %d.%d", runtime / 1000, runtime % 1000 / 10);
    else
      snprintf(text, n, "no CUDA device: %s; driver for CUDA %d.%d, this build needs %d.%d", what, driver / 1000, driver % 1000 / 10, runtime / 1000,
               runtime % 1000 / 10);
    return DS_NO_DEVICE;
  }
  cudaDeviceProp p;
  if (const int status = status_of(cudaGetDeviceProperties(&p, 0))) return status;
  snprintf(text, n, "cuda, %s, compute capability %d.%d, %d multiprocessors, %.1f GiB, driver for CUDA %d.%d, runtime %d.%d", p.name, p.major, p.minor,
           p.multiProcessorCount, (double)p.totalGlobalMem / (1 << 30), driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10);
  return DS_OK;
}

int probe(char *text, size_t n) { return text ? find_device(text, n) : DS_INVALID; }

void close_stream(Stream *s) {
  blas_close(s);
  cudaFree(s->status);
  if (s->reached) cudaEventDestroy(s->reached);
  cudaStreamDestroy(s->stream);
}

int open_stream(Stream *s) {
  *s = {};
  int status = status_of(cudaStreamCreateWithFlags(&s->stream, cudaStreamNonBlocking));
  if (status) return status;
  status = status_of(cudaEventCreateWithFlags(&s->reached, cudaEventDisableTiming));
  if (!status) status = status_of(cudaMalloc((void **)&s->status, sizeof(int32_t)));
  if (!status) status = status_of(cudaMemsetAsync(s->status, 0, sizeof(int32_t), s->stream));
  if (status) close_stream(s);
  return status;
}

Stream *own_stream() {
  static Stream own;
  static std::once_flag once;
  static bool open = false;
  std::call_once(once, [] { open = open_stream(&own) == DS_OK; });
  return open ? &own : nullptr;
}

enum Memory { DEVICE, MANAGED };

/* Zero-filled; 256-byte aligned. */
template <Memory MEMORY>
int allocate(int64_t bytes, ds_address *out) {
  if (bytes < 0 || !out) return DS_INVALID;
  void *p = nullptr;
  const size_t size = (size_t)(bytes ? bytes : 1);
  int status = status_of(MEMORY == MANAGED ? cudaMallocManaged(&p, size) : cudaMalloc(&p, size));
  if (status) return status;
  // The zeros come by the default stream, which ours do not wait for.
  status = status_of(cudaMemset(p, 0, size));
  if (!status) status = status_of(cudaStreamSynchronize(nullptr));
  if (status) {
    cudaFree(p);
    return status;
  }
  *out = p;
  return DS_OK;
}

int release(ds_address address, int64_t) { return address ? status_of(cudaFree(address)) : DS_OK; }

int allocate_pinned(int64_t bytes, ds_address *out) {
  if (bytes < 0 || !out) return DS_INVALID;
  void *p = nullptr;
  const size_t size = (size_t)(bytes ? bytes : 1);
  if (const int status = status_of(cudaHostAlloc(&p, size, cudaHostAllocDefault))) return status;
  memset(p, 0, size);
  *out = p;
  return DS_OK;
}

int release_pinned(ds_address address, int64_t) { return address ? status_of(cudaFreeHost(address)) : DS_OK; }

/* Either side may be host or device memory: the driver knows addresses apart. */
int copy(ds_stream stream, void *to, const void *from, int64_t bytes) {
  if (bytes < 0 || (bytes > 0 && !all_set(to, from))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  return bytes ? status_of(cudaMemcpyAsync(to, from, (size_t)bytes, cudaMemcpyDefault, s->stream)) : DS_OK;
}

/* The driver may wait for the stream to stage memory that is not pinned, or read it later: here it is always waited for. */
int copy_in(ds_stream stream, ds_address device, ds_address_in host, int64_t bytes) {
  if (const int status = copy(stream, device, host, bytes)) return status;
  cudaPointerAttributes from;
  if (bytes == 0) return DS_OK;
  const int status = status_of(cudaPointerGetAttributes(&from, host));
  if (status || from.type != cudaMemoryTypeUnregistered) return status;
  return status_of(cudaStreamSynchronize(stream_of(stream)->stream));
}

int stream_synchronize(ds_stream stream) {
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  if (s->recording) return DS_INVALID;
  int32_t met = DS_OK;
  int status = status_of(cudaMemcpyAsync(&met, s->status, sizeof met, cudaMemcpyDefault, s->stream));
  if (!status) status = status_of(cudaStreamSynchronize(s->stream));
  if (!status && met) status = status_of(cudaMemsetAsync(s->status, 0, sizeof met, s->stream));
  return status ? status : met;
}

int stream_after(ds_stream stream, ds_stream other) {
  Stream *s = stream_of(stream), *o = stream_of(other);
  if (!s || !o) return DS_NO_DEVICE;
  const int status = status_of(cudaEventRecord(o->reached, o->stream));
  return status ? status : status_of(cudaStreamWaitEvent(s->stream, o->reached, 0));
}

int stream_tf32(ds_stream stream, int32_t allowed) {
  Stream *s = stream_of(stream);
  return s ? blas_tf32(s, allowed != 0) : DS_NO_DEVICE;
}

/* Ends when the bytes have arrived. */
int copy_out(ds_stream stream, ds_address host, ds_address_in device, int64_t bytes) {
  if (Stream *s = stream_of(stream); s && s->recording) return DS_INVALID;
  if (const int status = copy(stream, host, device, bytes)) return status;
  return status_of(cudaStreamSynchronize(stream_of(stream)->stream));
}

int stream_create(int32_t threads, ds_stream *out) {
  if (threads < 1 || !out) return DS_INVALID;
  Stream *s = new (std::nothrow) Stream;
  if (!s) return DS_NO_MEMORY;
  if (const int status = open_stream(s)) {
    delete s;
    return status;
  }
  *out = s;
  return DS_OK;
}

/* What is being recorded is dropped. */
int stream_destroy(ds_stream stream) {
  if (!stream) return DS_INVALID;
  Stream *s = static_cast<Stream *>(stream);
  ds_graph graph = nullptr;
  if (s->recording && capture_end(s, &graph) == DS_OK) graph_destroy(graph);
  int status = status_of(cudaStreamSynchronize(s->stream));
  close_stream(s);
  delete s;
  return status;
}

template <Memory MEMORY>
ds_backend complete() {
  ds_backend b = kernels;
  b.probe = probe;
  b.allocate = allocate<MEMORY>;
  b.release = release;
  b.allocate_pinned = allocate_pinned;
  b.release_pinned = release_pinned;
  b.copy_in = copy_in;
  b.copy_out = copy_out;
  b.stream_create = stream_create;
  b.stream_destroy = stream_destroy;
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

Stream *stream_of(ds_stream stream) { return stream ? static_cast<Stream *>(stream) : own_stream(); }

} // namespace cuda
} // namespace ds

/* Memory of the device, or with "managed" memory that the host may touch as well between a synchronize and the next call. */
extern "C" __attribute__((visibility("default"))) const ds_backend *dimsieve_backend_get(uint32_t abi, const char *isa) {
  using namespace ds::cuda;
  if (abi != DS_ABI) return nullptr;
  static const ds_backend absent = [] {
    ds_backend b = absent_backend(probe);
    b.blas_bind = blas_bind; // needs no device, and says what is there
    return b;
  }();
  char text[256];
  if (find_device(text, sizeof text)) return &absent;
  static const ds_backend device = complete<DEVICE>(), managed = complete<MANAGED>();
  if (!isa) return &device;
  return strcmp(isa, "managed") == 0 ? &managed : nullptr;
}
