/*
 * Sixteen floats that behave alike on every instruction set: one AVX-512 register, two of AVX2, or four of SSE. Every operation rounds once and
 * sums are folded in one fixed order (8+8, 4+4, 2+2, 1+1), so the variants of a kernel give the same bits. No fused multiply-add for that reason.
 * Nothing here, nor in any file compiled per instruction set, may come from the C++ standard library: the linker could keep the AVX-512 copy of
 * an inline function for everybody.
 */
#ifndef DIMSIEVE_LANES_H
#define DIMSIEVE_LANES_H

#include <immintrin.h>
#include <stdint.h>

namespace ds {
namespace DS_ISA {

constexpr int LANES = 16;

#if defined(__AVX512F__)

struct Lanes {
  __m512 v;
};
static inline Lanes lanes(float x) { return {_mm512_set1_ps(x)}; }
static inline Lanes load(const float *p) { return {_mm512_loadu_ps(p)}; }
static inline void store(float *p, Lanes a) { _mm512_storeu_ps(p, a.v); }
/* To memory past the caches, p at a multiple of 64 bytes; other threads see it after fence(). */
static inline void stream(float *p, Lanes a) { _mm512_stream_ps(p, a.v); }
static inline Lanes load(const float *p, int n) { return {_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p)}; }
static inline void store(float *p, Lanes a, int n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), a.v); }
static inline Lanes operator+(Lanes a, Lanes b) { return {_mm512_add_ps(a.v, b.v)}; }
static inline Lanes operator-(Lanes a, Lanes b) { return {_mm512_sub_ps(a.v, b.v)}; }
static inline Lanes operator*(Lanes a, Lanes b) { return {_mm512_mul_ps(a.v, b.v)}; }
static inline Lanes operator/(Lanes a, Lanes b) { return {_mm512_div_ps(a.v, b.v)}; }
static inline Lanes sqrt(Lanes a) { return {_mm512_sqrt_ps(a.v)}; }
static inline Lanes max(Lanes a, Lanes b) { return {_mm512_max_ps(a.v, b.v)}; }
static inline Lanes min(Lanes a, Lanes b) { return {_mm512_min_ps(a.v, b.v)}; }
/* a > b ? x : 0, lane by lane. */
static inline Lanes where_greater(Lanes a, Lanes b, Lanes x) { return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ), x.v)}; }
/* a > b ? x : y, bit for bit. */
static inline Lanes where_greater(Lanes a, Lanes b, Lanes x, Lanes y) { return {_mm512_mask_mov_ps(y.v, _mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ), x.v)}; }
/* Lane i of x where bit i is set, 0 elsewhere. */
static inline Lanes where_bits(uint32_t bits, Lanes x) { return {_mm512_maskz_mov_ps((__mmask16)bits, x.v)}; }
/* Bit i is set where lane i of a is above lane i of b. */
static inline uint32_t bits_greater(Lanes a, Lanes b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ); }
/* 2^a for whole numbers a in [-126, 127]. */
static inline Lanes exp2_whole(Lanes a) {
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(a.v), _mm512_set1_epi32(127)), 23))};
}
/* Splits positive normal a into m * 2^e with m in [1, 2): returns m, writes e. */
static inline Lanes split(Lanes a, Lanes *e) {
  __m512i bits = _mm512_castps_si512(a.v);
  e->v = _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_srli_epi32(bits, 23), _mm512_set1_epi32(127)));
  return {_mm512_castsi512_ps(_mm512_or_si512(_mm512_and_si512(bits, _mm512_set1_epi32(0x7fffff)), _mm512_set1_epi32(0x3f800000)))};
}
static inline __m256 fold(Lanes a) { return _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a.v), 1))); }

#elif defined(__AVX2__)

