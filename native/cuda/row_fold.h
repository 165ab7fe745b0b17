/* The places of a factorization machine's row, divided among up to 16 threads: place j belongs to thread j mod 16, and their sums are folded as the CPU's lanes are. */
#ifndef DIMSIEVE_CUDA_ROW_FOLD_H
#define DIMSIEVE_CUDA_ROW_FOLD_H

#include "launch.h"

namespace ds {
namespace cuda {

constexpr int LANES = 16; // places summed side by side

/* A power of two; 16, or enough for every place. */
static inline int threads_of_row(int64_t dim) {
  int threads = 1;
  while (threads < LANES && threads < dim) threads *= 2;
  return threads;
}

/* The sum over the threads of a row, by halves: 8 + 8, 4 + 4, 2 + 2, 1 + 1. */
__device__ static inline float fold_row(float x, int threads) {
  for (int other = threads / 2; other > 0; other /= 2) x += __shfl_xor_sync(ALL_LANES, x, other);
  return x;
}

} // namespace cuda
} // namespace ds

#endif
