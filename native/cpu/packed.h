/* What a descriptor of packed tables holds; layout at the head of packed_gather.cpp. Both back ends read these. */
#ifndef DIMSIEVE_PACKED_H
#define DIMSIEVE_PACKED_H

#include "dimsieve.h"

namespace ds {

struct Packed {
  int64_t form, precision, rows, width, column, at, count, scale;
};
static_assert(sizeof(Packed) == DS_PACKED * sizeof(int64_t), "a descriptor is a row of DS_PACKED numbers");

struct Band {
  int32_t first, width;
  int64_t offset;
};

} // namespace ds

#endif
