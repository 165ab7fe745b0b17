/*
 * Embedding backward in one pass; what it computes stands in cpu/embedding_backward.cpp.
 *
 * A block per (field, DS_GROUP_CHUNK sorted positions): group_sum.h says how rows are cut among lanes and in which order gradients are added.
 *   update_rows   without regularity and Gram: the lanes of a row sum its gradient, update it in registers, and keep their share of the mask gradient
 *   update_tiles  with either: gradients and rows of a tile lie in shared memory; a thread adds e M for DEPTH rows and V columns, k ascending, and updates them;
 *                 mask gradient and Gram are sums over the tile's rows, split among threads where there are threads enough, tiles ascending
 * Mask gradients and Gram changes of a unit go to the workspace, [units][columns] and then per field [units][width²]; two last kernels add them up, units
 * ascending. Per occurring row 8 (SGD) to 24 (Adam) bytes a column, plus 4 per position and column; width² flops a row for regularity, twice that for the Gram.
 */
#include "group_sum.h"
#include "update.h"

namespace ds {
namespace cuda {

namespace {

constexpr int32_t MAX_WIDTH = 1024;
constexpr int ROWS_BLOCK = 512;
constexpr int TILE_BLOCK = 256;
constexpr int TILE = 4096; // floats
constexpr int DEPTH = 4;
constexpr int GRAM_BLOCKS = 8; // per field
constexpr int SUM_BLOCK = 256;

struct Backward {
  const float *grad;
  int64_t grad_stride;
  const int32_t *order, *starts, *unique, *counts;
  const int64_t *base;
  const int32_t *width, *column;
  const float *mask;
  const int64_t *row_mask, *row_base;
  const float *regularity;
  const int64_t *regularity_base;
  float *tables, *state1, *state2;
  float *mask_partial, *gram_partial; // parts of the workspace, or null
  bool sign;
  const float *hyper;
  int64_t batch, units, columns;
  int32_t fields;
  int32_t *status;
};

/* One unit of one field. */
struct Unit {
  int32_t d;
  float *p, *s1, *s2;
  const float *mask, *regularity;
  const int64_t *row_mask;
  const int32_t *unique;
  float *mask_partial, *gram_partial;
  bool sign, sound;
  const float *grad;
  int64_t grad_stride;
  const int32_t *order, *start;
  Groups groups;

  __device__ Unit(const Backward &a, int64_t f, int64_t unit)
      : d(a.width[f]), p(a.tables + a.base[f]), s1(a.state1 + a.base[f]), s2(a.state2 + a.base[f]), mask(a.mask ? a.mask + a.column[f] : nullptr),
        regularity(a.regularity ? a.regularity + a.regularity_base[f] : nullptr), row_mask(a.row_mask ? a.row_mask + a.row_base[f] : nullptr),
        unique(a.unique + f * a.batch), mask_partial(a.mask_partial ? a.mask_partial + unit * a.columns + a.column[f] : nullptr),
        gram_partial(a.gram_partial ? a.gram_partial + a.units * a.regularity_base[f] + unit * d * d : nullptr), sign(a.sign),
        sound(d >= 0 && d <= MAX_WIDTH && (!row_mask || d <= 64)), grad(a.grad + a.column[f]), grad_stride(a.grad_stride), order(a.order + f * a.batch),
        start(a.starts + f * (a.batch + 1)), groups(start, a.counts[f], unit) {
    if (!sound) report(a.status, DS_INVALID);
  }

