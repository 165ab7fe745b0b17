/*
 * Learned soft thresholds on embedding tables (PEP): tables = S(values, s), and one Adam step on values V and thresholds s.
 *
 *   S(V, s)  = sign(V) relu(|V| - g),   g = 1 / (1 + e^-s)                     what the model reads as its tables
 *   ∂L/∂V    = on ∂L/∂S,   on = 1[|V| > g] = 1[S != 0]
 *   ∂L/∂s    = - Σ on sign(V) ∂L/∂S g (1 - g)                                  over the entries that share s
 *
 * Every entry is updated in every step (Adam and coupled L2 as update.h has them, hyper for V, threshold_hyper for s): rows outside the batch have a data
 * gradient of 0, but L2 moves them, and that is where PEP's sparsity comes from. g is exactly 0 below s = -104: then V moves as by update_dense.
 *
 * granularity, and which threshold belongs to column j of row r of field f (tables of widths up to 64):
 *   DS_T_GLOBAL 0;  DS_T_DIMENSION j (all fields of one width);  DS_T_FEATURE r + rows of the fields before;  DS_T_FIELD f;
 *   DS_T_FIELD_DIMENSION column[f] + j;  DS_T_FEATURE_DIMENSION base[f] + r width[f] + j
 *
 * kept [fields, 3], overwritten: entries of the tables that are not 0, rows with such entries, and the columns with such entries as bits.
 * order, starts, unique, counts are embedding_group's; grad [batch, grad_stride]. states are Adam's two moments.
 * workspace: ceil(most rows of a field / DS_ROW_CHUNK) * columns floats, for thresholds that rows share.
 *
 * A unit of work is (field, DS_ROW_CHUNK rows); a row's gradient is summed over its positions in ascending order, a shared threshold's over rows, then
 * in float64 over units, fields and columns, all ascending. Thresholds of single features take one pass of 56 bytes an entry; shared ones a pass of 28
 * and one of 8. Sources: Liu et al. 2021 (PEP) and its official code; Kusupati et al. 2020 (STR).
 */
#include "arguments.h"
#include "exp_log.h"
#include "pool.h"
#include "update.h"

namespace ds {
namespace DS_ISA {

constexpr int32_t MOST_COLUMNS = 64; // bits of a word of kept

struct Part { // rows [first, end) of a field, addresses of row `first`
  int64_t f, first, end;
  int32_t d;
  int64_t threshold; // of row `first`, column 0
};

/* What a threshold index grows by from one row and one column to the next. */
static inline int64_t row_step(int32_t granularity, int32_t d) {
  return granularity == DS_T_FEATURE_DIMENSION ? d : granularity == DS_T_FEATURE ? 1 : 0;
}
static inline bool by_column(int32_t granularity) {
  return granularity == DS_T_DIMENSION || granularity == DS_T_FIELD_DIMENSION || granularity == DS_T_FEATURE_DIMENSION;
}

static Part part_of(int32_t granularity, ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, int64_t f, int64_t unit) {
  const int64_t first = unit * DS_ROW_CHUNK;
  int64_t threshold = 0;
  if (granularity == DS_T_FIELD) threshold = f;
  if (granularity == DS_T_FIELD_DIMENSION) threshold = column[f];
  if (granularity == DS_T_FEATURE_DIMENSION) threshold = base[f];
  if (granularity == DS_T_FEATURE)
    for (int64_t i = 0; i < f; i++) threshold += rows[i];
  return {f, first, least(first + DS_ROW_CHUNK, rows[f]), width[f], threshold + first * row_step(granularity, width[f])};
}

static inline Lanes threshold_at(const float *s, bool columns, int64_t j, int n) { return columns ? get(s + j, n) : lanes(*s); }

/* sign(v) relu(|v| - g): zeros are positive, NaN stays. */
static inline Lanes soft(Lanes v, Lanes g) {
  const Lanes zero = lanes(0.0f);
  return max(zero, v - g) + min(zero, v + g);
}

/* sign(x): where an entry is on, that of V and of S are one. */
static inline Lanes sign(Lanes x) {
  const Lanes zero = lanes(0.0f), one = lanes(1.0f);
  return where_greater(x, zero, one) - where_greater(zero, x, one);
}

/* g (1 - g) with g = 1 / (1 + e^-s). */
static inline Lanes slope(Lanes s) {
  const Lanes decay = logistic(s).decay, below = lanes(1.0f) + decay;
  return decay / (below * below);
}

/* Counts of one unit; whole numbers, so the order in which units are added does not matter. */
struct Count {
  int64_t entries = 0, occupied = 0;
  uint64_t columns = 0;
  void row(uint64_t bits) {
    entries += __builtin_popcountll(bits);
    occupied += bits != 0;
    columns |= bits;
  }
  void add_to(int64_t *kept) const {
    __atomic_fetch_add(kept, entries, __ATOMIC_RELAXED);
    __atomic_fetch_add(kept + 1, occupied, __ATOMIC_RELAXED);
    __atomic_fetch_or(kept + 2, (int64_t)columns, __ATOMIC_RELAXED);
  }
};

static inline uint64_t write(float *table, Lanes x, int64_t j, int n) {
  const Lanes zero = lanes(0.0f);
  put(table + j, x, n);
  return (uint64_t)(bits_greater(x, zero) | bits_greater(zero, x)) << j;
}

static inline uint64_t apply_row(const float *v, const float *s, bool columns, float *table, int32_t d) {
  uint64_t bits = 0;
  each_block(d, [&](int64_t j, int n) { bits |= write(table, soft(get(v + j, n), sigmoid(threshold_at(s, columns, j, n))), j, n); });
  return bits;
}

/* Longest table, or -1 when a size cannot be. */
static int64_t most_rows(int32_t granularity, ds_i32_in width, ds_i64_in rows, int32_t fields) {
  int64_t most = 0;
  for (int32_t f = 0; f < fields; f++) {
    if (width[f] < 0 || width[f] > MOST_COLUMNS || rows[f] < 0) return -1;
    if (granularity == DS_T_DIMENSION && width[f] != width[0]) return -1;
    most = rows[f] > most ? rows[f] : most;
  }
  return most;
}

int threshold_apply(ds_stream stream, ds_f32_in values, ds_f32_in thresholds, int32_t granularity, ds_i64_in base, ds_i32_in width, ds_i32_in column,
                    ds_i64_in rows, ds_f32 tables, ds_i64 kept, int32_t fields) {
  if (fields < 0 || granularity < DS_T_GLOBAL || granularity > DS_T_FEATURE_DIMENSION) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(values, thresholds, base, width, column, rows, tables, kept)) return DS_INVALID;
  const int64_t most = most_rows(granularity, width, rows, fields);
  if (most < 0) return DS_INVALID;
  for (int32_t i = 0; i < 3 * fields; i++) kept[i] = 0;
  const bool columns = by_column(granularity);
  parallel(stream, chunks_of(most, DS_ROW_CHUNK) * fields, [&](int64_t work) {
    const Part x = part_of(granularity, base, width, column, rows, work % fields, work / fields);
    Count count;
    for (int64_t r = x.first; r < x.end; r++) {
      const int64_t at = base[x.f] + r * x.d;
      const float *s = thresholds + x.threshold + (r - x.first) * row_step(granularity, x.d);
      count.row(apply_row(values + at, s, columns, tables + at, x.d));
    }
    count.add_to(kept + 3 * x.f);
  });
  return DS_OK;
}

struct Step {
  Hyper h, hs;
  const float *grad;
  int64_t grad_stride;
  float *values, *s1, *s2, *thresholds, *t1, *t2, *tables;
  int32_t granularity;
};

/* Gradients of the entries j .. of a row that stands at positions order[0 .. n) of the batch: dv, and ds without its slope. */
struct Gradient {
  Lanes dv, ds;
};
static inline Gradient gradient(const Step &x, const float *grad, const int32_t *order, int32_t positions, const float *table, int64_t j, int n) {
  Lanes g = lanes(0.0f);
  for (int32_t i = 0; i < positions; i++) g = g + get(grad + (int64_t)order[i] * x.grad_stride + j, n);
  const Lanes on = sign(get(table + j, n));
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
    if (x.granularity == DS_T_FEATURE_DIMENSION) {
      update<DS_ADAM>(x.hs, s + j, positions ? g.ds * slope(get(s + j, n)) : zero, t1 + j, t2 + j, n);
      bits |= write(table, soft(get(v + j, n), sigmoid(get(s + j, n))), j, n);
    } else if (x.granularity == DS_T_FEATURE) {
      total = total + g.ds;
    } else if (positions) {
      put(partial + j, get(partial + j, n) + g.ds, n);
    }
  });
  if (x.granularity == DS_T_FEATURE) {
    update<DS_ADAM>(x.hs, s, lanes(sum(total)) * slope(lanes(*s)), t1, t2, 1);
    bits = apply_row(v, s, false, table, d);
  }
  return bits;
}

