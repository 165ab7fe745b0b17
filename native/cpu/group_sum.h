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

/* The batch rows of a field, sorted by id. */
struct Positions {
  const int32_t *order;
  int64_t known; // of them
};

/* Σ of value(b, columns of row b) over sorted positions [first, last), ascending, for n <= 16 columns of rows stride apart; rows that come next are asked for. */
template <class Value>
static inline Lanes sum_values(const float *rows, int64_t stride, Positions x, int64_t first, int64_t last, int n, Value &&value) {
  Lanes s = lanes(0.0f);
  for (int64_t i = first; i < last; i++) {
    __builtin_prefetch(rows + (int64_t)x.order[i + AHEAD < x.known ? i + AHEAD : x.known - 1] * stride);
    s = s + value(x.order[i], get(rows + (int64_t)x.order[i] * stride, n));
  }
  return s;
}

/* Σ grad[b]. */
static inline Lanes sum_positions(const float *grad, int64_t stride, Positions x, int64_t first, int64_t last, int n) {
  return sum_values(grad, stride, x, first, last, n, [](int32_t, Lanes g) { return g; });
}

/* Σ factor[b] (sums[b] - e). */
static inline Lanes sum_factors(const float *sums, int64_t stride, const float *factor, Lanes e, Positions x, int64_t first, int64_t last, int n) {
  return sum_values(sums, stride, x, first, last, n, [=](int32_t b, Lanes s) { return lanes(factor[b]) * (s - e); });
}

} // namespace DS_ISA
} // namespace ds

#endif
