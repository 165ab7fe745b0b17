/*
 * Exponential and logarithm on Lanes, the same bits on every instruction set: Cody-Waite reduction, then the polynomials of Cephes (S. Moshier,
 * expf.c and logf.c), without fused multiply-add. Tested to 2 ulp against the C library, denormal results included; about 25 flops each.
 */
#ifndef DIMSIEVE_EXP_LOG_H
#define DIMSIEVE_EXP_LOG_H

#include "lanes.h"

namespace ds {
namespace DS_ISA {

/* The whole number nearest to a, |a| < 2^22: adding 1.5 * 2^23 leaves no bits below the point. */
static inline Lanes nearest(Lanes a) { return (a + lanes(12582912.0f)) - lanes(12582912.0f); }

/* e^x for every x: 0 below -104, infinity above 88.73, NaN for NaN. */
static inline Lanes exp(Lanes x) {
  x = min(lanes(89.5f), max(lanes(-105.0f), x)); // of a number and a NaN the second is taken
  const Lanes n = nearest(x * lanes(1.44269504088896341f));
  const Lanes r = (x - n * lanes(0.693359375f)) - n * lanes(-2.12194440e-4f); // ln 2 in two parts; the first product is exact
  Lanes p = lanes(1.9875691500e-4f);
  p = p * r + lanes(1.3981999507e-3f);
  p = p * r + lanes(8.3334519073e-3f);
  p = p * r + lanes(4.1665795894e-2f);
  p = p * r + lanes(1.6666665459e-1f);
  p = p * r + lanes(5.0000001201e-1f);
  p = (p * (r * r) + r) + lanes(1.0f);
  const Lanes half = nearest(n * lanes(0.5f)); // in two steps, for results that overflow or are denormal
  return (p * exp2_whole(half)) * exp2_whole(n - half);
}

/* ln x for finite x >= 2^-126. */
static inline Lanes log(Lanes x) {
  Lanes e;
  const Lanes m = split(x, &e);
  const Lanes upper = where_greater(m, lanes(1.41421356f), lanes(1.0f)); // 1 where m is above the root of two: then m / 2 and e + 1
  e = e + upper;
  const Lanes f = (m - m * (upper * lanes(0.5f))) - lanes(1.0f);
  const Lanes z = f * f;
  Lanes p = lanes(7.0376836292e-2f);
  p = p * f - lanes(1.1514610310e-1f);
  p = p * f + lanes(1.1676998740e-1f);
  p = p * f - lanes(1.2420140846e-1f);
  p = p * f + lanes(1.4249322787e-1f);
  p = p * f - lanes(1.6668057665e-1f);
  p = p * f + lanes(2.0000714765e-1f);
  p = p * f - lanes(2.4999993993e-1f);
  p = p * f + lanes(3.3333331174e-1f);
  p = (f * z) * p - e * lanes(2.12194440e-4f);
  return (f + (p - lanes(0.5f) * z)) + e * lanes(0.693359375f);
}

/* ln(1 + t) for t in [0, 1]; NaN for NaN. What 1 + t loses by rounding is put back to first order. */
static inline Lanes log1p(Lanes t) {
  const Lanes u = lanes(1.0f) + t;
  return log(u) + (t - (u - lanes(1.0f))) / u;
}

/* e^-|z| and, for the two halves of a logistic function, 1 where z is negative and 1 where it is not. */
struct Logistic {
  Lanes decay, below, above;
};
static inline Logistic logistic(Lanes z) {
  const Lanes zero = lanes(0.0f), one = lanes(1.0f);
  const Lanes below = where_greater(zero, z, one);
  return {exp(zero - max(z, zero - z)), below, one - below};
}

/* 1 / (1 + e^-z), small values with full relative precision. */
static inline Lanes sigmoid(Lanes z) {
  const Logistic l = logistic(z);
  return (l.below * l.decay + l.above) / (lanes(1.0f) + l.decay);
}

} // namespace DS_ISA
} // namespace ds

#endif
