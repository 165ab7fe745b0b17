/*
 * The gradient of a table's row: the sum over the positions of a batch that hold it, which embedding_group has put side by side. Groups of up to LONGEST
 * positions are summed by one lane, ascending, which gives the bits of the CPU; longer ones by a block, each team of lanes every n-th position, then fold().
 */
#ifndef DIMSIEVE_CUDA_POSITION_SUM_H
#define DIMSIEVE_CUDA_POSITION_SUM_H

#include "quad.h"

namespace ds {
namespace cuda {

constexpr int LONGEST = 256;

/* Σ of a quad of grad over sorted positions first, first + step, .. below last. */
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
