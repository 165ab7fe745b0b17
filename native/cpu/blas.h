/* The one BLAS routine in use, bound at run time. */
#ifndef DIMSIEVE_BLAS_H
#define DIMSIEVE_BLAS_H

namespace ds {
typedef void (*sgemm_function)(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int a_stride,
                               const float *b, int b_stride, float beta, float *c, int c_stride);
extern sgemm_function sgemm;
} // namespace ds

#endif
