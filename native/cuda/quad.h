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

} // namespace cuda
} // namespace ds

#endif
