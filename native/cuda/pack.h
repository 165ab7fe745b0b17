/*
 * V floats that lie side by side as one value, loaded and stored at once: V = 4 where places are multiples of 16 bytes, else V = 1.
 */
#ifndef DIMSIEVE_CUDA_PACK_H
#define DIMSIEVE_CUDA_PACK_H

#include "launch.h"

namespace ds {
namespace cuda {

template <int V>
struct alignas(4 * V) Pack {
  float x[V];
};

template <int V>
__device__ static inline Pack<V> load(const float *p) {
  return *reinterpret_cast<const Pack<V> *>(p);
}
template <int V>
__device__ static inline void store(float *p, Pack<V> a) {
  *reinterpret_cast<Pack<V> *>(p) = a;
}
template <int V>
__device__ static inline Pack<V> zeros() {
  Pack<V> r;
#pragma unroll
  for (int i = 0; i < V; i++) r.x[i] = 0;
  return r;
}
template <int V>
__device__ static inline Pack<V> operator+(Pack<V> a, Pack<V> b) {
#pragma unroll
  for (int i = 0; i < V; i++) a.x[i] += b.x[i];
  return a;
}

/* True where four floats can be loaded at once; of null too. */
__host__ __device__ static inline bool aligned(const void *p) { return (reinterpret_cast<uintptr_t>(p) & 15) == 0; }

/* The least power of two that is at least n, at most a warp: lanes that share a row of n packs. */
__device__ static inline int lanes_for(int n) { return n >= WARP ? WARP : n <= 1 ? 1 : 1 << (WARP - __clz(n - 1)); }

} // namespace cuda
} // namespace ds

#endif
