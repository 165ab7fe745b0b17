/* The random numbers of cpu/counter_random.h, one at a time; the same bits. */
#ifndef DIMSIEVE_CUDA_COUNTER_RANDOM_H
#define DIMSIEVE_CUDA_COUNTER_RANDOM_H

#include "launch.h"

namespace ds {
namespace cuda {

__device__ static inline uint64_t splitmix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/* The part of a key that the rows of one layer share, then the key of a row. */
__device__ static inline uint64_t layer_key(int64_t seed, int64_t step, int64_t layer) {
  return splitmix(splitmix(splitmix((uint64_t)seed) ^ (uint64_t)step) ^ (uint64_t)layer);
}
__device__ static inline uint64_t row_key(uint64_t layer, int64_t row) { return splitmix(layer ^ (uint64_t)row); }

__device__ static inline uint32_t mix(uint32_t x) {
  x = (x ^ x >> 16) * 0x7feb352du;
  x = (x ^ x >> 15) * 0x846ca68bu;
  return x ^ x >> 16;
}

/* A whole number in [0, 2^24), as a float, exactly. */
__device__ static inline float draw(uint64_t key, uint32_t column) {
  return (float)(int32_t)(mix(mix(column + (uint32_t)key) ^ (uint32_t)(key >> 32)) >> 8);
}

} // namespace cuda
} // namespace ds

#endif
