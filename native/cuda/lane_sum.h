/* Sums with the CPU's bits: sixteen partial sums, element i in the i mod 16th, folded 8+8, 4+4, 2+2, 1+1 as cpu/lanes.h folds a register. */
#ifndef DIMSIEVE_CUDA_LANE_SUM_H
#define DIMSIEVE_CUDA_LANE_SUM_H

#include "launch.h"

namespace ds {
namespace cuda {

struct LaneSum {
  float lane[16];
  __device__ LaneSum() {
#pragma unroll
    for (int i = 0; i < 16; i++) lane[i] = 0;
  }
  template <int HALF>
  __device__ void halve() {
#pragma unroll
    for (int i = 0; i < HALF; i++) lane[i] += lane[i + HALF];
  }
  __device__ float sum() {
    halve<8>();
    halve<4>();
    halve<2>();
    return lane[0] + lane[1];
  }
};

/* Σ of term(i) for i < n, ascending in each lane. */
template <class Term>
__device__ static inline float lane_sum(int n, Term term) {
  LaneSum s;
  for (int i = 0; i < n; i += 16)
#pragma unroll
    for (int k = 0; k < 16; k++)
      if (i + k < n) s.lane[k] += term(i + k);
  return s.sum();
}

} // namespace cuda
} // namespace ds

#endif
