/* Sixteen whole numbers beside the sixteen floats of lanes.h, for products of bytes. */
#ifndef DIMSIEVE_INTS_H
#define DIMSIEVE_INTS_H

#include "lanes.h"

namespace ds {
namespace DS_ISA {

/* Memory that holds floats at other times. */
typedef int32_t __attribute__((may_alias)) Word;

#if defined(__AVX2__)
struct Ints {
  __m256i a, b;
};
static inline Ints no_ints() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
static inline __m256i first_ints(int n) { return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
static inline Ints get(const Word *p, int n) {
  if (n == LANES) return {_mm256_loadu_si256((const __m256i *)p), _mm256_loadu_si256((const __m256i *)(p + 8))};
  return {_mm256_maskload_epi32((const int *)p, first_ints(n)), _mm256_maskload_epi32((const int *)p + 8, first_ints(n - 8))};
}
static inline void put(Word *p, Ints x, int n) {
  if (n == LANES) {
    _mm256_storeu_si256((__m256i *)p, x.a);
    _mm256_storeu_si256((__m256i *)(p + 8), x.b);
  } else {
    _mm256_maskstore_epi32((int *)p, first_ints(n), x.a);
    _mm256_maskstore_epi32((int *)p + 8, first_ints(n - 8), x.b);
  }
}
template <bool SIGNED>
static inline __m256i dot_half(__m256i sum, __m256i w, __m256i q) {
  const __m256i pairs = _mm256_maddubs_epi16(SIGNED ? _mm256_abs_epi8(q) : q, SIGNED ? _mm256_sign_epi8(w, q) : w);
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
/* Onto each sum, the four products of the bytes of q and those of a word of w. Without SIGNED no byte of q is negative. */
template <bool SIGNED>
static inline Ints dot(Ints sum, Ints w, int32_t q) {
  const __m256i v = _mm256_set1_epi32(q);
  return {dot_half<SIGNED>(sum.a, w.a, v), dot_half<SIGNED>(sum.b, w.b, v)};
}
static inline Lanes to_floats(Ints x) {
  float t[LANES];
  _mm256_storeu_ps(t, _mm256_cvtepi32_ps(x.a));
  _mm256_storeu_ps(t + 8, _mm256_cvtepi32_ps(x.b));
  return load(t);
}
#else
struct Ints {
  int32_t v[LANES];
};
static inline Ints no_ints() { return {}; }
static inline Ints get(const Word *p, int n) {
  Ints x = {};
  for (int i = 0; i < n; i++) x.v[i] = p[i];
  return x;
}
static inline void put(Word *p, const Ints &x, int n) {
  for (int i = 0; i < n; i++) p[i] = x.v[i];
}
template <bool SIGNED>
static inline Ints dot(Ints sum, const Ints &w, int32_t q) {
  for (int i = 0; i < LANES; i++)
    for (int shift = 0; shift < 32; shift += 8) sum.v[i] += (int8_t)(q >> shift) * (int8_t)(w.v[i] >> shift);
  return sum;
}
static inline Lanes to_floats(const Ints &x) {
  float t[LANES];
  for (int i = 0; i < LANES; i++) t[i] = (float)x.v[i];
  return load(t);
}
#endif

} // namespace DS_ISA
} // namespace ds

#endif
