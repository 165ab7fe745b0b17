/* The one routine of cuBLAS in use, bound at run time: the kernel library links to no toolkit library. */
#ifndef DIMSIEVE_CUDA_BLAS_H
#define DIMSIEVE_CUDA_BLAS_H

#include "launch.h"

namespace ds {
namespace cuda {

/* Binds the cuBLAS at a path; what was bound, or why it cannot be, in text[n]. */
int blas_bind(const char *path, char *text, size_t n);
/* True once a cuBLAS is bound. */
bool blas_bound();
/* cublasSgemm on the stream, column-major: c[m, n] = op(a) op(b) + beta c. The stream's handle is made at the first call. */
int blas_sgemm(Stream *stream, bool transpose_a, bool transpose_b, int m, int n, int k, const float *a, int a_stride, const float *b, int b_stride, float beta,
               float *c, int c_stride);
/* Gives back the stream's handle. */
void blas_close(Stream *stream);

} // namespace cuda
} // namespace ds

#endif
