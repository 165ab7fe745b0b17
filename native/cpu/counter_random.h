/*
 * Random numbers that are a function of where they are used: no state, so any order of work and any instruction set draws the same.
 *
 *   key(seed, step, layer, row): 64 bits k = f(f(f(f(seed) ^ step) ^ layer) ^ row),  f = splitmix64 (add 0x9E3779B97F4A7C15, then finish)
 *   draw(key, column)          = h(h(column + low32(k)) ^ high32(k)) >> 8,           a whole number in [0, 2^24)
 *
 * in 32-bit arithmetic that wraps, with h(x): x ^= x >> 16, x *= 0x7feb352d, x ^= x >> 15, x *= 0x846ca68b, x ^= x >> 16.
 * Sources: Steele, Lea & Flood 2014 (splitmix64); C. Wellons, hash prospector (lowbias32).
 */
#ifndef DIMSIEVE_COUNTER_RANDOM_H
#define DIMSIEVE_COUNTER_RANDOM_H

#include "lanes.h"

namespace ds {
namespace DS_ISA {

static inline uint64_t splitmix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

static inline uint64_t random_key(int64_t seed, int64_t step, int64_t layer, int64_t row) {
  return splitmix(splitmix(splitmix(splitmix((uint64_t)seed) ^ (uint64_t)step) ^ (uint64_t)layer) ^ (uint64_t)row);
}

#if defined(__AVX512F__)
typedef __m512i Word;
static inline Word word(uint32_t x) { return _mm512_set1_epi32((int)x); }
static inline Word places() { return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15); }
static inline Word plus(Word a, Word b) { return _mm512_add_epi32(a, b); }
static inline Word differ(Word a, Word b) { return _mm512_xor_si512(a, b); }
static inline Word times(Word a, uint32_t b) { return _mm512_mullo_epi32(a, word(b)); }
template <int N>
static inline Word shift(Word a) { return _mm512_srli_epi32(a, N); }
static inline __m512 number(Word a) { return _mm512_cvtepi32_ps(a); }
#elif defined(__AVX2__)
typedef __m256i Word;
static inline Word word(uint32_t x) { return _mm256_set1_epi32((int)x); }
static inline Word places() { return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7); }
static inline Word plus(Word a, Word b) { return _mm256_add_epi32(a, b); }
static inline Word differ(Word a, Word b) { return _mm256_xor_si256(a, b); }
static inline Word times(Word a, uint32_t b) { return _mm256_mullo_epi32(a, word(b)); }
template <int N>
static inline Word shift(Word a) { return _mm256_srli_epi32(a, N); }
static inline __m256 number(Word a) { return _mm256_cvtepi32_ps(a); }
#else
typedef __m128i Word;
static inline Word word(uint32_t x) { return _mm_set1_epi32((int)x); }
static inline Word places() { return _mm_setr_epi32(0, 1, 2, 3); }
static inline Word plus(Word a, Word b) { return _mm_add_epi32(a, b); }
static inline Word differ(Word a, Word b) { return _mm_xor_si128(a, b); }
/* SSE2 multiplies even lanes only, to 64 bits. */
static inline Word times(Word a, uint32_t b) {
  const Word factor = word(b), even = _mm_mul_epu32(a, factor), odd = _mm_mul_epu32(_mm_srli_epi64(a, 32), factor);
  return _mm_unpacklo_epi32(_mm_shuffle_epi32(even, _MM_SHUFFLE(0, 0, 2, 0)), _mm_shuffle_epi32(odd, _MM_SHUFFLE(0, 0, 2, 0)));
}
template <int N>
static inline Word shift(Word a) { return _mm_srli_epi32(a, N); }
static inline __m128 number(Word a) { return _mm_cvtepi32_ps(a); }
#endif

static inline Word mix(Word x) {
  x = times(differ(x, shift<16>(x)), 0x7feb352du);
  x = times(differ(x, shift<15>(x)), 0x846ca68bu);
  return differ(x, shift<16>(x));
}

static inline Word draw_word(uint64_t key, uint32_t column) {
  const Word counter = plus(places(), word(column + (uint32_t)key));
  return shift<8>(mix(differ(mix(counter), word((uint32_t)(key >> 32)))));
}

/* The draws of columns column .. column + 15, as floats, exactly. */
static inline Lanes draw(uint64_t key, uint32_t column) {
#if defined(__AVX512F__)
  return {number(draw_word(key, column))};
#elif defined(__AVX2__)
  return {number(draw_word(key, column)), number(draw_word(key, column + 8))};
#else
  Lanes r;
  for (uint32_t i = 0; i < 4; i++) r.q[i] = number(draw_word(key, column + 4 * i));
  return r;
#endif
}

} // namespace DS_ISA
} // namespace ds

#endif
