/* cuBLAS, opened by path; its handles. Constants and signatures of cublas_api.h, which build machines need not have. */
#include "blas.h"
#include "cpu/shared_library.h"

namespace ds {
namespace cuda {

namespace {

constexpr int PLAIN = 0, TRANSPOSED = 1;
constexpr int DEFAULT_MATH = 0, TF32_MATH = 3;
constexpr int AMPERE = 80, HOPPER = 90; // compute capabilities: the first with TF32, the first whose products want more memory

struct Cublas {
  int (*create)(void **handle);
  int (*destroy)(void *handle);
  int (*set_stream)(void *handle, cudaStream_t stream);
  int (*set_workspace)(void *handle, void *workspace, size_t bytes);
  int (*set_math_mode)(void *handle, int mode);
  int (*sgemm)(void *handle, int transpose_a, int transpose_b, int m, int n, int k, const float *alpha, const float *a, int a_stride, const float *b,
               int b_stride, const float *beta, float *c, int c_stride);
};

Cublas cublas;

/* What NVIDIA recommends, and what the library would take by itself. */
size_t workspace_bytes() { return size_t(compute_capability() >= HOPPER ? 32 : 4) << 20; }

} // namespace

int blas_bind(const char *path, char *text, size_t n) {
  if (!path || !text) return DS_INVALID;
  void *library = open_library(path, text, n);
  if (!library) return DS_NO_BLAS;
  Cublas found;
  if (!find(library, "cublasCreate_v2", found.create) || !find(library, "cublasDestroy_v2", found.destroy) ||
      !find(library, "cublasSetStream_v2", found.set_stream) || !find(library, "cublasSetWorkspace_v2", found.set_workspace) ||
      !find(library, "cublasSetMathMode", found.set_math_mode) || !find(library, "cublasSgemm_v2", found.sgemm)) {
    snprintf(text, n, "%s is not cuBLAS", path);
    dlclose(library);
    return DS_NO_BLAS;
  }
  cublas = found;
  snprintf(text, n, "%s", path);
  return DS_OK;
}

bool blas_bound() { return cublas.sgemm != nullptr; }

int blas_open(Stream *s) {
  if (s->blas || !blas_bound()) return DS_OK;
  if (const int status = status_of(cudaMalloc(&s->blas_workspace, workspace_bytes()))) return status;
  // The stream comes before the workspace: setting it goes back to memory of the library's own.
  if (!cublas.create(&s->blas) && !cublas.set_stream(s->blas, s->stream) && !cublas.set_workspace(s->blas, s->blas_workspace, workspace_bytes()) &&
      !cublas.set_math_mode(s->blas, s->tf32 ? TF32_MATH : DEFAULT_MATH))
    return DS_OK;
  blas_close(s);
  return DS_NO_BLAS;
}

int blas_sgemm(Stream *s, bool transpose_a, bool transpose_b, int m, int n, int k, const float *a, int a_stride, const float *b, int b_stride, float beta,
               float *c, int c_stride) {
  if (const int status = blas_open(s)) return status;
  const float one = 1;
  return cublas.sgemm(s->blas, transpose_a ? TRANSPOSED : PLAIN, transpose_b ? TRANSPOSED : PLAIN, m, n, k, &one, a, a_stride, b, b_stride, &beta, c,
                      c_stride)
             ? DS_NO_BLAS
             : DS_OK;
}

int blas_tf32(Stream *s, bool allowed) {
  if (allowed && !blas_bound()) return DS_NO_BLAS;
  if (allowed && compute_capability() < AMPERE) return DS_NO_DEVICE;
  s->tf32 = allowed;
  return s->blas && cublas.set_math_mode(s->blas, allowed ? TF32_MATH : DEFAULT_MATH) ? DS_NO_BLAS : DS_OK;
}

void blas_close(Stream *s) {
  if (s->blas) cublas.destroy(s->blas);
  cudaFree(s->blas_workspace);
  s->blas = s->blas_workspace = nullptr;
}

} // namespace cuda
} // namespace ds
