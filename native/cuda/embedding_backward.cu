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
constexpr int ROWS_BLOCK = 384; // two blocks fit a multiprocessor with 80 registers a thread, the most that spills none
constexpr int TILE_BLOCK = 256; // two, with up to 128
constexpr int DEPTH = 4;
constexpr int TILE = TILE_BLOCK * DEPTH * 4; // floats: what a block's threads hold of e M at a time
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

/* One field, as offsets into the arrays of the call: few registers. */
struct Field {
  const Backward &a;
  int64_t base;
  int32_t f, d, column;

  __device__ Field(const Backward &call, int32_t field) : a(call), base(a.base[field]), f(field), d(a.width[f]), column(a.column[f]) {}

  __device__ bool sound() const { return d >= 0 && d <= MAX_WIDTH && !(a.row_mask && d > 64); }
  __device__ bool wide() const {
    return d % 4 == 0 && a.grad_stride % 4 == 0 && base % 4 == 0 && column % 4 == 0 && aligned(a.tables) && aligned(a.state1) && aligned(a.state2) &&
           aligned(a.grad) && (!a.regularity || aligned(regularity()));
  }
  __device__ const float *regularity() const { return a.regularity + a.regularity_base[f]; }
  __device__ const int32_t *start() const { return a.starts + f * (a.batch + 1); }
  __device__ int32_t row(int32_t u) const { return a.unique[f * a.batch + u]; }
  __device__ GroupSum sums() const { return {a.grad + column, a.grad_stride, a.order + f * a.batch, start()}; }
  __device__ float *mask_partial(int64_t unit) const { return a.mask_partial + unit * a.columns + column; }
  __device__ float *gram_partial(int64_t unit) const { return a.gram_partial + a.units * a.regularity_base[f] + unit * d * d; }
  /* Bit i: column j + i is in the mask. */
  template <int V>
  __device__ unsigned open(int32_t j) const {
    unsigned bits = 0;
#pragma unroll
    for (int i = 0; i < V; i++) bits |= (!a.mask || a.mask[column + j + i] > 0 ? 1u : 0u) << i;
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

/* Columns of a row, from j on, with their states. */
template <int RULE, int V>
struct Row {
  int32_t row;
  Parameters<RULE, V> w;
  /* Row -1 loads nothing. */
  __device__ Row(const Field &x, int32_t which, int32_t j) : row(which) {
    const int64_t at = x.base + (int64_t)row * x.d + j;
    if (row >= 0) w = Parameters<RULE, V>(x.a.tables + at, x.a.state1 + at, x.a.state2 + at);
  }
};

/* Updates the columns whose bits are set in the mask and in the row's own mask; the others stay, states and all. */
template <int RULE, int V>
__device__ void update(const Field &x, Row<RULE, V> &r, Pack<V> g, int32_t j, unsigned open) {
  const Hyper h(x.a.hyper); // read again for every row: they are in the cache, and registers are dearer
  const unsigned learns = open & (x.a.row_mask ? (unsigned)((uint64_t)x.a.row_mask[x.a.row_base[x.f] + r.row] >> j) : ~0u);
#pragma unroll
  for (int i = 0; i < V; i++) {
    float e = r.w.x.x[i], m = r.w.m.x[i], v = r.w.v.x[i];
    advance<RULE>(h, e, g.x[i], m, v);
    if (!(learns >> i & 1)) continue;
    r.w.x.x[i] = e;
    r.w.m.x[i] = m;
    r.w.v.x[i] = v;
  }
  const int64_t at = x.base + (int64_t)r.row * x.d + j;
  r.w.put(x.a.tables + at, x.a.state1 + at, x.a.state2 + at);
}

template <int RULE, int V>
__device__ void update_field_rows(const Field &x, int32_t unit, Groups groups, GroupSumMemory<ROWS_BLOCK> &memory) {
  const int lanes = lanes_for(x.d / V), place = threadIdx.x % WARP % lanes * V;
  for (int32_t j = place; j - place < x.d; j += lanes * V) {
    const bool owns = j < x.d;
    const unsigned open = owns ? x.open<V>(j) : 0;
    Pack<V> mask_sum = zeros<V>();
    each_group_sum<ROWS_BLOCK, V>(
        x.sums(), groups.first, groups.last, j, owns, lanes, memory, [&](int32_t u, bool active) { return Row<RULE, V>(x, active ? x.row(u) : -1, j); },
        [&](int32_t, Row<RULE, V> r, Pack<V> s) {
          if (x.a.mask_partial) mask_sum = add_mask_gradient(mask_sum, s, r.w.x, x.a.sign);
          update(x, r, s, j, open);
        });
    if (!x.a.mask_partial) continue;
    mask_sum = sum_of_warps<ROWS_BLOCK>(mask_sum, lanes, memory);
    if ((int)threadIdx.x < lanes && owns)
#pragma unroll
      for (int i = 0; i < V; i++) x.mask_partial(unit)[j + i] = mask_sum.x[i];
  }
}

template <int RULE>
__global__ void __launch_bounds__(ROWS_BLOCK, 2) update_rows(Backward a) {
  __shared__ GroupSumMemory<ROWS_BLOCK> memory;
  const Field x(a, (int32_t)(blockIdx.x % a.fields));
  const int32_t unit = (int32_t)(blockIdx.x / a.fields);
  if (!x.sound()) return report(a.status, DS_INVALID);
  const Groups groups(x.start(), a.counts[x.f], unit, memory);
  if (x.wide())
    update_field_rows<RULE, 4>(x, unit, groups, memory);
  else
    update_field_rows<RULE, 1>(x, unit, groups, memory);
}

/* Rows of a tile lie pitch floats apart: a multiple of four, and such that the same column of neighbouring rows is in different banks. */
struct Tile {
  GroupSumMemory<TILE_BLOCK> sums;
  alignas(16) float before[TILE]; // the rows
  alignas(16) float after[TILE];  // their data gradients, then the rows updated
};
__device__ int pitch_of(int32_t d) { return (d + 3) / 4 * 4 + 4; }

/*
 * Calls add(quad, Σ of the tile's n rows) for every quad, each by one thread; product(row, quad, sum) adds a row to a sum. All threads of the block call. The
 * tile is free again when it ends, partial only at the next barrier.
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
__device__ void fill_tile(const Field &x, int32_t first, int n, Tile &t) {
  const int lanes = lanes_for(x.d / V), place = threadIdx.x % WARP % lanes * V, pitch = pitch_of(x.d);
  for (int32_t j = place; j - place < x.d; j += lanes * V)
    each_group_sum<TILE_BLOCK, V>(
        x.sums(), first, first + n, j, j < x.d, lanes, t.sums,
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
__device__ void add_regularity(const Field &x, int n, Tile &t) {
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
__device__ void update_tile(const Field &x, int32_t first, int n, Tile &t) {
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

__device__ void add_mask_gradients(const Field &x, int32_t unit, int n, Tile &t) {
  const int pitch = pitch_of(x.d);
  const auto product = [&](int r, int q, Pack<4> sum) {
    const int at = r * pitch + 4 * q;
    return add_mask_gradient(sum, load<4>(t.after + at), load<4>(t.before + at), x.a.sign);
  };
  sum_of_tile((x.d + 3) / 4, n, t.sums.partial, product, [&](int q, Pack<4> s) { add_to(x.mask_partial(unit) + 4 * q, s, x.d - 4 * q); });
}

/* A quad is an entry e'_a times four of e'. */
__device__ void add_gram_change(const Field &x, int32_t unit, int n, Tile &t) {
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

template <int RULE, int V>
__device__ void update_field_tiles(const Field &x, int32_t unit, Groups groups, Tile &t) {
  const int most = TILE / pitch_of(x.d);
  for (int32_t first = groups.first; first < groups.last; first += most) {
    const int n = groups.last - first < most ? groups.last - first : most;
    fill_tile<V>(x, first, n, t);
    if (x.a.mask_partial) add_mask_gradients(x, unit, n, t);
    if (x.a.regularity) add_regularity<V>(x, n, t);
    update_tile<RULE, V>(x, first, n, t);
    if (x.a.gram_partial) add_gram_change(x, unit, n, t);
  }
}

template <int RULE>
__global__ void __launch_bounds__(TILE_BLOCK, 2) update_tiles(Backward a) {
  __shared__ Tile tile;
  const Field x(a, (int32_t)(blockIdx.x % a.fields));
  const int32_t unit = (int32_t)(blockIdx.x / a.fields);
  if (!x.sound()) return report(a.status, DS_INVALID);
  if (x.d == 0) return;
  for (int i = threadIdx.x; a.mask_partial && i < x.d; i += TILE_BLOCK) x.mask_partial(unit)[i] = 0;
  for (int i = threadIdx.x; a.gram_partial && i < x.d * x.d; i += TILE_BLOCK) x.gram_partial(unit)[i] = 0;
  const Groups groups(x.start(), a.counts[x.f], unit, tile.sums);
  if (x.wide())
    update_field_tiles<RULE, 4>(x, unit, groups, tile);
  else
    update_field_tiles<RULE, 1>(x, unit, groups, tile);
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
