/* The one product of cuBLAS in use, bound at run time: the kernel library links to no toolkit library. */
#ifndef DIMSIEVE_CUDA_BLAS_H
#define DIMSIEVE_CUDA_BLAS_H

#include "launch.h"

namespace ds {
namespace cuda {

/* Binds the cuBLAS at a path; what was bound, or why it cannot be, in text[n]. */
int blas_bind(const char *path, char *text, size_t n);
/* True once a cuBLAS is bound. */
bool blas_bound();
/* Makes the stream's handle, with memory of the stream's own; nothing where it is there, or no cuBLAS is bound. A handle without such memory allocates during
   its first products, which a stream that records must not. */
int blas_open(Stream *stream);
/* cublasSgemm on the stream, column-major: c[m, n] = op(a) op(b) + beta c. */
int blas_sgemm(Stream *stream, bool transpose_a, bool transpose_b, int m, int n, int k, const float *a, int a_stride, const float *b, int b_stride, float beta,
               float *c, int c_stride);
/* Whether products on the stream may round their factors to TF32; as stream_tf32 of dimsieve.h. */
int blas_tf32(Stream *stream, bool allowed);
/* Gives back the stream's handle and its memory. */
void blas_close(Stream *stream);

} // namespace cuda
} // namespace ds

#endif
