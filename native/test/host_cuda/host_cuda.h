/*
 * CUDA on a CPU, for tests: what the .cu files of native/cuda use of CUDA, as C++. A block's threads are fibers of one system thread, resumed in an order
 * that the environment variable HOST_CUDA_ORDER sets (forward, reverse, or a number that seeds a shuffle); blocks run one after the other. A barrier or a
 * warp's collective lets the others run until all who must take part have come. What CUDA leaves undefined ends the process with a message: lanes
 * of one warp in different collectives, a collective that names a lane which has returned, a barrier that not every live thread reaches. Streams, events,
 * copies and graphs follow the worst schedule that CUDA allows (runtime.cpp).
 */
#ifndef HOST_CUDA_H
#define HOST_CUDA_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __shared__ static
#define __forceinline__ inline
#define __launch_bounds__(...)

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

struct host_cuda_stream;

namespace host_cuda {

extern uint3 thread_index, block_index;
extern dim3 block_size, grid_size;

enum Collective { SYNC_WARP, SHUFFLE, BALLOT, MATCH };

void barrier();
/* Waits until every lane of the mask has come to the same collective; gives the 32 values that they brought. Bits of lanes outside the mask are 0. */
const uint64_t *meet(Collective kind, unsigned mask, uint64_t value);
/* A launch, done now. */
void run(dim3 grid, dim3 block, const std::function<void()> &thread);
/* A launch on a stream. */
void launch(host_cuda_stream *stream, dim3 grid, dim3 block, std::function<void()> thread);
/* Launches since the process began, and threads run by them. */
void counts(int64_t *launches, int64_t *threads);

inline int lane() { return (int)((thread_index.x + block_size.x * (thread_index.y + block_size.y * thread_index.z)) % 32); }

template <class T>
T shuffle(unsigned mask, T value, int from) {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable<T>::value, "a shuffle moves 4 or 8 bytes");
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  const uint64_t *all = meet(SHUFFLE, mask, bits);
  T result;
  std::memcpy(&result, all + from, sizeof result);
  return result;
}

} // namespace host_cuda

#define threadIdx (::host_cuda::thread_index)
#define blockIdx (::host_cuda::block_index)
#define blockDim (::host_cuda::block_size)
#define gridDim (::host_cuda::grid_size)

inline void __syncthreads() { host_cuda::barrier(); }
inline void __syncwarp(unsigned mask = 0xFFFFFFFFu) { host_cuda::meet(host_cuda::SYNC_WARP, mask, 0); }

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
  return host_cuda::shuffle(mask, value, (host_cuda::lane() & ~(width - 1)) + (source & (width - 1)));
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int other, int width = 32) {
  const int self = host_cuda::lane(), from = self ^ (other & 31);
  return host_cuda::shuffle(mask, value, from / width > self / width ? self : from);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  const int self = host_cuda::lane(), from = self + (int)(delta & 31);
  return host_cuda::shuffle(mask, value, from / width == self / width ? from : self);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  const int self = host_cuda::lane(), from = self - (int)(delta & 31);
  return host_cuda::shuffle(mask, value, from >= 0 && from / width == self / width ? from : self);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
  const uint64_t *all = host_cuda::meet(host_cuda::BALLOT, mask, predicate != 0);
  unsigned result = 0;
  for (int i = 0; i < 32; i++) result |= (unsigned)all[i] << i;
  return result & mask;
}
/* The lanes of the mask that brought the same value. */
template <class T>
unsigned __match_any_sync(unsigned mask, T value) {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable<T>::value, "a match compares 4 or 8 bytes");
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  const uint64_t *all = host_cuda::meet(host_cuda::MATCH, mask, bits);
  unsigned result = 0;
  for (int i = 0; i < 32; i++) result |= (unsigned)(all[i] == bits) << i;
  return result & mask;
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) == mask; }

