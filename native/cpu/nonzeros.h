/* Which factors of one row are not 0: a product of a row passes over the others, and over the memory that they would multiply. */
#ifndef DIMSIEVE_NONZEROS_H
#define DIMSIEVE_NONZEROS_H

#include "arguments.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t LISTED = 512; // factors that are looked at for one list
constexpr int AT_ONCE = 4;      // factors that are taken at once, while the memory of the next is asked for

/*
 * Lists the places in [first, first + LISTED), below end, where x is not 0, ascending; list has LISTED + AT_ONCE places. Behind the last, AT_ONCE more stand
 * for what is asked for in vain. Returns how many there are.
 */
template <class Number>
static inline int64_t list_nonzeros(const Number *x, int64_t first, int64_t end, int32_t *list) {
  int64_t count = 0;
  for (int64_t p = first; p < least(first + LISTED, end); p++) {
    list[count] = (int32_t)p;
    count += x[p] != 0;
  }
  for (int i = 0; i < AT_ONCE; i++) list[count + i] = count ? list[count - 1] : 0;
  return count;
}

} // namespace DS_ISA
} // namespace ds

#endif
