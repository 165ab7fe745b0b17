/* Groups of equal ids as embedding_group leaves them: where a group begins, and the sum of its gradient. */
#ifndef DIMSIEVE_GROUP_SUM_H
#define DIMSIEVE_GROUP_SUM_H

#include "lanes.h"

namespace ds {
namespace DS_ISA {

/* First of n ascending numbers at or above the least. */
static inline int32_t first_at(const int32_t *numbers, int32_t n, int64_t least) {
  int32_t low = 0, high = n;
  while (low < high) {
    const int32_t middle = low + (high - low) / 2;
    if (numbers[middle] < least)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

constexpr int64_t AHEAD = 24; // sorted positions between a prefetch and its use

/* Σ over sorted positions [first, last) of n <= 16 columns from grad on, ascending; of the known positions in order, those that come next are asked for. */
static inline Lanes sum_positions(const float *grad, int64_t stride, const int32_t *order, int64_t first, int64_t last, int64_t known, int n) {
  Lanes s = lanes(0.0f);
  for (int64_t i = first; i < last; i++) {
    __builtin_prefetch(grad + (int64_t)order[i + AHEAD < known ? i + AHEAD : known - 1] * stride);
    s = s + get(grad + (int64_t)order[i] * stride, n);
  }
  return s;
}

/* Σ of factor[b] (sums[b] - e), e n <= 16 columns; sums are few enough for the caches. */
static inline Lanes sum_factors(const float *sums, int64_t stride, const float *factor, Lanes e, const int32_t *order, int64_t first, int64_t last, int n) {
  Lanes s = lanes(0.0f);
  for (int64_t i = first; i < last; i++) s = s + lanes(factor[order[i]]) * (get(sums + (int64_t)order[i] * stride, n) - e);
  return s;
}

} // namespace DS_ISA
} // namespace ds

#endif
