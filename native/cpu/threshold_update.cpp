/*
 * One Adam step on values V and thresholds s of soft-thresholded tables (PEP), then tables and kept as threshold_apply writes them.
 *
 *   ∂L/∂V    = on ∂L/∂S,   on = 1[|V| > g] = 1[S != 0]
 *   ∂L/∂s    = - Σ on sign(V) ∂L/∂S g (1 - g)                                  over the entries that share s
 *
 * Every entry is updated in every step (Adam and coupled L2 as update.h has them, hyper for V, threshold_hyper for s): rows outside the batch have a data
 * gradient of 0, but L2 moves them, and that is where PEP's sparsity comes from. Where g is exactly 0 V moves as by update_dense.
 *
 * order, starts, unique, counts are embedding_group's; grad [batch, grad_stride]. states are Adam's two moments.
 * workspace: ceil(most rows of a field / DS_ROW_CHUNK) * columns floats, for thresholds that rows share.
 *
 * A unit of work is (field, DS_ROW_CHUNK rows); a row's gradient is summed over its positions in ascending order, a shared threshold's over rows, then
 * in float64 over units, fields and columns, all ascending. Thresholds of single features take one pass of 56 bytes an entry; shared ones a pass of 28
 * and one of 8. Sources: as of threshold_apply.
 */
#include "arguments.h"
#include "group_sum.h"
#include "pool.h"
#include "threshold.h"
#include "update.h"

namespace ds {
namespace DS_ISA {

/* g (1 - g) with g = 1 / (1 + e^-s). */
static inline Lanes slope(Lanes s) {
  const Lanes decay = logistic(s).decay, below = lanes(1.0f) + decay;
  return decay / (below * below);
}

struct Step {
  Hyper h, hs;
  const float *grad;
  int64_t grad_stride;
  float *values, *s1, *s2, *thresholds, *t1, *t2, *tables;
  Granularity granularity;
};

/* Gradients of the entries j .. of a row that stands at positions order[0 .. n) of the batch: dv, and ds without its slope. */
struct Gradient {
  Lanes dv, ds;
};
static inline Gradient gradient(const Step &x, const float *grad, const int32_t *order, int32_t positions, const float *table, int64_t j, int n) {
  const Lanes g = sum_positions(grad + j, x.grad_stride, {order, positions}, 0, positions, n);
  const Lanes on = sign(get(table + j, n)); // where an entry is on, the signs of V and of S are one
  return {on * on * g, lanes(0.0f) - on * g};
}

/*
 * One row. Thresholds of its own are updated and the table written; for shared ones ds is added to partial, and the table is left to threshold_apply.
 * A row outside the batch has no positions.
 */
static inline uint64_t update_row(const Step &x, int64_t at, int64_t threshold, int32_t d, const float *grad, const int32_t *order, int32_t positions,
                                  float *partial) {
  float *v = x.values + at, *table = x.tables + at, *s = x.thresholds + threshold, *t1 = x.t1 + threshold, *t2 = x.t2 + threshold;
  const Lanes zero = lanes(0.0f);
  Lanes total = zero;
  uint64_t bits = 0;
  each_block(d, [&](int64_t j, int n) {
    const Gradient g = positions ? gradient(x, grad, order, positions, table, j, n) : Gradient{zero, zero};
    update<DS_ADAM>(x.h, v + j, g.dv, x.s1 + at + j, x.s2 + at + j, n);
    if (x.granularity.kind == DS_T_FEATURE_DIMENSION) {
      update<DS_ADAM>(x.hs, s + j, positions ? g.ds * slope(get(s + j, n)) : zero, t1 + j, t2 + j, n);
      bits |= write(table, soft(get(v + j, n), sigmoid(get(s + j, n))), j, n);
    } else if (x.granularity.kind == DS_T_FEATURE) {
      total = total + g.ds;
    } else if (positions) {
      put(partial + j, get(partial + j, n) + g.ds, n);
    }
  });
  if (x.granularity.kind == DS_T_FEATURE) {
    update<DS_ADAM>(x.hs, s, lanes(sum(total)) * slope(lanes(*s)), t1, t2, 1);
    bits = apply_row(v, s, false, table, d);
  }
  return bits;
}

/* Sums partials of fields [f0, f1) and their columns [j0, j1), and steps the one threshold they share. */
static void update_shared(const Step &x, int64_t t, const float *workspace, ds_i64_in rows, ds_i32_in column, int64_t columns, int32_t f0, int32_t f1,
                          int32_t j0, int32_t j1, ds_i32_in width) {
  double total = 0;
  for (int32_t f = f0; f < f1; f++)
    for (int32_t j = j0; j < least(j1, width[f]); j++)
      for (int64_t unit = 0; unit < chunks_of(rows[f], DS_ROW_CHUNK); unit++) total += (double)workspace[unit * columns + column[f] + j];
  update<DS_ADAM>(x.hs, x.thresholds + t, lanes((float)total) * slope(lanes(x.thresholds[t])), x.t1 + t, x.t2 + t, 1);
}

int threshold_update(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_i32_in order, ds_i32_in starts, ds_i32_in unique, ds_i32_in counts,
                     ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, ds_f32 values, ds_f32 state1, ds_f32 state2, ds_f32_in hyper,
                     ds_f32 thresholds, ds_f32 threshold_state1, ds_f32 threshold_state2, ds_f32_in threshold_hyper, int32_t granularity, ds_f32 tables,
                     ds_i64 kept, ds_f32 workspace, int64_t batch, int32_t fields, int64_t columns) {
  const Granularity g{granularity};
  if (!none_negative(batch, fields, columns, grad_stride) || !g.valid()) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(order, starts, unique, counts, base, width, column, rows, kept) || (batch > 0 && !grad)) return DS_INVALID;
  if (!all_set(values, state1, state2, hyper, thresholds, threshold_state1, threshold_state2, threshold_hyper, tables)) return DS_INVALID;
  const bool shared = g.shared();
  const int64_t most = most_rows(g, width, rows, fields);
  if (most < 0 || (shared && !workspace)) return DS_INVALID;
  for (int32_t f = 0; f < fields; f++)
    if (counts[f] < 0 || counts[f] > batch) return DS_INVALID;

