/*
 * How every kernel of this back end is launched: launch(kernel, grid, block, stream, arguments...), a status out. No source needs the <<<>>> of nvcc, so that
 * each .cu also compiles as C++ (test/host_cuda) and the ordinary tests run it on machines without a GPU. Shared memory is static.
 *
 * The library is compiled without contraction of a * b + c; a kernel that wants the fused form says fmaf. So the emulated kernels give the card's bits.
 */
#ifndef DIMSIEVE_LAUNCH_H
#define DIMSIEVE_LAUNCH_H

#include "cpu/arguments.h"
#include "cpu/profile.h"
#include "dimsieve.h"

#ifdef DS_HOST_CUDA
#include "host_cuda.h"
#else
#include <cuda_runtime.h>
#endif

namespace ds {
namespace cuda {

/* What a ds_stream points to; null is the back end's own stream. */
struct Stream {
  cudaStream_t stream;
  cudaEvent_t reached;  /* where this stream was when another last had to come after it */
  int32_t *status;      /* on the device: the first status that a kernel met in what it read; stream_synchronize answers and clears it */
  void *blas;           /* a cublasHandle_t, or null */
  void *blas_workspace; /* its memory on the device */
  bool tf32;            /* whether it may round to TF32 */
  bool recording;       /* between capture_begin and capture_end */
  Profile profile;      /* of profile; cpu/profile.h */
};

/* The stream behind a handle. Null when the back end's own cannot be opened. */
Stream *stream_of(ds_stream stream);

constexpr int WARP = 32;
constexpr unsigned ALL_LANES = 0xFFFFFFFFu;

/* Keeps a status for stream_synchronize; called by kernels. */
__device__ static inline void report(int32_t *status, int32_t what) { atomicCAS(status, (int32_t)DS_OK, what); }

/* The number of the thread within its grid of one dimension. */
__device__ static inline int64_t thread_of_grid() { return (int64_t)blockIdx.x * blockDim.x + threadIdx.x; }

/* Calls body(i) for i < n, spread over the threads of a grid of one dimension. */
template <class Body>
__device__ static inline void grid_stride(int64_t n, Body body) {
  for (int64_t i = thread_of_grid(); i < n; i += (int64_t)gridDim.x * blockDim.x) body(i);
}

int status_of(cudaError_t error);

/* Of the device; for grids whose size the host cannot take from an argument. No result may depend on it. */
int multiprocessors();
/* Of the device: 10 · major + minor. */
int compute_capability();

/* Most blocks of a grid whose threads stride: enough to fill any card several times over. */
constexpr int64_t MOST_BLOCKS = 4096;

/* Blocks of the given size for n units of work, at least one. */
static inline unsigned blocks_for(int64_t n, int64_t block) { return (unsigned)(n <= block ? 1 : least(chunks_of(n, block), MOST_BLOCKS)); }

template <class... Parameters, class... Arguments>
static inline int launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, Stream *stream, Arguments... arguments) {
#ifdef DS_HOST_CUDA
  host_cuda::launch(stream->stream, grid, block, [=] { kernel(static_cast<Parameters>(arguments)...); });
  return DS_OK;
#else
  return [&](Parameters... converted) {
    void *pointers[] = {static_cast<void *>(&converted)...};
    return status_of(cudaLaunchKernel(reinterpret_cast<const void *>(kernel), grid, block, pointers, 0, stream->stream));
  }(arguments...);
#endif
}

} // namespace cuda
} // namespace ds

#endif
