/*
 * Sums of gradient rows over the positions of a batch that hold one id, which embedding_group has put side by side as a group.
 *
 * lanes_for(packs of a row) lanes, a team, share a row, so a warp has WARP / lanes teams. Groups of up to LIGHT (each_group_sum) or LONGEST (kernels that go
 * through rows or lists of their own) positions are summed by one team, positions ascending: the bits of the CPU. Longer ones have an order that length and
 * width alone decide:
 *   up to HEAVY per team of a warp   in each_group_sum, by a warp: team r of it takes positions r, r + teams, ...; then the teams are added up by halves
 *   more                             by the block in the same way, then warp by warp; the block does these last, as Later keeps them
 * so an id that fills the batch costs a lane batch * lanes / BLOCK loads.
 */
#ifndef DIMSIEVE_CUDA_GROUP_SUM_H
#define DIMSIEVE_CUDA_GROUP_SUM_H

#include "pack.h"

namespace ds {
namespace cuda {

constexpr int LIGHT = 16;
constexpr int HEAVY = 64;
constexpr int LONGEST = 256;

/* First of n ascending numbers at or above the least; all lanes of a warp search together, 32 places at a time. */
__device__ static inline int32_t first_at(const int32_t *numbers, int32_t n, int64_t least) {
  int32_t low = 0; // the answer is in [low, low + n]
  while (n > 0) {
    const int32_t step = (n + WARP - 1) / WARP, at = (int32_t)(threadIdx.x % WARP) * step;
    const int below = __popc(__ballot_sync(ALL_LANES, at < n && numbers[low + at] < least));
    if (below == 0) return low;
    const int32_t passed = (below - 1) * step + 1;
    low += passed;
    n = n - passed < step - 1 ? n - passed : step - 1;
  }
  return low;
}

/* Which of up to MOST groups or rows of a block its threads do together later, one after the other: a bit each. Barriers between the calls are the caller's. */
template <int MOST>
struct Later {
  unsigned word[MOST / WARP];
  __device__ void clear() {
    if (threadIdx.x < MOST / WARP) word[threadIdx.x] = 0;
  }
  __device__ void add(int i) { atomicOr(&word[i / WARP], 1u << i % WARP); }
  /* Calls body(i), ascending, in every thread alike. */
  template <class Body>
  __device__ void each(Body body) const {
    for (int w = 0; w < MOST / WARP; w++)
      for (unsigned left = word[w]; left; left &= left - 1) body(w * WARP + __ffs((int)left) - 1);
  }
};

struct GroupSum {
  const int32_t *order, *start;

