/* What blas.cu calls of cuBLAS, for the emulated device: column-major, as strict about its arguments, and unable to work while a stream records without memory. */
#include <cmath>
#include <cstdint>

#include "host_cuda.h"

namespace {

constexpr int SUCCESS = 0, NOT_INITIALIZED = 1, ALLOC_FAILED = 3, INVALID_VALUE = 7;
constexpr int DEFAULT_MATH = 0, TF32_MATH = 3;
int handles;

struct Handle {
  cudaStream_t stream = nullptr;
  void *workspace = nullptr;
  int mode = DEFAULT_MATH;
};

/* Rounded to 10 bits of fraction, to the nearest, halves away from zero. */
double tf32(float x) { return (double)__int_as_float((int)(((unsigned)__float_as_int(x) + 0x1000u) & 0xFFFFE000u)); }

} // namespace

#define EXPORTED __attribute__((visibility("default")))

extern "C" {

EXPORTED int cublasCreate_v2(void **handle) {
  handles++;
  *handle = new Handle;
  return SUCCESS;
}

EXPORTED int cublasDestroy_v2(void *handle) {
  if (!handle || handles == 0) return NOT_INITIALIZED;
  handles--;
  delete static_cast<Handle *>(handle);
  return SUCCESS;
}

EXPORTED int cublasSetStream_v2(void *handle, cudaStream_t stream) {
  if (!handle) return NOT_INITIALIZED;
  static_cast<Handle *>(handle)->stream = stream;
  static_cast<Handle *>(handle)->workspace = nullptr;
  return SUCCESS;
}

EXPORTED int cublasSetWorkspace_v2(void *handle, void *workspace, size_t bytes) {
  if (!handle) return NOT_INITIALIZED;
  if (reinterpret_cast<uintptr_t>(workspace) % 256 || bytes == 0) return INVALID_VALUE;
  static_cast<Handle *>(handle)->workspace = workspace;
  return SUCCESS;
}

EXPORTED int cublasSetMathMode(void *handle, int mode) {
  if (!handle) return NOT_INITIALIZED;
  if (mode != DEFAULT_MATH && mode != TF32_MATH) return INVALID_VALUE;
  static_cast<Handle *>(handle)->mode = mode;
  return SUCCESS;
}

EXPORTED int cublasSgemm_v2(void *handle, int transpose_a, int transpose_b, int m, int n, int k, const float *alpha, const float *a, int a_stride, const float *b,
                            int b_stride, const float *beta, float *c, int c_stride) {
  if (!handle) return NOT_INITIALIZED;
  const Handle &h = *static_cast<Handle *>(handle);
  if (h.stream->recording() && !h.workspace) return ALLOC_FAILED;
  const int a_rows = transpose_a ? k : m, b_rows = transpose_b ? n : k;
  if (m < 0 || n < 0 || k < 0 || a_stride < 1 || a_stride < a_rows || b_stride < 1 || b_stride < b_rows || c_stride < 1 || c_stride < m) return INVALID_VALUE;
  const float by = *alpha, keep = *beta;
  const bool rounds = h.mode == TF32_MATH;
  h.stream->put([=] {
    const auto factor = [=](float x) { return rounds ? tf32(x) : (double)x; };
    for (int j = 0; j < n; j++)
      for (int i = 0; i < m; i++) {
        double sum = 0;
        for (int p = 0; p < k; p++)
          sum += factor(a[transpose_a ? (int64_t)i * a_stride + p : (int64_t)p * a_stride + i]) *
                 factor(b[transpose_b ? (int64_t)p * b_stride + j : (int64_t)j * b_stride + p]);
        float &out = c[(int64_t)j * c_stride + i];
        out = (float)(by * sum + (keep == 0 ? 0.0 : (double)keep * (double)out));
      }
  });
  return SUCCESS;
}

/* Handles that were made and not given back. */
EXPORTED int stand_in_cublas_handles() { return handles; }
}
