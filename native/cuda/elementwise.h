/* Kernels that treat every element alike: a thread has a pack of four floats where sizes and addresses allow it, else one. The result is the same. */
#ifndef DIMSIEVE_CUDA_ELEMENTWISE_H
#define DIMSIEVE_CUDA_ELEMENTWISE_H

#include "pack.h"

namespace ds {
namespace cuda {

/* The pack function(0), function(1), ... */
template <int V, class Function>
__device__ static inline Pack<V> each(Function function) {
  Pack<V> r;
#pragma unroll
  for (int i = 0; i < V; i++) r.x[i] = function(i);
  return r;
}

template <class... Pointers>
static inline bool all_aligned(Pointers... pointers) { return (aligned(pointers) && ...); }

/* Launches kernel(parameters, packs) over n floats: fours, a kernel of packs of four, when wide says that they fit, else ones. */
template <class Parameters>
static inline int launch_packs(void (*fours)(Parameters, int64_t), void (*ones)(Parameters, int64_t), bool wide, int64_t n, Stream *s, Parameters p) {
  constexpr int BLOCK = 256;
  const int64_t packs = wide ? n / 4 : n;
  return launch(wide ? fours : ones, blocks_for(packs, BLOCK), BLOCK, s, p, packs);
}

} // namespace cuda
} // namespace ds

#endif