/* First of n ascending ids at or above the row. */
static int32_t first_at(const int32_t *ids, int32_t n, int64_t row) {
  int32_t low = 0, high = n;
  while (low < high) {
    const int32_t middle = low + (high - low) / 2;
    if (ids[middle] < row)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
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
  if (!none_negative(batch, fields, columns, grad_stride) || granularity < DS_T_GLOBAL || granularity > DS_T_FEATURE_DIMENSION) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(order, starts, unique, counts, base, width, column, rows, kept) || (batch > 0 && !grad)) return DS_INVALID;
  if (!all_set(values, state1, state2, hyper, thresholds, threshold_state1, threshold_state2, threshold_hyper, tables)) return DS_INVALID;
  const bool shared = granularity != DS_T_FEATURE && granularity != DS_T_FEATURE_DIMENSION;
  const int64_t most = most_rows(granularity, width, rows, fields);
  if (most < 0 || (shared && !workspace)) return DS_INVALID;
  for (int32_t f = 0; f < fields; f++)
    if (counts[f] < 0 || counts[f] > batch) return DS_INVALID;

  for (int32_t i = 0; i < 3 * fields; i++) kept[i] = 0;
  const Step x{Hyper(hyper), Hyper(threshold_hyper), grad, grad_stride, values, state1, state2, thresholds, threshold_state1, threshold_state2, tables,
               granularity};
  parallel(stream, chunks_of(most, DS_ROW_CHUNK) * fields, [&](int64_t work) {
    const Part part = part_of(granularity, base, width, column, rows, work % fields, work / fields);
    const int32_t *value = unique + part.f * batch, *start = starts + part.f * (batch + 1), *position = order + part.f * batch;
    float *partial = shared ? workspace + work / fields * columns + column[part.f] : nullptr;
    if (shared && part.first < part.end)
      for (int32_t j = 0; j < part.d; j++) partial[j] = 0;
    int32_t u = first_at(value, counts[part.f], part.first);
    Count count;
    for (int64_t r = part.first; r < part.end; r++) {
      const bool hit = u < counts[part.f] && value[u] == r;
      const int64_t own = part.threshold + (r - part.first) * row_step(granularity, part.d);
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
