/* What applying and updating soft thresholds share: the rows of a unit of work, the formula of a table's entries, and what is counted of them. */
#ifndef DIMSIEVE_THRESHOLD_H
#define DIMSIEVE_THRESHOLD_H

#include "exp_log.h"
#include "granularity.h"

namespace ds {
namespace DS_ISA {

int threshold_apply(ds_stream stream, ds_f32_in values, ds_f32_in thresholds, int32_t granularity, ds_i64_in base, ds_i32_in width, ds_i32_in column,
                    ds_i64_in rows, ds_f32 tables, ds_i64 kept, int32_t fields);

struct Part { // rows [first, end) of a field
  int64_t f, first, end;
  int32_t d;
  int64_t threshold, step; // that of row `first`, column 0, and of a row further
};

static inline Part part_of(Granularity g, ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, int64_t f, int64_t unit) {
  const int64_t first = unit * DS_ROW_CHUNK, step = g.row_step(width[f]);
  int64_t before = 0;
  for (int64_t i = 0; i < f && g.kind == DS_T_FEATURE; i++) before += rows[i];
  return {f, first, least(first + DS_ROW_CHUNK, rows[f]), width[f], g.first(f, column[f], base[f], before) + first * step, step};
}

/* Rows of the longest table, or -1 when a size cannot be. */
static inline int64_t most_rows(Granularity g, ds_i32_in width, ds_i64_in rows, int32_t fields) {
  int64_t most = 0;
  for (int32_t f = 0; f < fields; f++) {
    if (!g.fits(width[f], rows[f], width[0])) return -1;
    most = rows[f] > most ? rows[f] : most;
  }
  return most;
}

/* sign(v) relu(|v| - g): zeros are positive, NaN stays. */
static inline Lanes soft(Lanes v, Lanes g) {
  const Lanes zero = lanes(0.0f);
  return max(zero, v - g) + min(zero, v + g);
}

/* Writes n <= 16 entries; which of them are not 0, as bits from j on. */
static inline uint64_t write(float *table, Lanes x, int64_t j, int n) {
  const Lanes zero = lanes(0.0f);
  put(table + j, x, n);
  return (uint64_t)(bits_greater(x, zero) | bits_greater(zero, x)) << j;
}

/* A row of S(V, s); s: of each column, or one for all of them. */
static inline uint64_t apply_row(const float *v, const float *s, bool columns, float *table, int32_t d) {
  uint64_t bits = 0;
  each_block(d, [&](int64_t j, int n) { bits |= write(table, soft(get(v + j, n), sigmoid(columns ? get(s + j, n) : lanes(*s))), j, n); });
  return bits;
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

} // namespace DS_ISA
} // namespace ds

#endif