struct Lanes {
  __m256 a, b;
};
static inline __m256i first(int n) { return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
static inline Lanes lanes(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
static inline Lanes load(const float *p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
static inline void store(float *p, Lanes x) {
  _mm256_storeu_ps(p, x.a);
  _mm256_storeu_ps(p + 8, x.b);
}
static inline void stream(float *p, Lanes x) {
  _mm256_stream_ps(p, x.a);
  _mm256_stream_ps(p + 8, x.b);
}
static inline Lanes load(const float *p, int n) {
  if (__builtin_constant_p(n) && n == 4) return {_mm256_zextps128_ps256(_mm_loadu_ps(p)), _mm256_setzero_ps()};
  if (__builtin_constant_p(n) && n == 8) return {_mm256_loadu_ps(p), _mm256_setzero_ps()};
  return {_mm256_maskload_ps(p, first(n)), _mm256_maskload_ps(p + 8, first(n - 8))};
}
/* The first n of 16; a masked store takes a Zen ten times as long as these. */
static inline void store(float *p, Lanes x, int n) {
  if (n & 8) {
    _mm256_storeu_ps(p, x.a);
    x.a = x.b;
    p += 8;
  }
  __m128 left = _mm256_castps256_ps128(x.a);
  if (n & 4) {
    _mm_storeu_ps(p, left);
    left = _mm256_extractf128_ps(x.a, 1);
    p += 4;
  }
  if (n & 2) {
    _mm_storel_pi(reinterpret_cast<__m64 *>(p), left);
    left = _mm_movehl_ps(left, left);
    p += 2;
  }
  if (n & 1) _mm_store_ss(p, left);
}
static inline Lanes operator+(Lanes x, Lanes y) { return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)}; }
static inline Lanes operator-(Lanes x, Lanes y) { return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)}; }
static inline Lanes operator*(Lanes x, Lanes y) { return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)}; }
static inline Lanes operator/(Lanes x, Lanes y) { return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)}; }
static inline Lanes sqrt(Lanes x) { return {_mm256_sqrt_ps(x.a), _mm256_sqrt_ps(x.b)}; }
static inline Lanes max(Lanes x, Lanes y) { return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)}; }
static inline Lanes min(Lanes x, Lanes y) { return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)}; }
static inline Lanes where_greater(Lanes x, Lanes y, Lanes z) {
  return {_mm256_and_ps(_mm256_cmp_ps(x.a, y.a, _CMP_GT_OQ), z.a), _mm256_and_ps(_mm256_cmp_ps(x.b, y.b, _CMP_GT_OQ), z.b)};
}
static inline Lanes where_greater(Lanes x, Lanes y, Lanes z, Lanes w) {
  return {_mm256_blendv_ps(w.a, z.a, _mm256_cmp_ps(x.a, y.a, _CMP_GT_OQ)), _mm256_blendv_ps(w.b, z.b, _mm256_cmp_ps(x.b, y.b, _CMP_GT_OQ))};
}
static inline __m256 where_bits_half(uint32_t bits, __m256 x) {
  const __m256i of_lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  return _mm256_and_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int)bits), of_lane), of_lane)), x);
}
static inline Lanes where_bits(uint32_t bits, Lanes x) { return {where_bits_half(bits, x.a), where_bits_half(bits >> 8, x.b)}; }
static inline uint32_t bits_greater(Lanes x, Lanes y) {
  return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(x.a, y.a, _CMP_GT_OQ)) | (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(x.b, y.b, _CMP_GT_OQ)) << 8;
}
static inline __m256 exp2_half(__m256 a) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(a), _mm256_set1_epi32(127)), 23)); }
static inline Lanes exp2_whole(Lanes x) { return {exp2_half(x.a), exp2_half(x.b)}; }
static inline __m256 split_half(__m256 x, __m256 *e) {
  __m256i bits = _mm256_castps_si256(x);
  *e = _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(127)));
  return _mm256_castsi256_ps(_mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi32(0x7fffff)), _mm256_set1_epi32(0x3f800000)));
}
static inline Lanes split(Lanes x, Lanes *e) { return {split_half(x.a, &e->a), split_half(x.b, &e->b)}; }
static inline __m256 fold(Lanes x) { return _mm256_add_ps(x.a, x.b); }

#else

struct Lanes {
  __m128 q[4];
};
#define DS_EACH(expression) \
  Lanes r;                  \
  for (int i = 0; i < 4; i++) r.q[i] = expression; \
  return r
