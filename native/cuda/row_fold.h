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

/*
 * S and the term of each batch row, for all threads of a grid whose block is a multiple of threads: sums[b, j] = Σ x and out[b] = ½ Σ_j (S_j² - Σ x²) over what
 * each(b, j, add) gives to add(x).
 */
template <class Each>
__device__ static inline void sum_rows(int64_t batch, int64_t dim, int threads, float *sums, float *out, Each each) {
  const int lane = threadIdx.x % threads, rows = blockDim.x / threads;
  for (int64_t first = (int64_t)blockIdx.x * rows; first < batch; first += (int64_t)gridDim.x * rows) {
    const int64_t b = first + threadIdx.x / threads;
    float total = 0;
    for (int64_t j = lane; b < batch && j < dim; j += threads) {
      float s = 0, q = 0;
      each(b, j, [&](float x) {
        s += x;
        q += x * x;
      });
      sums[b * dim + j] = s;
      total += s * s - q;
    }
    total = fold_row(total, threads);
    if (b < batch && lane == 0) out[b] = 0.5f * total;
  }
}

} // namespace cuda
} // namespace ds

#endif
