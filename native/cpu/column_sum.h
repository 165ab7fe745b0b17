/* Sums in two stages: every unit of work fills a partial row of n floats of its own, then the partial rows are added up in the order of the units. */
#ifndef DIMSIEVE_COLUMN_SUM_H
#define DIMSIEVE_COLUMN_SUM_H

#include "lanes.h"

namespace ds {
namespace DS_ISA {

static inline void clear(float *p, int64_t n) {
  each_block(n, [&](int64_t j, int k) { put(p + j, lanes(0.0f), k); });
}

/* p[0 .. n) += x, n <= 16. */
static inline void add_to(float *p, Lanes x, int n) { put(p, get(p, n) + x, n); }

/* out[j] = Σ partial[chunk * stride + j], chunks ascending. */
static inline void combine(const float *partial, int64_t chunks, int64_t stride, float *out, int64_t n) {
  clear(out, n);
  for (int64_t chunk = 0; chunk < chunks; chunk++)
    each_block(n, [&](int64_t j, int k) { add_to(out + j, get(partial + chunk * stride + j, k), k); });
}

} // namespace DS_ISA
} // namespace ds

#endif