static inline Lanes lanes(float x) { DS_EACH(_mm_set1_ps(x)); }
static inline Lanes load(const float *p) { DS_EACH(_mm_loadu_ps(p + 4 * i)); }
static inline void store(float *p, Lanes x) {
  for (int i = 0; i < 4; i++) _mm_storeu_ps(p + 4 * i, x.q[i]);
}
static inline void stream(float *p, Lanes x) {
  for (int i = 0; i < 4; i++) _mm_stream_ps(p + 4 * i, x.q[i]);
}
static inline Lanes load(const float *p, int n) {
  float t[16] = {0};
  for (int i = 0; i < n; i++) t[i] = p[i];
  return load(t);
}
static inline void store(float *p, Lanes x, int n) {
  float t[16];
  store(t, x);
  for (int i = 0; i < n; i++) p[i] = t[i];
}
static inline Lanes operator+(Lanes x, Lanes y) { DS_EACH(_mm_add_ps(x.q[i], y.q[i])); }
static inline Lanes operator-(Lanes x, Lanes y) { DS_EACH(_mm_sub_ps(x.q[i], y.q[i])); }
static inline Lanes operator*(Lanes x, Lanes y) { DS_EACH(_mm_mul_ps(x.q[i], y.q[i])); }
static inline Lanes operator/(Lanes x, Lanes y) { DS_EACH(_mm_div_ps(x.q[i], y.q[i])); }
static inline Lanes sqrt(Lanes x) { DS_EACH(_mm_sqrt_ps(x.q[i])); }
static inline Lanes max(Lanes x, Lanes y) { DS_EACH(_mm_max_ps(x.q[i], y.q[i])); }
static inline Lanes min(Lanes x, Lanes y) { DS_EACH(_mm_min_ps(x.q[i], y.q[i])); }
static inline Lanes where_greater(Lanes x, Lanes y, Lanes z) { DS_EACH(_mm_and_ps(_mm_cmpgt_ps(x.q[i], y.q[i]), z.q[i])); }
static inline Lanes where_greater(Lanes x, Lanes y, Lanes z, Lanes w) {
  const Lanes above{{_mm_cmpgt_ps(x.q[0], y.q[0]), _mm_cmpgt_ps(x.q[1], y.q[1]), _mm_cmpgt_ps(x.q[2], y.q[2]), _mm_cmpgt_ps(x.q[3], y.q[3])}};
  DS_EACH(_mm_or_ps(_mm_and_ps(above.q[i], z.q[i]), _mm_andnot_ps(above.q[i], w.q[i])));
}
static inline Lanes where_bits(uint32_t bits, Lanes x) {
  const __m128i of_lane = _mm_setr_epi32(1, 2, 4, 8);
  DS_EACH(_mm_and_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(_mm_and_si128(_mm_set1_epi32((int)(bits >> 4 * i)), of_lane), of_lane)), x.q[i]));
}
static inline uint32_t bits_greater(Lanes x, Lanes y) {
  uint32_t bits = 0;
  for (int i = 0; i < 4; i++) bits |= (uint32_t)_mm_movemask_ps(_mm_cmpgt_ps(x.q[i], y.q[i])) << 4 * i;
  return bits;
}
static inline Lanes exp2_whole(Lanes x) { DS_EACH(_mm_castsi128_ps(_mm_slli_epi32(_mm_add_epi32(_mm_cvtps_epi32(x.q[i]), _mm_set1_epi32(127)), 23))); }
static inline Lanes split(Lanes x, Lanes *e) {
  Lanes m;
  for (int i = 0; i < 4; i++) {
    __m128i bits = _mm_castps_si128(x.q[i]);
    e->q[i] = _mm_cvtepi32_ps(_mm_sub_epi32(_mm_srli_epi32(bits, 23), _mm_set1_epi32(127)));
    m.q[i] = _mm_castsi128_ps(_mm_or_si128(_mm_and_si128(bits, _mm_set1_epi32(0x7fffff)), _mm_set1_epi32(0x3f800000)));
  }
  return m;
}
#undef DS_EACH

#endif

static inline void fence() { _mm_sfence(); }

/* to[j, i] = from[i, j], i and j below four. */
static inline void transpose_4_by_4(const float *from, int64_t from_stride, float *to, int64_t to_stride) {
  __m128 a = _mm_loadu_ps(from), b = _mm_loadu_ps(from + from_stride), c = _mm_loadu_ps(from + 2 * from_stride), d = _mm_loadu_ps(from + 3 * from_stride);
  _MM_TRANSPOSE4_PS(a, b, c, d);
  _mm_storeu_ps(to, a);
  _mm_storeu_ps(to + to_stride, b);
  _mm_storeu_ps(to + 2 * to_stride, c);
  _mm_storeu_ps(to + 3 * to_stride, d);
}

/* Sum of the sixteen lanes. */
static inline float sum(Lanes x) {
#if defined(__AVX2__)
  __m256 eight = fold(x);
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#else
  __m128 four = _mm_add_ps(_mm_add_ps(x.q[0], x.q[2]), _mm_add_ps(x.q[1], x.q[3]));
#endif
  __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

/* 1, 0 or -1; 0 for NaN. */
static inline Lanes sign(Lanes x) {
  const Lanes zero = lanes(0.0f), one = lanes(1.0f);
  return where_greater(x, zero, one) - where_greater(zero, x, one);
}

/* Calls body(first, n) for each run of up to sixteen in a row of n floats. */
template <class Body>
static inline void each_block(int64_t n, Body &&body) {
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES) body(i, LANES);
  if (i < n) body(i, (int)(n - i));
}
static inline Lanes get(const float *p, int n) { return n == LANES ? load(p) : load(p, n); }
static inline void put(float *p, Lanes x, int n) {
  if (n == LANES)
    store(p, x);
  else
    store(p, x, n);
}

} // namespace DS_ISA
} // namespace ds

#endif
