/*
 * Floats as signed bytes, symmetrically: q = round(x 127 / m), x ≈ q scale, scale = m / 127, where m = max |x| of a row or column. q is in -127 .. 127: x 127 / m
 * is off by two roundings at most, far less than half. Halves round to even. Where m is below 2^-100, all is 0 and so is the scale; where an x is not finite, all
 * is 0 and the scale NaN. Both back ends use this.
 */
#ifndef DIMSIEVE_QUANTIZE_H
#define DIMSIEVE_QUANTIZE_H

#include "arguments.h"

namespace ds {

/* More terms of 127² could pass beyond 32 bits. */
constexpr int64_t MOST_DEPTH = 1 << 17;

/* Words of four bytes that a row of the given depth takes in a workspace: its numbers, then its scale and whether one of them is negative. */
DS_ANYWHERE static inline int64_t quantized_words(int64_t depth) { return chunks_of(depth, 4) + 2; }

DS_ANYWHERE static inline int32_t bits_of(float x) {
  int32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}

DS_ANYWHERE static inline float float_of(int32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

/* Bits of |x|: as whole numbers in the order of the floats, infinity and NaN last. */
DS_ANYWHERE static inline int32_t magnitude_bits(float x) { return bits_of(x) & 0x7fffffff; }

struct Quantum {
  float scale, inverse;
};

/* Of values whose greatest magnitude_bits are given. */
DS_ANYWHERE static inline Quantum quantum_of(int32_t most) {
  const float m = float_of(most);
  if (most >= 0x7f800000) return {float_of(0x7fc00000), 0.0f};
  if (m < 0x1p-100f) return {0.0f, 0.0f};
  return {m / 127.0f, 127.0f / m};
}

/* q as a byte; an x that is not finite comes with an inverse of 0 and gives 0. Adding 1.5 * 2^23 leaves the rounded number in the lowest bits. */
DS_ANYWHERE static inline uint32_t quantized(float x, float inverse) {
  return inverse == 0.0f ? 0 : (uint32_t)bits_of(x * inverse + 0x1.8p23f) & 255;
}

} // namespace ds

#endif
