/* The CUDA library of a build without nvcc. */
#include "absent.h"

#include <stdio.h>

static int probe(char *text, size_t n) {
  if (text) snprintf(text, n, "this build of Dimsieve has no CUDA kernels");
  return DS_NO_DEVICE;
}

static int blas_bind(const char *, char *text, size_t n) { return probe(text, n); }

extern "C" __attribute__((visibility("default"))) const ds_backend *dimsieve_backend_get(uint32_t abi, const char *) {
  static const ds_backend table = [] {
    ds_backend b = ds::cuda::absent_backend(probe);
    b.blas_bind = blas_bind;
    return b;
  }();
  return abi == DS_ABI ? &table : nullptr;
}
