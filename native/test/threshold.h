/* Soft-thresholded tables of every granularity, with their formula in float64: what the tests of threshold_apply and threshold_update begin with. */
#ifndef DIMSIEVE_TEST_THRESHOLD_H
#define DIMSIEVE_TEST_THRESHOLD_H

#include "embedding.h"

namespace check {

constexpr int GRANULARITIES = DS_T_FEATURE_DIMENSION + 1;
inline double sigma(double s) { return 1 / (1 + std::exp(-s)); }

/* Which threshold belongs to an entry, as the head of granularity.h says. */
inline int64_t place(const Embedding &e, int granularity, int32_t f, int64_t r, int32_t j) {
  int64_t before = 0;
  for (int32_t i = 0; i < f; i++) before += e.rows[i];
  switch (granularity) {
  case DS_T_GLOBAL: return 0;
  case DS_T_DIMENSION: return j;
  case DS_T_FEATURE: return before + r;
  case DS_T_FIELD: return f;
  case DS_T_FIELD_DIMENSION: return e.column[f] + j;
  default: return e.base[f] + r * e.width[f] + j;
  }
}

struct Thresholded {
  Embedding e;
  Groups g;
  int granularity;
  F32 grad, thresholds;

  Thresholded(uint64_t seed, int64_t batch, int64_t d, int granularity_of) : Thresholded(seed, batch, std::vector<int32_t>(4, (int32_t)d), granularity_of) {}
  Thresholded(uint64_t seed, int64_t batch, const std::vector<int32_t> &widths, int granularity_of)
      : e(make(seed, batch, widths)), g(e), granularity(granularity_of), grad(batch * e.columns),
        thresholds(granularity_of == DS_T_FEATURE_DIMENSION ? e.floats : 3000 + e.columns) {
    Random random(seed + 1);
    random.fill(grad);
    for (int64_t i = 0; i < thresholds.size(); i++) thresholds[i] = (float)(-2 + 1.5 * random.signed_uniform());
    REQUIRE_STATUS(DS_OK, backend->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
  }
  static Embedding make(uint64_t seed, int64_t batch, const std::vector<int32_t> &widths) {
    Random random(seed);
    return Embedding(random, batch, {1, 9, 2100, 40}, widths);
  }
};

template <class Body>
void each_entry(const Embedding &e, Body body) {
  for (int32_t f = 0; f < e.fields; f++)
    for (int64_t r = 0; r < e.rows[f]; r++)
      for (int32_t j = 0; j < e.width[f]; j++) body(f, r, j, (size_t)(e.base[f] + r * e.width[f] + j));
}

inline double soft(double v, double g) { return v > g ? v - g : v < -g ? v + g : 0; }

} // namespace check

#endif
