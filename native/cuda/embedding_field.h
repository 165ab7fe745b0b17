/* What both ways through embedding_backward share: a field of the call, and a row of it that is read, updated and written back. */
#ifndef DIMSIEVE_CUDA_EMBEDDING_FIELD_H
#define DIMSIEVE_CUDA_EMBEDDING_FIELD_H

#include "group_sum.h"
#include "update.h"

namespace ds {
namespace cuda {

constexpr int32_t MAX_WIDTH = 1024;

struct Backward {
  const float *grad;
  int64_t grad_stride;
  const float *factor;
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

/* One field of a call, as offsets into the arrays of the call: few registers. */
struct Field {
  const Backward &a;
  int64_t base;
  int32_t f, d, column;

  __device__ Field(const Backward &call, int32_t field) : a(call), base(a.base[field]), f(field), d(a.width[f]), column(a.column[f]) {}

  __device__ bool sound() const { return d >= 0 && d <= MAX_WIDTH && !(a.row_mask && d > 64) && !(a.factor && d > a.grad_stride); }
  __device__ bool wide() const {
    return d % 4 == 0 && a.grad_stride % 4 == 0 && base % 4 == 0 && column % 4 == 0 && aligned(a.tables) && aligned(a.state1) && aligned(a.state2) &&
           aligned(a.grad) && (!a.regularity || aligned(regularity()));
  }
  __device__ const float *regularity() const { return a.regularity + a.regularity_base[f]; }
  __device__ const int32_t *start() const { return a.starts + f * (a.batch + 1); }
  __device__ int32_t row(int32_t u) const { return a.unique[f * a.batch + u]; }
  __device__ GroupSum sums() const { return {a.order + f * a.batch, start()}; }
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

/* The gradients of columns j .. j + V at the batch rows of a group: read, or made of the factors and of the row as the forward pass read it. */
template <bool FACTORS, int V>
struct Gradients {
  const Backward &a;
  const float *grad;
  Pack<V> e;

  __device__ Gradients(const Field &x, int32_t u, int32_t j) : a(x.a), grad(x.a.grad + (FACTORS ? 0 : x.column) + j) {
    if (!FACTORS) return;
    const int32_t row = x.row(u);
    e = load<V>(a.tables + x.base + (int64_t)row * x.d + j);
    const uint64_t kept = a.row_mask ? (uint64_t)a.row_mask[a.row_base[x.f] + row] >> j : ~uint64_t(0);
#pragma unroll
    for (int i = 0; i < V; i++) {
      if (a.mask) e.x[i] *= a.mask[x.column + j + i];
      if (!(kept >> i & 1)) e.x[i] = 0;
    }
  }
  __device__ Pack<V> operator()(int64_t b) const {
    Pack<V> g = load<V>(grad + b * a.grad_stride);
    if (!FACTORS) return g;
    const float factor = a.factor[b];
#pragma unroll
    for (int i = 0; i < V; i++) g.x[i] = factor * (g.x[i] - e.x[i]);
    return g;
  }
};

__device__ static inline float sign_of(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f; }

/* s * e or s * sign(e), what a row adds to the mask gradient, on top of a sum. */
template <int V>
__device__ static inline Pack<V> add_mask_gradient(Pack<V> sum, Pack<V> s, Pack<V> e, bool sign) {
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
__device__ static inline void update(const Field &x, Row<RULE, V> &r, Pack<V> g, int32_t j, unsigned open) {
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

} // namespace cuda
} // namespace ds

#endif
