/*
 * Sums of gradient rows over the groups that embedding_group made: what every kernel that walks along them begins with.
 *
 * A unit of work is a block and the groups of one field that begin within DS_GROUP_CHUNK sorted positions. lanes_for(packs of a row) lanes share a row, so a
 * warp holds WARP / lanes rows at a time. A group is summed, by its length,
 *   up to LIGHT positions           by its lanes, positions ascending: the bits of the CPU
 *   up to HEAVY per row of a warp   by a warp, row r of it taking positions r, r + rows, ...; then the rows are added up by halves
 *   more                            by the block in the same way, then warp by warp
 * so an id that fills the batch costs a lane batch * lanes / BLOCK loads. The order depends on length and width alone.
 */
#ifndef DIMSIEVE_CUDA_GROUP_SUM_H
#define DIMSIEVE_CUDA_GROUP_SUM_H

#include "pack.h"

namespace ds {
namespace cuda {

constexpr int LIGHT = 16;
constexpr int HEAVY = 64;

/* First group whose start is at or after the position; all lanes of a warp search together, 32 places at a time. */
__device__ static inline int32_t lower_bound(const int32_t *start, int32_t groups, int64_t position) {
  int32_t low = 0, n = groups; // the answer is in [low, low + n]
  while (n > 0) {
    const int32_t step = (n + WARP - 1) / WARP, at = (int32_t)(threadIdx.x % WARP) * step;
    const int below = __popc(__ballot_sync(ALL_LANES, at < n && start[low + at] < position));
    if (below == 0) return low;
    const int32_t passed = (below - 1) * step + 1;
    low += passed;
    n = n - passed < step - 1 ? n - passed : step - 1;
  }
  return low;
}

/* Shared memory of what follows. */
template <int BLOCK>
struct GroupSumMemory {
  int32_t bounds[2];
  unsigned heavy[DS_GROUP_CHUNK / WARP]; // a bit per group that the block sums
  Pack<4> partial[BLOCK];                // of a warp's lane
};

/* The groups of a field that begin in a unit's positions: one warp finds the first, another the last. */
struct Groups {
  int32_t first, last;
  template <int BLOCK>
  __device__ Groups(const int32_t *start, int32_t groups, int64_t unit, GroupSumMemory<BLOCK> &memory) {
    const int warp = threadIdx.x / WARP;
    if (warp < 2) memory.bounds[warp] = lower_bound(start, groups, (unit + warp) * DS_GROUP_CHUNK);
    __syncthreads();
    first = memory.bounds[0];
    last = memory.bounds[1];
  }
};

struct GroupSum {
  const float *grad; // of the first column
  int64_t stride;
  const int32_t *order, *start;

  /* Σ over sorted positions first, first + step, .. below last of the V floats from column j. */
  template <int V>
  __device__ Pack<V> positions(int32_t j, int32_t first, int32_t last, int32_t step) const {
    Pack<V> s = zeros<V>();
#pragma unroll 4
    for (int32_t i = first; i < last; i += step) s = s + load<V>(grad + j + order[i] * stride);
    return s;
  }
};

/* Adds up what the lanes with the same place in their row hold. */
template <int V>
__device__ static inline Pack<V> sum_of_rows(Pack<V> s, int lanes) {
  for (int other = WARP / 2; other >= lanes; other /= 2) {
    Pack<V> t;
#pragma unroll
    for (int i = 0; i < V; i++) t.x[i] = __shfl_xor_sync(ALL_LANES, s.x[i], other);
    s = s + t;
  }
  return s;
}

/* The same over the warps of a block; what the lanes of the first row of warp 0 get counts. The memory is free again when all threads are back. */
template <int BLOCK, int V>
__device__ static inline Pack<V> sum_of_warps(Pack<V> s, int lanes, GroupSumMemory<BLOCK> &memory) {
  const int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
  Pack<V> *const partial = reinterpret_cast<Pack<V> *>(memory.partial);
  s = sum_of_rows(s, lanes);
  if (lane < lanes) partial[warp * WARP + lane] = s;
  __syncthreads();
  if (warp == 0 && lane < lanes)
    for (int w = 1; w < BLOCK / WARP; w++) s = s + partial[w * WARP + lane];
  __syncthreads();
  return s;
}

/*
 * For every group u of [first, last), at most DS_GROUP_CHUNK of them, in the lanes of one row: held = fetch(u, true), which begins the row's own loads, then
 * apply(u, held, s) with s the columns j .. j + V of the group's gradient. Other lanes call fetch(u, false) for a value that is not used. Lanes without columns
 * pass owns = false. All threads of the block must call.
 */
template <int BLOCK, int V, class Fetch, class Apply>
__device__ static inline void each_group_sum(const GroupSum &x, int32_t first, int32_t last, int32_t j, bool owns, int lanes, GroupSumMemory<BLOCK> &memory,
                                             Fetch fetch, Apply apply) {
  const int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP, rows = WARP / lanes, row = lane / lanes, warps = BLOCK / WARP;
  if (threadIdx.x < DS_GROUP_CHUNK / WARP) memory.heavy[threadIdx.x] = 0;
  __syncthreads();
  // Neighbouring groups go to different warps: frequent ids lie together.
  for (int32_t u0 = first + warp; u0 < last; u0 += warps * rows) {
    const int32_t u = u0 + warps * row;
    const int32_t begin = u < last ? x.start[u] : 0, end = u < last ? x.start[u + 1] : 0, n = end - begin;
    const bool active = owns && n > 0 && n <= HEAVY * rows;
    const auto held = fetch(u, active);
    Pack<V> s = zeros<V>();
    if (active && n <= LIGHT) s = x.positions<V>(j, begin, end, 1);
    for (unsigned left = __ballot_sync(ALL_LANES, n > LIGHT && n <= HEAVY * rows && lane % lanes == 0); left; left &= left - 1) {
      const int from = __ffs((int)left) - 1;
      const int32_t b = __shfl_sync(ALL_LANES, begin, from), e = __shfl_sync(ALL_LANES, end, from);
      const Pack<V> all = sum_of_rows(owns ? x.positions<V>(j, b + row, e, rows) : zeros<V>(), lanes);
      if (row == from / lanes) s = all;
    }
    if (active) apply(u, held, s);
    if (n > HEAVY * rows && lane % lanes == 0) atomicOr(&memory.heavy[(u - first) / WARP], 1u << (u - first) % WARP);
  }
  __syncthreads();
  for (int word = 0; word < DS_GROUP_CHUNK / WARP; word++)
    for (unsigned left = memory.heavy[word]; left; left &= left - 1) {
      const int32_t u = first + word * WARP + __ffs((int)left) - 1;
      const Pack<V> s =
          sum_of_warps<BLOCK>(owns ? x.positions<V>(j, x.start[u] + warp * rows + row, x.start[u + 1], warps * rows) : zeros<V>(), lanes, memory);
      if (owns && warp == 0 && row == 0) apply(u, fetch(u, true), s);
    }
}

} // namespace cuda
} // namespace ds

#endif
