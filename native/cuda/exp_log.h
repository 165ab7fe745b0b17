/*
 * Exponential and logarithm of one number, step by step as cpu/exp_log.h has them on sixteen: the same bits, but for the payload of a NaN. The helpers
 * larger and smaller choose as the instructions of the CPU: of a number and a NaN the second argument.
 */
#ifndef DIMSIEVE_CUDA_EXP_LOG_H
#define DIMSIEVE_CUDA_EXP_LOG_H

#include "launch.h"

namespace ds {
namespace cuda {

__device__ static inline float larger(float a, float b) { return a > b ? a : b; }
__device__ static inline float smaller(float a, float b) { return a < b ? a : b; }

constexpr float WHOLE = 12582912.0f; // 1.5 * 2^23: added to a, |a| < 2^22, it leaves no bits below the point, and a in the lowest bits

__device__ static inline float nearest(float a) { return (a + WHOLE) - WHOLE; }

/* 2^a for whole numbers a in [-126, 127]. */
__device__ static inline float exp2_whole(float a) { return __int_as_float((int)(((unsigned)__float_as_int(a + WHOLE) + 127u) << 23)); }

/* e^x for every x: 0 below -104, infinity above 88.73, NaN for NaN. */
__device__ static inline float exp_of(float x) {
  x = smaller(89.5f, larger(-105.0f, x));
  const float n = nearest(x * 1.44269504088896341f);
  const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f; // ln 2 in two parts; the first product is exact
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = (p * (r * r) + r) + 1.0f;
  const float half = nearest(n * 0.5f); // in two steps, for results that overflow or are denormal
  return (p * exp2_whole(half)) * exp2_whole(n - half);
}

/* ln x for finite x >= 2^-126. */
__device__ static inline float log_of(float x) {
  const int bits = __float_as_int(x);
  const float m = __int_as_float((bits & 0x7fffff) | 0x3f800000); // x = m 2^e with m in [1, 2)
  float e = (float)((int)((unsigned)bits >> 23) - 127);
  const float upper = m > 1.41421356f ? 1.0f : 0.0f; // then m / 2 and e + 1
  e = e + upper;
  const float f = (m - m * (upper * 0.5f)) - 1.0f;
  const float z = f * f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  p = (f * z) * p - e * 2.12194440e-4f;
  return (f + (p - 0.5f * z)) + e * 0.693359375f;
}

/* ln(1 + t) for t in [0, 1]; NaN for NaN. What 1 + t loses by rounding is put back to first order. */
__device__ static inline float log1p_of(float t) {
  const float u = 1.0f + t;
  return log_of(u) + (t - (u - 1.0f)) / u;
}

/* e^-|z| and, for the two halves of a logistic function, 1 where z is negative and 1 where it is not. */
struct Logistic {
  float decay, below, above;
};
__device__ static inline Logistic logistic(float z) {
  const float below = 0.0f > z ? 1.0f : 0.0f;
  return {exp_of(0.0f - larger(z, 0.0f - z)), below, 1.0f - below};
}

/* 1 / (1 + e^-z), small values with full relative precision. */
__device__ static inline float sigmoid_of(float z) {
  const Logistic l = logistic(z);
  return (l.below * l.decay + l.above) / (1.0f + l.decay);
}

} // namespace cuda
} // namespace ds

#endif
