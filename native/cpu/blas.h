/* The one BLAS routine in use, of a library bound at run time. */
#ifndef DIMSIEVE_BLAS_H
#define DIMSIEVE_BLAS_H

#include <stddef.h>
#include <stdint.h>

namespace ds {
/* matmul in the calling thread alone, as cpu/matmul.cpp describes it; sizes and strides fit an int. A status. */
typedef int (*Sgemm)(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a, int64_t a_stride, const float *b,
                     int64_t b_stride, float beta, float *c, int64_t c_stride);
extern Sgemm sgemm; /* null until a library is bound */

int blas_bind(const char *path, char *text, size_t n);
} // namespace ds

#endif
