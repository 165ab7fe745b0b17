/* cuBLAS, opened by path; its handles. Constants and signatures of cublas_api.h, which build machines need not have. */
#include "blas.h"

#include <dlfcn.h>
#include <stdio.h>

namespace ds {
namespace cuda {

namespace {

constexpr int PLAIN = 0, TRANSPOSED = 1;

struct Cublas {
  int (*create)(void **handle);
  int (*destroy)(void *handle);
  int (*set_stream)(void *handle, cudaStream_t stream);
  int (*sgemm)(void *handle, int transpose_a, int transpose_b, int m, int n, int k, const float *alpha, const float *a, int a_stride, const float *b,
               int b_stride, const float *beta, float *c, int c_stride);
};

Cublas cublas;

template <class Function>
bool find(void *library, const char *name, Function &function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

} // namespace

int blas_bind(const char *path, char *text, size_t n) {
  if (!path || !text) return DS_INVALID;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(text, n, "%s", dlerror());
    return DS_NO_BLAS;
  }
  Cublas found;
  if (!find(library, "cublasCreate_v2", found.create) || !find(library, "cublasDestroy_v2", found.destroy) ||
      !find(library, "cublasSetStream_v2", found.set_stream) || !find(library, "cublasSgemm_v2", found.sgemm)) {
    snprintf(text, n, "%s is not cuBLAS", path);
    dlclose(library);
    return DS_NO_BLAS;
  }
  cublas = found;
  snprintf(text, n, "%s", path);
  return DS_OK;
}

bool blas_bound() { return cublas.sgemm != nullptr; }

int blas_sgemm(Stream *s, bool transpose_a, bool transpose_b, int m, int n, int k, const float *a, int a_stride, const float *b, int b_stride, float beta,
               float *c, int c_stride) {
  if (!s->blas && (cublas.create(&s->blas) || cublas.set_stream(s->blas, s->stream))) return DS_NO_BLAS;
  const float one = 1;
  return cublas.sgemm(s->blas, transpose_a ? TRANSPOSED : PLAIN, transpose_b ? TRANSPOSED : PLAIN, m, n, k, &one, a, a_stride, b, b_stride, &beta, c,
                      c_stride)
             ? DS_NO_BLAS
             : DS_OK;
}

void blas_close(Stream *s) {
  if (s->blas) cublas.destroy(s->blas);
  s->blas = nullptr;
}

} // namespace cuda
} // namespace ds