  __device__ bool wide() const {
    return d % 4 == 0 && grad_stride % 4 == 0 && aligned(p) && aligned(s1) && aligned(s2) && aligned(grad) && aligned(regularity);
  }
  template <int V>
  __device__ GroupSum<V> sums() const {
    return {grad, grad_stride, order, start};
  }
  /* Bit i: column j + i is in the mask. */
  template <int V>
  __device__ unsigned open(int32_t j) const {
    unsigned bits = 0;
#pragma unroll
    for (int i = 0; i < V; i++) bits |= (!mask || mask[j + i] > 0 ? 1u : 0u) << i;
    return bits;
  }
};

__device__ float sign_of(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f; }

/* s * e or s * sign(e), what a row adds to the mask gradient, on top of a sum. */
template <int V>
__device__ Pack<V> add_mask_gradient(Pack<V> sum, Pack<V> s, Pack<V> e, bool sign) {
#pragma unroll
  for (int i = 0; i < V; i++) sum.x[i] += s.x[i] * (sign ? sign_of(e.x[i]) : e.x[i]);
  return sum;
}

/* Updates the columns of a row whose bits are set in the mask and the row's own mask; the others stay, states and all. */
template <int RULE, int V>
__device__ void update(const Unit &x, const Hyper &h, Parameters<RULE, V> &w, Pack<V> g, int64_t row, int32_t j, unsigned open) {
  const unsigned learns = open & (x.row_mask ? (unsigned)((uint64_t)x.row_mask[row] >> j) : ~0u);
  const Parameters<RULE, V> old = w;
  advance<RULE>(h, w.x, g, w.m, w.v);
#pragma unroll
  for (int i = 0; i < V; i++) {
    const bool keeps = !(learns >> i & 1);
    w.x.x[i] = keeps ? old.x.x[i] : w.x.x[i];
    w.m.x[i] = keeps ? old.m.x[i] : w.m.x[i];
    w.v.x[i] = keeps ? old.v.x[i] : w.v.x[i];
  }
  const int64_t at = row * x.d + j;
  w.put(x.p + at, x.s1 + at, x.s2 + at);
}

template <int RULE, int V>
__device__ void update_unit_rows(const Unit &x, const Hyper &h, GroupSumMemory<ROWS_BLOCK> &memory) {
  const int lanes = lanes_for(x.d / V), place = threadIdx.x % WARP % lanes * V;
  for (int32_t j = place; j - place < x.d; j += lanes * V) {
    const bool owns = j < x.d;
    const unsigned open = owns ? x.open<V>(j) : 0;
    Pack<V> mask_sum = zeros<V>();
    each_group_sum<ROWS_BLOCK>(x.sums<V>(), x.groups.first, x.groups.last, j, owns, lanes, memory, [&](int32_t u, auto sum) {
      const int64_t row = x.unique[u], at = row * x.d + j;
      Parameters<RULE, V> w(x.p + at, x.s1 + at, x.s2 + at);
      const Pack<V> s = sum();
      if (x.mask_partial) mask_sum = add_mask_gradient(mask_sum, s, w.x, x.sign);
      update(x, h, w, s, row, j, open);
    });
    if (!x.mask_partial) continue;
    mask_sum = sum_of_warps<ROWS_BLOCK>(mask_sum, lanes, memory);
    if ((int)threadIdx.x < lanes && owns)
#pragma unroll
      for (int i = 0; i < V; i++) x.mask_partial[j + i] = mask_sum.x[i];
  }
}

template <int RULE>
__global__ void __launch_bounds__(ROWS_BLOCK) update_rows(Backward a) {
  __shared__ GroupSumMemory<ROWS_BLOCK> memory;
  const Unit x(a, blockIdx.x % a.fields, blockIdx.x / a.fields);
  if (!x.sound) return;
  const Hyper h(a.hyper);
  if (x.wide())
    update_unit_rows<RULE, 4>(x, h, memory);
  else
    update_unit_rows<RULE, 1>(x, h, memory);
}

/* Rows of a tile lie pitch floats apart: a multiple of four, and such that the same column of neighbouring rows is in different banks. */
struct Tile {
  GroupSumMemory<TILE_BLOCK> sums;
  alignas(16) float before[TILE]; // the rows
  alignas(16) float after[TILE];  // their data gradients, then the rows updated
};
__device__ int pitch_of(int32_t d) { return (d + 3) / 4 * 4 + 4; }

/*
 * Calls add(quad, Σ of the tile's n rows) for every quad, each by one thread; product(row, quad, sum) adds a row to a sum. The block's threads call
 * together and are in step again when it ends.
 */
template <class Product, class Add>
__device__ void sum_of_tile(int quads, int n, Pack<4> *partial, Product product, Add add) {
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
__device__ void add_to(float *to, Pack<4> s, int n) {
#pragma unroll
  for (int i = 0; i < 4; i++)
    if (i < n) to[i] += s.x[i];
}

/* Gradients and rows of groups first .. first + n. */
template <int V>
__device__ void fill_tile(const Unit &x, int32_t first, int n, Tile &t) {
  const int lanes = lanes_for(x.d / V), place = threadIdx.x % WARP % lanes * V, pitch = pitch_of(x.d);
  for (int32_t j = place; j - place < x.d; j += lanes * V)
    each_group_sum<TILE_BLOCK>(x.sums<V>(), first, first + n, j, j < x.d, lanes, t.sums, [&](int32_t u, auto sum) {
      const int at = (u - first) * pitch + j;
      store<V>(t.before + at, load<V>(x.p + (int64_t)x.unique[u] * x.d + j));
      store<V>(t.after + at, sum());
    });
  __syncthreads();
}

template <int RULE, int V>
__device__ void update_tile(const Unit &x, const Hyper &h, int32_t first, int n, Tile &t) {
  const int packs = x.d / V, steps = (n + DEPTH - 1) / DEPTH, pitch = pitch_of(x.d);
  for (int i = threadIdx.x; i < packs * steps; i += TILE_BLOCK) {
    const int j = i % packs * V, r0 = i / packs;
    Pack<V> g[DEPTH];
    const float *e[DEPTH];
#pragma unroll
    for (int q = 0; q < DEPTH; q++) {
      const int r = r0 + q * steps;
      g[q] = r < n ? load<V>(t.after + r * pitch + j) : zeros<V>();
      e[q] = t.before + (r < n ? r : r0) * pitch;
    }
    if (x.regularity)
      for (int k = 0; k < x.d; k++) {
        const Pack<V> m = load<V>(x.regularity + (int64_t)k * x.d + j);
#pragma unroll
        for (int q = 0; q < DEPTH; q++)
#pragma unroll
          for (int v = 0; v < V; v++) g[q].x[v] = fmaf(e[q][k], m.x[v], g[q].x[v]);
      }
    const unsigned open = x.open<V>(j);
#pragma unroll
    for (int q = 0; q < DEPTH; q++) {
      const int r = r0 + q * steps;
      if (r >= n) break;
      const int64_t row = x.unique[first + r], at = row * x.d + j;
      Parameters<RULE, V> w(x.p + at, x.s1 + at, x.s2 + at);
      update(x, h, w, g[q], row, j, open);
      store<V>(t.after + r * pitch + j, w.x);
    }
  }
  __syncthreads();
}

template <int RULE, int V>
__device__ void update_unit_tiles(const Unit &x, const Hyper &h, Tile &t) {
  const int pitch = pitch_of(x.d), most = TILE / pitch, quads = (x.d + 3) / 4;
  for (int32_t first = x.groups.first; first < x.groups.last; first += most) {
    const int n = x.groups.last - first < most ? x.groups.last - first : most;
    fill_tile<V>(x, first, n, t);
    if (x.mask_partial) {
      sum_of_tile(
          quads, n, t.sums.partial,
          [&](int r, int q, Pack<4> sum) {
            const int at = r * pitch + 4 * q;
            return add_mask_gradient(sum, load<4>(t.after + at), load<4>(t.before + at), x.sign);
          },
          [&](int q, Pack<4> s) { add_to(x.mask_partial + 4 * q, s, x.d - 4 * q); });
    }
    update_tile<RULE, V>(x, h, first, n, t);
    if (x.gram_partial) {
      sum_of_tile(
          x.d * quads, n, t.sums.partial,
          [&](int r, int q, Pack<4> sum) {
            const int at = r * pitch + q / quads, other = r * pitch + q % quads * 4;
            const float now = t.after[at], change = now - t.before[at];
            const Pack<4> after = load<4>(t.after + other), before = load<4>(t.before + other);
#pragma unroll
            for (int i = 0; i < 4; i++) sum.x[i] = fmaf(now, after.x[i] - before.x[i], fmaf(change, before.x[i], sum.x[i]));
            return sum;
          },
          [&](int q, Pack<4> s) { add_to(x.gram_partial + (int64_t)(q / quads) * x.d + q % quads * 4, s, x.d - q % quads * 4); });
      __syncthreads();
    }
  }
}

template <int RULE>
__global__ void __launch_bounds__(TILE_BLOCK) update_tiles(Backward a) {
  __shared__ Tile tile;
  const Unit x(a, blockIdx.x % a.fields, blockIdx.x / a.fields);
  if (!x.sound || x.d == 0) return;
  for (int i = threadIdx.x; x.mask_partial && i < x.d; i += TILE_BLOCK) x.mask_partial[i] = 0;
  for (int i = threadIdx.x; x.gram_partial && i < x.d * x.d; i += TILE_BLOCK) x.gram_partial[i] = 0;
  const Hyper h(a.hyper);
  if (x.wide())
    update_unit_tiles<RULE, 4>(x, h, tile);
  else
    update_unit_tiles<RULE, 1>(x, h, tile);
}

/* mask_grad = Σ of the units. */
__global__ void sum_mask_gradient(const float *partial, float *mask_grad, int64_t units, int64_t columns) {
  grid_stride(columns, [&](int64_t c) {
    float s = 0;
#pragma unroll 4
    for (int64_t unit = 0; unit < units; unit++) s += partial[unit * columns + c];
    mask_grad[c] = s;
  });
}

/* gram += Σ of the units, a field's matrix by GRAM_BLOCKS blocks. */
__global__ void add_gram(Backward a, double *gram) {
  const int64_t f = blockIdx.x / GRAM_BLOCKS, at = a.regularity_base[f];
  const int32_t d = a.width[f];
  if (d < 0 || d > MAX_WIDTH) return;
  const float *partial = a.gram_partial + a.units * at;
  for (int32_t i = blockIdx.x % GRAM_BLOCKS * SUM_BLOCK + threadIdx.x; i < d * d; i += GRAM_BLOCKS * SUM_BLOCK) {
    double g = gram[at + i];
#pragma unroll 4
    for (int64_t unit = 0; unit < a.units; unit++) g += (double)partial[unit * d * d + i];
    gram[at + i] = g;
  }
}

} // namespace

int embedding_backward(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_i32_in order, ds_i32_in starts, ds_i32_in unique, ds_i32_in counts,
                       ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_f32_in mask, ds_i64_in row_mask, ds_i64_in row_base, ds_f32_in regularity,
                       ds_i64_in regularity_base, ds_f32 tables, ds_f32 state1, ds_f32 state2, ds_f32 mask_grad, int32_t mask_grad_sign, ds_f64 gram,
                       ds_f32 workspace, int32_t rule, ds_f32_in hyper, int64_t batch, int32_t fields, int64_t columns) {
  if (!none_negative(batch, fields, columns, grad_stride) || rule < DS_SGD || rule > DS_ADAM) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(order, starts, unique, counts, base, width, column, tables, hyper) || (batch > 0 && !grad)) return DS_INVALID;
  if ((rule != DS_SGD && !state1) || (rule == DS_ADAM && !state2)) return DS_INVALID;
  if (((mask_grad || gram) && !workspace) || ((regularity || gram) && !regularity_base) || (row_mask && !row_base)) return DS_INVALID;
  const int64_t units = chunks_of(batch, DS_GROUP_CHUNK);
  if (units > INT32_MAX / fields) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  float *const gram_partial = gram ? workspace + (mask_grad ? units * columns : 0) : nullptr;
  // A state that the rule does not have is never read; this gives it an address to count from.
  const Backward a{grad,
                   grad_stride,
                   order,
                   starts,
                   unique,
                   counts,
                   base,
                   width,
                   column,
                   mask,
                   row_mask,
                   row_base,
                   regularity,
                   regularity_base,
                   tables,
                   state1 ? state1 : tables,
                   state2 ? state2 : tables,
                   mask_grad ? workspace : nullptr,
                   gram_partial,
                   mask_grad_sign != 0,
                   hyper,
                   batch,
                   units,
                   columns,
                   fields,
                   s->status};
  if (units > 0) {
    const int status = with_rule(rule, [&](auto r) {
      constexpr int RULE = decltype(r)::rule;
      const unsigned grid = (unsigned)(units * fields);
      return regularity || gram ? launch(update_tiles<RULE>, grid, TILE_BLOCK, s, a) : launch(update_rows<RULE>, grid, ROWS_BLOCK, s, a);
    });
    if (status) return status;
  }
  if (mask_grad && columns > 0)
    if (const int status = launch(sum_mask_gradient, blocks_for(columns, SUM_BLOCK), SUM_BLOCK, s, workspace, mask_grad, units, columns)) return status;
  return gram && units > 0 ? launch(add_gram, (unsigned)fields * GRAM_BLOCKS, SUM_BLOCK, s, a, gram) : DS_OK;
}

} // namespace cuda
} // namespace ds