  for (int32_t i = 0; i < 3 * fields; i++) kept[i] = 0;
  const Step x{Hyper(hyper), Hyper(threshold_hyper), grad, grad_stride, values, state1, state2, thresholds, threshold_state1, threshold_state2, tables, g};
  parallel(stream, chunks_of(most, DS_ROW_CHUNK) * fields, [&](int64_t work) {
    const Part part = part_of(g, base, width, column, rows, work % fields, work / fields);
    const int32_t *value = unique + part.f * batch, *start = starts + part.f * (batch + 1), *position = order + part.f * batch;
    float *partial = shared ? workspace + work / fields * columns + column[part.f] : nullptr;
    if (shared && part.first < part.end)
      for (int32_t j = 0; j < part.d; j++) partial[j] = 0;
    int32_t u = first_at(value, counts[part.f], part.first);
    Count count;
    for (int64_t r = part.first; r < part.end; r++) {
      const bool hit = u < counts[part.f] && value[u] == r;
      const int64_t own = part.threshold + (r - part.first) * part.step;
      const int32_t *places = position + (hit ? start[u] : 0);
      const int32_t positions = hit ? start[u + 1] - start[u] : 0;
      count.row(update_row(x, base[part.f] + r * part.d, own, part.d, hit ? grad + column[part.f] : nullptr, places, positions, partial));
      u += hit;
    }
    if (!shared) count.add_to(kept + 3 * part.f);
  });
  if (!shared) return DS_OK;

  const int32_t all = MOST_COLUMNS;
  if (granularity == DS_T_GLOBAL) update_shared(x, 0, workspace, rows, column, columns, 0, fields, 0, all, width);
  for (int32_t j = 0; granularity == DS_T_DIMENSION && j < width[0]; j++)
    update_shared(x, j, workspace, rows, column, columns, 0, fields, j, j + 1, width);
  for (int32_t f = 0; f < fields; f++) {
    if (granularity == DS_T_FIELD) update_shared(x, f, workspace, rows, column, columns, f, f + 1, 0, all, width);
    for (int32_t j = 0; granularity == DS_T_FIELD_DIMENSION && j < width[f]; j++)
      update_shared(x, column[f] + j, workspace, rows, column, columns, f, f + 1, j, j + 1, width);
  }
  return threshold_apply(stream, values, thresholds, granularity, base, width, column, rows, tables, kept, fields);
}

} // namespace DS_ISA
} // namespace ds
