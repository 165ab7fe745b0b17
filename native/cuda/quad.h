/*
 * Four floats of a row that lie side by side, or the first n of them at the row's end: the others read as 0 and are not written. `whole` promises that n is
 * 0 or 4 and the place a multiple of 16 bytes; then they move at once.
 */
#ifndef DIMSIEVE_CUDA_QUAD_H
#define DIMSIEVE_CUDA_QUAD_H

#include "pack.h"

namespace ds {
namespace cuda {

typedef Pack<4> Quad;

__host__ __device__ static inline int quads_of(int columns) { return (columns + 3) / 4; }
/* How many of the row's columns the quad has. */
__device__ static inline int columns_of_quad(int columns, int quad) {
  const int n = columns - 4 * quad;
  return n < 0 ? 0 : n > 4 ? 4 : n;
}

__device__ static inline Quad load_quad(const float *p, int n, bool whole) {
  if (whole) return n ? load<4>(p) : zeros<4>();
  Quad r = zeros<4>();
#pragma unroll
  for (int i = 0; i < 4; i++)
    if (i < n) r.x[i] = p[i];
  return r;
}
__device__ static inline void store_quad(float *p, Quad a, int n, bool whole) {
  if (whole) {
    if (n) store<4>(p, a);
    return;
  }
#pragma unroll
  for (int i = 0; i < 4; i++)
    if (i < n) p[i] = a.x[i];
}
/* A quad of function(0) .. function(3). */
template <class Function>
__device__ static inline Quad quad_of(Function function) {
  Quad r;
#pragma unroll
  for (int i = 0; i < 4; i++) r.x[i] = function(i);
  return r;
}

/* Σ of a quad of grad over sorted positions first, first + step, .. below last: up to LONGEST of them by one lane, longer groups by a block and fold(). */
constexpr int LONGEST = 256;
__device__ static inline Quad sum_positions(const float *grad, int64_t stride, const int32_t *order, int32_t first, int32_t last, int32_t step, int n,
                                            bool whole) {
  Quad s = zeros<4>();
#pragma unroll 4
  for (int32_t i = first; i < last; i += step) s = s + load_quad(grad + order[i] * stride, n, whole);
  return s;
}

/* Adds up by halves what threads with the same place modulo lanes (a power of two) left in sums; the totals are the first `lanes`. For whole blocks. */
template <int BLOCK>
__device__ static inline void fold(Quad *sums, int lanes) {
  const int thread = (int)threadIdx.x;
  for (int half = BLOCK / 2; half >= lanes; half /= 2) {
    __syncthreads();
    if (thread < half) sums[thread] = sums[thread] + sums[thread + half];
  }
  __syncthreads();
}

} // namespace cuda
} // namespace ds

#endif
