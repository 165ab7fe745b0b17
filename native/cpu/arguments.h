/* What every kernel checks of its arguments before it touches memory. */
#ifndef DIMSIEVE_ARGUMENTS_H
#define DIMSIEVE_ARGUMENTS_H

#include "dimsieve.h"

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

/* Units of work of the given size in n. */
static inline int64_t chunks_of(int64_t n, int64_t size) { return (n + size - 1) / size; }

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

} // namespace ds

#endif