  /* Σ over sorted positions first, first + step, .. below last of columns(batch row). */
  template <int V, class Columns>
  __device__ Pack<V> positions(int32_t first, int32_t last, int32_t step, Columns columns) const {
    Pack<V> s = zeros<V>();
#pragma unroll 4
    for (int32_t i = first; i < last; i += step) s = s + columns(order[i]);
    return s;
  }
};

/* Adds up what the lanes with the same place in their team hold. */
template <int V>
__device__ static inline Pack<V> sum_of_teams(Pack<V> s, int lanes) {
  for (int other = WARP / 2; other >= lanes; other /= 2) {
    Pack<V> t;
#pragma unroll
    for (int i = 0; i < V; i++) t.x[i] = __shfl_xor_sync(ALL_LANES, s.x[i], other);
    s = s + t;
  }
  return s;
}

/* The same over the warps of a block; what the lanes of the first team get counts. partial, in shared memory, is free again when all threads are back. */
template <int BLOCK, int V>
__device__ static inline Pack<V> sum_of_warps(Pack<V> s, int lanes, Pack<4> (&partial)[BLOCK]) {
  const int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
  Pack<V> *const of = reinterpret_cast<Pack<V> *>(partial);
  s = sum_of_teams(s, lanes);
  if (lane < lanes) of[warp * WARP + lane] = s;
  __syncthreads();
  if (warp == 0 && lane < lanes)
    for (int w = 1; w < BLOCK / WARP; w++) s = s + of[w * WARP + lane];
  __syncthreads();
  return s;
}

/* Σ of group u by the whole block, to the first team. */
template <int BLOCK, int V, class Columns>
__device__ static inline Pack<V> sum_of_block(const GroupSum &x, int32_t u, int lanes, Pack<4> (&partial)[BLOCK], Columns columns) {
  const int team = (int)threadIdx.x / lanes, teams = BLOCK / lanes;
  return sum_of_warps<BLOCK>(x.positions<V>(x.start[u] + team, x.start[u + 1], teams, columns), lanes, partial);
}

/* Shared memory of what follows. */
template <int BLOCK>
struct GroupSumMemory {
  int32_t bounds[2];
  Later<DS_GROUP_CHUNK> heavy;
  Pack<4> partial[BLOCK]; // of a warp's lane
};

/* A unit of work is a block and the groups of one field that begin within DS_GROUP_CHUNK sorted positions: one warp finds the first, another the last. */
struct Groups {
  int32_t first, last;
  template <int BLOCK>
  __device__ Groups(const int32_t *start, int32_t groups, int64_t unit, GroupSumMemory<BLOCK> &memory) {
    const int warp = threadIdx.x / WARP;
    if (warp < 2) memory.bounds[warp] = first_at(start, groups, (unit + warp) * DS_GROUP_CHUNK);
    __syncthreads();
    first = memory.bounds[0];
    last = memory.bounds[1];
  }
};

/*
 * For every group u of [first, last), at most DS_GROUP_CHUNK of them, in the lanes of one team: held = fetch(u, true), which begins the row's own loads, then
 * apply(u, held, s) with s the sum over the batch rows b of the group of columns_of(u)(b), V columns of a gradient. Other lanes call fetch(u, false) for a value
 * that is not used. Lanes without columns pass owns = false. All threads of the block must call.
 */
template <int BLOCK, int V, class ColumnsOf, class Fetch, class Apply>
__device__ static inline void each_group_sum(const GroupSum &x, int32_t first, int32_t last, bool owns, int lanes, GroupSumMemory<BLOCK> &memory,
                                             ColumnsOf columns_of, Fetch fetch, Apply apply) {
  const int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP, teams = WARP / lanes, team = lane / lanes, warps = BLOCK / WARP;
  memory.heavy.clear();
  __syncthreads();
  // Neighbouring groups go to different warps: frequent ids lie together.
  for (int32_t u0 = first + warp; u0 < last; u0 += warps * teams) {
    const int32_t u = u0 + warps * team;
    const int32_t begin = u < last ? x.start[u] : 0, end = u < last ? x.start[u + 1] : 0, n = end - begin;
    const bool active = owns && n > 0 && n <= HEAVY * teams;
    const auto held = fetch(u, active);
    Pack<V> s = zeros<V>();
    if (active && n <= LIGHT) s = x.positions<V>(begin, end, 1, columns_of(u));
    for (unsigned left = __ballot_sync(ALL_LANES, n > LIGHT && n <= HEAVY * teams && lane % lanes == 0); left; left &= left - 1) {
      const int from = __ffs((int)left) - 1;
      const int32_t b = __shfl_sync(ALL_LANES, begin, from), e = __shfl_sync(ALL_LANES, end, from);
      const Pack<V> all = sum_of_teams(owns ? x.positions<V>(b + team, e, teams, columns_of(u0 + warps * (from / lanes))) : zeros<V>(), lanes);
      if (team == from / lanes) s = all;
    }
    if (active) apply(u, held, s);
    if (n > HEAVY * teams && lane % lanes == 0) memory.heavy.add(u - first);
  }
  __syncthreads();
  memory.heavy.each([&](int i) {
    const int32_t u = first + i;
    Pack<V> s = zeros<V>();
    if (owns) s = x.positions<V>(x.start[u] + (int)threadIdx.x / lanes, x.start[u + 1], BLOCK / lanes, columns_of(u));
    s = sum_of_warps<BLOCK>(s, lanes, memory.partial);
    if (owns && (int)threadIdx.x < lanes) apply(u, fetch(u, true), s);
  });
}

} // namespace cuda
} // namespace ds

#endif