/* One system thread runs everything, so a plain operation is atomic. */
template <class T>
T host_cuda_exchange(T *address, T value) {
  const T old = *address;
  *address = value;
  return old;
}
template <class T>
T atomicAdd(T *address, T value) { return host_cuda_exchange(address, (T)(*address + value)); }
template <class T>
T atomicMax(T *address, T value) { return host_cuda_exchange(address, *address > value ? *address : value); }
template <class T>
T atomicMin(T *address, T value) { return host_cuda_exchange(address, *address < value ? *address : value); }
template <class T>
T atomicOr(T *address, T value) { return host_cuda_exchange(address, (T)(*address | value)); }
template <class T>
T atomicExch(T *address, T value) { return host_cuda_exchange(address, value); }
template <class T>
T atomicCAS(T *address, T expected, T value) { return host_cuda_exchange(address, *address == expected ? value : *address); }
inline void __threadfence() {}

template <class T>
T __ldg(const T *p) { return *p; }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __float_as_int(float x) {
  int i;
  std::memcpy(&i, &x, 4);
  return i;
}
inline float __int_as_float(int i) {
  float x;
  std::memcpy(&x, &i, 4);
  return x;
}
inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
struct __half {
  unsigned short bits;
};
inline __half __ushort_as_half(unsigned short bits) { return {bits}; }
float __half2float(__half h);

/* The part of the runtime that backend.cu calls. Memory of the device is memory of the host. */
typedef enum { cudaSuccess = 0, cudaErrorMemoryAllocation = 2 } cudaError_t;
typedef enum { cudaMemcpyDefault } cudaMemcpyKind;
/* What a library that puts work on streams, such as cuBLAS, sees of one. */
struct host_cuda_stream {
  virtual void put(std::function<void()> call) = 0;
  virtual bool recording() const = 0;

 protected:
  ~host_cuda_stream() = default;
};
typedef host_cuda_stream *cudaStream_t;
typedef struct host_cuda_event *cudaEvent_t;
struct cudaDeviceProp {
  char name[256];
  int major, minor, multiProcessorCount;
  size_t totalGlobalMem;
};
typedef struct host_cuda_graph *cudaGraph_t;
typedef struct host_cuda_graph *cudaGraphExec_t;
typedef enum { cudaStreamCaptureModeThreadLocal } cudaStreamCaptureMode;
#define cudaStreamNonBlocking 1
#define cudaMemAttachGlobal 1
#define cudaEventDisableTiming 2
#define cudaHostAllocDefault 0
cudaError_t cudaGetDeviceCount(int *count);
cudaError_t cudaDriverGetVersion(int *version);
cudaError_t cudaRuntimeGetVersion(int *version);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device);
const char *cudaGetErrorName(cudaError_t error);
const char *cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();
cudaError_t cudaMalloc(void **out, size_t bytes);
cudaError_t cudaMallocManaged(void **out, size_t bytes, unsigned flags = cudaMemAttachGlobal);
cudaError_t cudaFree(void *p);
cudaError_t cudaHostAlloc(void **out, size_t bytes, unsigned flags);
cudaError_t cudaFreeHost(void *p);
enum cudaMemoryType { cudaMemoryTypeUnregistered, cudaMemoryTypeHost, cudaMemoryTypeDevice };
struct cudaPointerAttributes {
  cudaMemoryType type;
};
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *attributes, const void *p);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemsetAsync(void *to, int value, size_t bytes, cudaStream_t stream);
cudaError_t cudaMemset(void *to, int value, size_t bytes);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *out, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *out, unsigned flags);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *out);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t *out, cudaGraph_t graph, unsigned long long flags);
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph);

/* NVTX. */
#define NVTX_VERSION 3
int nvtxRangePushA(const char *name);
int nvtxRangePop();
/* The name last pushed; how many are pushed and not popped. Exported, for tests of the library. */
extern "C" const char *host_cuda_last_range(int *open);

#endif
