/*
 * Embedding backward with regularity or Gram, for which whole rows must be at hand: gradients and rows of a tile lie in shared memory.
 *
 * A thread adds e M for DEPTH rows and V columns, k ascending, and updates them; mask gradient and Gram are sums over the tile's rows, split among threads
 * where there are threads enough, tiles ascending. width² flops a row for regularity, twice that for the Gram.
 */
#ifndef DIMSIEVE_CUDA_EMBEDDING_TILES_H
#define DIMSIEVE_CUDA_EMBEDDING_TILES_H

#include "embedding_field.h"

namespace ds {
namespace cuda {

constexpr int TILE_BLOCK = 256; // two fit a multiprocessor with up to 128 registers a thread
constexpr int DEPTH = 4;
constexpr int TILE = TILE_BLOCK * DEPTH * 4; // floats: what a block's threads hold of e M at a time

/* Rows of a tile lie pitch floats apart: a multiple of four, and such that the same column of neighbouring rows is in different banks. */
struct RowTile {
  GroupSumMemory<TILE_BLOCK> sums;
  alignas(16) float before[TILE]; // the rows
  alignas(16) float after[TILE];  // their data gradients, then the rows updated
};
__device__ static inline int pitch_of(int32_t d) { return (d + 3) / 4 * 4 + 4; }

/*
 * Calls add(quad, Σ of the tile's n rows) for every quad, each by one thread; product(row, quad, sum) adds a row to a sum. All threads of the block call. The
 * tile is free again when it ends, partial only at the next barrier.
 */
template <class Product, class Add>
__device__ static inline void sum_of_tile(int quads, int n, Pack<4> *partial, Product product, Add add) {
  const int split = quads > TILE_BLOCK ? 1 : TILE_BLOCK / quads < WARP ? TILE_BLOCK / quads : WARP;
  for (int i = threadIdx.x; i < quads * split; i += TILE_BLOCK) {
    Pack<4> s = zeros<4>();
    for (int r = i / quads; r < n; r += split) s = product(r, i % quads, s);
    if (split == 1)
      add(i % quads, s);
    else
      partial[i] = s;
  }
  __syncthreads();
  if (split == 1 || (int)threadIdx.x >= quads) return;
  Pack<4> s = partial[threadIdx.x];
  for (int k = 1; k < split; k++) s = s + partial[k * quads + threadIdx.x];
  add(threadIdx.x, s);
}

/* to[0 .. 4) += s, only the first n of them. */
__device__ static inline void add_to(float *to, Pack<4> s, int n) {
#pragma unroll
  for (int i = 0; i < 4; i++)
    if (i < n) to[i] += s.x[i];
}

/* Gradients and rows of groups first .. first + n. */
template <int V, bool FACTORS>
__device__ static inline void fill_tile(const Field &x, int32_t first, int n, RowTile &t) {
  const int lanes = lanes_for(x.d / V), place = threadIdx.x % WARP % lanes * V, pitch = pitch_of(x.d);
  for (int32_t j = place; j - place < x.d; j += lanes * V)
    each_group_sum<TILE_BLOCK, V>(
        x.sums(), first, first + n, j < x.d, lanes, t.sums, [&](int32_t u) { return Gradients<FACTORS, V>(x, u, j); },
        [&](int32_t u, bool active) { return active ? load<V>(x.a.tables + x.base + (int64_t)x.row(u) * x.d + j) : zeros<V>(); },
        [&](int32_t u, Pack<V> e, Pack<V> s) {
          const int at = (u - first) * pitch + j;
          store<V>(t.before + at, e);
          store<V>(t.after + at, s);
        });
  __syncthreads();
}

/* g += e M for DEPTH rows and V columns by a thread, k ascending. */
template <int V>
__device__ static inline void add_regularity(const Field &x, int n, RowTile &t) {
  const int packs = x.d / V, steps = (n + DEPTH - 1) / DEPTH, pitch = pitch_of(x.d);
#pragma unroll 1
  for (int i = threadIdx.x; i < packs * steps; i += TILE_BLOCK) {
    const int j = i % packs * V, r0 = i / packs;
    Pack<V> g[DEPTH];
    int at[DEPTH];
#pragma unroll
    for (int q = 0; q < DEPTH; q++) {
      const int r = r0 + q * steps;
      at[q] = (r < n ? r : r0) * pitch;
      g[q] = load<V>(t.after + at[q] + j);
    }
    const float *m = x.regularity() + j;
#pragma unroll 2
    for (int k = 0; k < x.d; k++, m += x.d) {
      const Pack<V> row = load<V>(m);
#pragma unroll
      for (int q = 0; q < DEPTH; q++)
#pragma unroll
        for (int v = 0; v < V; v++) g[q].x[v] = fmaf(t.before[at[q] + k], row.x[v], g[q].x[v]);
    }
#pragma unroll
    for (int q = 0; q < DEPTH; q++)
      if (r0 + q * steps < n) store<V>(t.after + at[q] + j, g[q]);
  }
  __syncthreads();
}

template <int RULE, int V>
__device__ static inline void update_tile(const Field &x, int32_t first, int n, RowTile &t) {
  const int packs = x.d / V, pitch = pitch_of(x.d);
#pragma unroll 1
  for (int i = threadIdx.x; i < packs * n; i += TILE_BLOCK) {
    const int r = i / packs, j = i % packs * V;
    float *const g = t.after + r * pitch + j;
    Row<RULE, V> row(x, x.row(first + r), j);
    update(x, row, load<V>(g), j, x.open<V>(j));
    store<V>(g, row.w.x);
  }
  __syncthreads();
}

__device__ static inline void add_mask_gradients(const Field &x, int32_t unit, int n, RowTile &t) {
  const int pitch = pitch_of(x.d);
  const auto product = [&](int r, int q, Pack<4> sum) {
    const int at = r * pitch + 4 * q;
    return add_mask_gradient(sum, load<4>(t.after + at), load<4>(t.before + at), x.a.sign);
  };
  sum_of_tile((x.d + 3) / 4, n, t.sums.partial, product, [&](int q, Pack<4> s) { add_to(x.mask_partial(unit) + 4 * q, s, x.d - 4 * q); });
}

/* A quad is an entry e'_a times four of e'. */
__device__ static inline void add_gram_change(const Field &x, int32_t unit, int n, RowTile &t) {
  const int pitch = pitch_of(x.d), quads = (x.d + 3) / 4;
  const auto product = [&](int r, int q, Pack<4> sum) {
    const int at = r * pitch + q / quads, other = r * pitch + q % quads * 4;
    const float now = t.after[at], change = now - t.before[at];
    const Pack<4> after = load<4>(t.after + other), before = load<4>(t.before + other);
#pragma unroll
    for (int i = 0; i < 4; i++) sum.x[i] = fmaf(now, after.x[i] - before.x[i], fmaf(change, before.x[i], sum.x[i]));
    return sum;
  };
  sum_of_tile(x.d * quads, n, t.sums.partial, product,
              [&](int q, Pack<4> s) { add_to(x.gram_partial(unit) + q / quads * x.d + q % quads * 4, s, x.d - q % quads * 4); });
  __syncthreads();
}

template <int RULE, int V, bool FACTORS>
__device__ static inline void update_field_tiles(const Field &x, int32_t unit, Groups groups, RowTile &t) {
  const int most = TILE / pitch_of(x.d);
  for (int32_t first = groups.first; first < groups.last; first += most) {
    const int n = groups.last - first < most ? groups.last - first : most;
    fill_tile<V, FACTORS>(x, first, n, t);
    if (x.a.mask_partial) add_mask_gradients(x, unit, n, t);
    if (x.a.regularity) add_regularity<V>(x, n, t);
    update_tile<RULE, V>(x, first, n, t);
    if (x.a.gram_partial) add_gram_change(x, unit, n, t);
  }
}

template <int RULE, bool FACTORS>
static __global__ void __launch_bounds__(TILE_BLOCK, 2) update_tiles(Backward a) {
  __shared__ RowTile tile;
  const Field x(a, (int32_t)(blockIdx.x % a.fields));
  const int32_t unit = (int32_t)(blockIdx.x / a.fields);
  if (!x.sound()) return report(a.status, DS_INVALID);
  if (x.d == 0) return;
  for (int i = threadIdx.x; a.mask_partial && i < x.d; i += TILE_BLOCK) x.mask_partial(unit)[i] = 0;
  for (int i = threadIdx.x; a.gram_partial && i < x.d * x.d; i += TILE_BLOCK) x.gram_partial(unit)[i] = 0;
  const Groups groups(x.start(), a.counts[x.f], unit, tile.sums);
  if (x.wide())
    update_field_tiles<RULE, 4, FACTORS>(x, unit, groups, tile);
  else
    update_field_tiles<RULE, 1, FACTORS>(x, unit, groups, tile);
}

} // namespace cuda
} // namespace ds

#endif
