/* The shape of the two networks of twin_mask.cpp; both back ends read it here. */
#ifndef DIMSIEVE_TWINS_H
#define DIMSIEVE_TWINS_H

#include "cpu/arguments.h"

namespace ds {

constexpr int32_t MAX_HIDDEN = 256, MAX_OUTPUTS = 65;

/* Sizes of the twins of twin_mask.cpp, and where a twin's arrays begin. */
struct Twins {
  int32_t inputs, hidden1, hidden2, outputs;
  DS_ANYWHERE int64_t hidden() const { return hidden1 + hidden2; } // activations of a class
  DS_ANYWHERE int64_t b1() const { return (int64_t)inputs * hidden1; }
  DS_ANYWHERE int64_t w2() const { return b1() + hidden1; }
  DS_ANYWHERE int64_t b2() const { return w2() + (int64_t)hidden1 * hidden2; }
  DS_ANYWHERE int64_t w3() const { return b2() + hidden2; }
  DS_ANYWHERE int64_t b3() const { return w3() + (int64_t)hidden2 * outputs; }
  DS_ANYWHERE int64_t weights() const { return b3() + outputs; }
  /* fewest: columns that a value keeps at least. */
  bool valid(int32_t fewest) const {
    return fewest >= 0 && fewest <= 1 && inputs > 0 && hidden1 > 0 && hidden1 <= MAX_HIDDEN && hidden2 > 0 && hidden2 <= MAX_HIDDEN &&
           outputs > 0 && outputs <= MAX_OUTPUTS;
  }
};

} // namespace ds

#endif
