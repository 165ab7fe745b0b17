/* What every kernel checks of its arguments before it touches memory. */
#ifndef DIMSIEVE_ARGUMENTS_H
#define DIMSIEVE_ARGUMENTS_H

#include "dimsieve.h"

/* For functions that CUDA kernels call too. */
#ifdef __CUDACC__
#define DS_ANYWHERE __host__ __device__
#else
#define DS_ANYWHERE
#endif

namespace ds {

/* True when every pointer is set. */
template <class... Pointers>
static inline bool all_set(Pointers... pointers) {
  return ((pointers != nullptr) && ...);
}

/* True when every size is at least zero. */
template <class... Sizes>
static inline bool none_negative(Sizes... sizes) {
  return ((sizes >= 0) && ...);
}

/* True when a 64-bit word has a bit for every column. */
static inline bool fit_row_mask(const int32_t *width, int32_t fields) {
  for (int32_t f = 0; f < fields; f++)
    if (width[f] > 64) return false;
  return true;
}

/* Units of work of the given size in n. */
DS_ANYWHERE static inline int64_t chunks_of(int64_t n, int64_t size) { return (n + size - 1) / size; }

DS_ANYWHERE static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

} // namespace ds

#endif
