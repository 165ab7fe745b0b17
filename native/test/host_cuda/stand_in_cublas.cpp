/* What blas.cu calls of cuBLAS, for the emulated device: column-major, and as strict about its arguments. */
#include <cstdint>

namespace {

constexpr int SUCCESS = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7;
int handles;

} // namespace

extern "C" {

__attribute__((visibility("default"))) int cublasCreate_v2(void **handle) {
  handles++;
  *handle = &handles;
  return SUCCESS;
}

__attribute__((visibility("default"))) int cublasDestroy_v2(void *handle) {
  if (handle != &handles || handles == 0) return NOT_INITIALIZED;
  handles--;
  return SUCCESS;
}

__attribute__((visibility("default"))) int cublasSetStream_v2(void *handle, void *) { return handle == &handles ? SUCCESS : NOT_INITIALIZED; }

__attribute__((visibility("default"))) int cublasSgemm_v2(void *handle, int transpose_a, int transpose_b, int m, int n, int k, const float *alpha,
                                                          const float *a, int a_stride, const float *b, int b_stride, const float *beta, float *c,
                                                          int c_stride) {
  if (handle != &handles) return NOT_INITIALIZED;
  const int a_rows = transpose_a ? k : m, b_rows = transpose_b ? n : k;
  if (m < 0 || n < 0 || k < 0 || a_stride < 1 || a_stride < a_rows || b_stride < 1 || b_stride < b_rows || c_stride < 1 || c_stride < m) return INVALID_VALUE;
  for (int j = 0; j < n; j++)
    for (int i = 0; i < m; i++) {
      double sum = 0;
      for (int p = 0; p < k; p++)
        sum += (double)a[transpose_a ? (int64_t)i * a_stride + p : (int64_t)p * a_stride + i] *
               (double)b[transpose_b ? (int64_t)p * b_stride + j : (int64_t)j * b_stride + p];
      float &out = c[(int64_t)j * c_stride + i];
      out = (float)(*alpha * sum + (*beta == 0 ? 0.0 : (double)*beta * (double)out));
    }
  return SUCCESS;
}

/* Handles that were made and not given back. */
__attribute__((visibility("default"))) int stand_in_cublas_handles() { return handles; }
}
