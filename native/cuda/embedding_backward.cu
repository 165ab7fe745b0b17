/*
 * Embedding backward in one pass; what it computes stands in cpu/embedding_backward.cpp.
 *
 * A block per (field, DS_GROUP_CHUNK sorted positions): group_sum.h says how rows are cut among lanes and in which order gradients are added.
 *   update_rows   without regularity and Gram: the lanes of a row sum its gradient, update it in registers, and keep their share of the mask gradient
 *   update_tiles  with either: embedding_tiles.h
 * Mask gradients and Gram changes of a unit go to the workspace, [units][columns] and then per field [units][width²]; two last kernels add them up, units
 * ascending. Per occurring row 8 (SGD) to 24 (Adam) bytes a column, plus 4 per position and column.
 */
#include "embedding_tiles.h"

namespace ds {
namespace cuda {

namespace {

constexpr int ROWS_BLOCK = 384; // two fit a multiprocessor with 80 registers a thread, the most that spills none
constexpr int GRAM_BLOCKS = 8; // per field
constexpr int SUM_BLOCK = 256;

template <int RULE, int V, bool FACTORS>
__device__ void update_field_rows(const Field &x, int32_t unit, Groups groups, GroupSumMemory<ROWS_BLOCK> &memory) {
  const int lanes = lanes_for(x.d / V), place = threadIdx.x % WARP % lanes * V;
  for (int32_t j = place; j - place < x.d; j += lanes * V) {
    const bool owns = j < x.d;
    const unsigned open = owns ? x.open<V>(j) : 0;
    Pack<V> mask_sum = zeros<V>();
    each_group_sum<ROWS_BLOCK, V>(
        x.sums(), groups.first, groups.last, owns, lanes, memory, [&](int32_t u) { return Gradients<FACTORS, V>(x, u, j); },
        [&](int32_t u, bool active) { return Row<RULE, V>(x, active ? x.row(u) : -1, j); },
        [&](int32_t, Row<RULE, V> r, Pack<V> s) {
          if (x.a.mask_partial) mask_sum = add_mask_gradient(mask_sum, s, r.w.x, x.a.sign);
          update(x, r, s, j, open);
        });
    if (!x.a.mask_partial) continue;
    mask_sum = sum_of_warps<ROWS_BLOCK>(mask_sum, lanes, memory.partial);
    if ((int)threadIdx.x < lanes && owns)
#pragma unroll
      for (int i = 0; i < V; i++) x.mask_partial(unit)[j + i] = mask_sum.x[i];
  }
}

template <int RULE, bool FACTORS>
__global__ void __launch_bounds__(ROWS_BLOCK, 2) update_rows(Backward a) {
  __shared__ GroupSumMemory<ROWS_BLOCK> memory;
  const Field x(a, (int32_t)(blockIdx.x % a.fields));
  const int32_t unit = (int32_t)(blockIdx.x / a.fields);
  if (!x.sound()) return report(a.status, DS_INVALID);
  const Groups groups(x.start(), a.counts[x.f], unit, memory);
  if (x.wide())
    update_field_rows<RULE, 4, FACTORS>(x, unit, groups, memory);
  else
    update_field_rows<RULE, 1, FACTORS>(x, unit, groups, memory);
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

int embedding_backward(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_f32_in factor, ds_i32_in order, ds_i32_in starts, ds_i32_in unique,
                       ds_i32_in counts, ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_f32_in mask, ds_i64_in row_mask, ds_i64_in row_base, ds_f32_in regularity,
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
  const Backward a{grad, grad_stride, factor, order, starts, unique, counts, base, width, column, mask, row_mask, row_base, regularity, regularity_base, tables,
                   state1 ? state1 : tables, state2 ? state2 : tables, mask_grad ? workspace : nullptr, gram_partial, mask_grad_sign != 0, hyper, batch, units,
                   columns, fields, s->status};
  if (units > 0) {
    const int status = with_rule(rule, [&](auto r) {
      constexpr int RULE = decltype(r)::rule;
      const unsigned grid = (unsigned)(units * fields);
      if (regularity || gram) return launch(factor ? update_tiles<RULE, true> : update_tiles<RULE, false>, grid, TILE_BLOCK, s, a);
      return launch(factor ? update_rows<RULE, true> : update_rows<RULE, false>, grid, ROWS_BLOCK, s, a);
    });
    if (status) return status;
  }
  if (mask_grad && columns > 0)
    if (const int status = launch(sum_mask_gradient, blocks_for(columns, SUM_BLOCK), SUM_BLOCK, s, workspace, mask_grad, units, columns)) return status;
  return gram && units > 0 ? launch(add_gram, (unsigned)fields * GRAM_BLOCKS, SUM_BLOCK, s, a, gram) : DS_OK;
}

} // namespace cuda
} // namespace ds
