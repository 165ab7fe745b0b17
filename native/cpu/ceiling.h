/* What ceiling asks of its arguments, and which rows it reads; both back ends read these. */
#ifndef DIMSIEVE_CEILING_H
#define DIMSIEVE_CEILING_H

#include "arguments.h"

namespace ds {

/* Whether a kind has the arrays it reads and writes. */
static inline bool ceiling_has_arrays(int32_t kind, const float *a, const float *b, const float *c) {
  return c && (kind == DS_CEILING_FORK || a) && ((kind != DS_CEILING_TRIAD && kind != DS_CEILING_FMA) || b);
}

static inline bool is_ceiling(int32_t kind) { return kind >= DS_CEILING_READ && kind <= DS_CEILING_FORK; }

/* row(r) of n rows; ceiling.cpp has the formula. */
DS_ANYWHERE static inline int64_t ceiling_row(uint64_t r, int64_t n) {
  r = (r + 1) * 0x9E3779B97F4A7C15u;
  r = (r ^ (r >> 30)) * 0xBF58476D1CE4E5B9u;
  r = (r ^ (r >> 27)) * 0x94D049BB133111EBu;
  r ^= r >> 31;
#ifdef __CUDA_ARCH__
  return (int64_t)__umul64hi(r, (uint64_t)n);
#else
  return (int64_t)((unsigned __int128)r * (uint64_t)n >> 64);
#endif
}

} // namespace ds

#endif
