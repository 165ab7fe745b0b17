/* Finds the product of floats in a shared library: oneDNN's dnnl_sgemm or any cblas_sgemm. */
#include "blas.h"

#include "dimsieve.h"
#include "shared_library.h"

namespace ds {

Sgemm sgemm = nullptr;

namespace {

constexpr int ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112; // of cblas

void (*cblas_sgemm)(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int a_stride, const float *b,
                    int b_stride, float beta, float *c, int c_stride);

int by_cblas(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a, int64_t a_stride, const float *b, int64_t b_stride,
             float beta, float *c, int64_t c_stride) {
  cblas_sgemm(ROW_MAJOR, transpose_a ? TRANSPOSED : PLAIN, transpose_b ? TRANSPOSED : PLAIN, (int)m, (int)n, (int)k, 1.0f, a, (int)a_stride, b,
              (int)b_stride, beta, c, (int)c_stride);
  return DS_OK;
}

struct Dnnl {
  int (*sgemm)(char transpose_a, char transpose_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t a_stride, const float *b,
               int64_t b_stride, float beta, float *c, int64_t c_stride); // row-major; a dnnl_status_t
  int (*threads)();
  void (*set_threads)(int); // of the calling thread
};

Dnnl dnnl;

int by_dnnl(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a, int64_t a_stride, const float *b, int64_t b_stride,
            float beta, float *c, int64_t c_stride) {
  const int threads = dnnl.threads();
  if (threads != 1) dnnl.set_threads(1);
  const int status = dnnl.sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1.0f, a, a_stride, b, b_stride, beta, c, c_stride);
  if (threads != 1) dnnl.set_threads(threads);
  return status == 0 ? DS_OK : status == 1 ? DS_NO_MEMORY : DS_INVALID; // success, out of memory, and the rest
}

} // namespace

int blas_bind(const char *path, char *text, size_t n) {
  if (!path || !text) return DS_INVALID;
  void *library = open_library(path, text, n);
  if (!library) return DS_NO_BLAS;
  /* matmul cuts its work for our own pool: each call of the library stays in its thread. What was bound before stays where this fails. */
  Dnnl found;
  if (find(library, "dnnl_sgemm", found.sgemm)) {
    if (!find(library, "omp_get_max_threads", found.threads) || !find(library, "omp_set_num_threads", found.set_threads)) {
      snprintf(text, n, "%s was not built with OpenMP, so that its calls cannot be kept in one thread", path);
      dlclose(library);
      return DS_NO_BLAS;
    }
    dnnl = found;
    sgemm = by_dnnl;
  } else if (decltype(cblas_sgemm) plain; find(library, "cblas_sgemm", plain)) {
    void (*set_threads)(int);
    if (find(library, "openblas_set_num_threads", set_threads) || find(library, "MKL_Set_Num_Threads", set_threads)) set_threads(1);
    cblas_sgemm = plain;
    sgemm = by_cblas;
  } else {
    snprintf(text, n, "%s exports neither dnnl_sgemm nor cblas_sgemm", path);
    dlclose(library);
    return DS_NO_BLAS;
  }
  snprintf(text, n, "%s", path);
  return DS_OK;
}

} // namespace ds
