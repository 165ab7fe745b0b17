/*
 * What this machine can do at most: loops that only read, copy, compute or start threads. Profiles and benchmarks measure kernels by them.
 *
 *   DS_CEILING_READ    c[u] = Σ a[i] over unit u of DS_CEILING_UNIT floats of a[n]                                     4 bytes a float
 *   DS_CEILING_COPY    c[i] = a[i]                                                                                    8
 *   DS_CEILING_TRIAD   c[i] = a[i] + 3 b[i]                                                                          12
 *   DS_CEILING_ROWS    c[u] = Σ of all floats of a[row(r)] over unit u of DS_CEILING_ROW_UNIT rows r < n;  a [n, 16]  64 bytes a row
 *                      row(r) = ⌊mix(r) n / 2^64⌋: rows in no order, with repetition, known without waiting for a load
 *   DS_CEILING_FMA     x ← x a[0] + b[0] from x = 0, in as many registers as keep the units busy; c[u] = x; n multiply-adds, rounded up to units of
 *                      DS_CEILING_FMA_UNIT. Fused where the instruction set has it, so c is the same everywhere only where that is exact
 *   DS_CEILING_FORK    c[u] = 1 for u < n: n units of work that do nothing else
 *
 * Sources: McCalpin, STREAM, 1995; mix: Steele, Lea & Flood, splittable generators, 2014.
 */
#include "ceiling.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

namespace {

constexpr int AT_ONCE = 4; // sums side by side: more than one addition is under way

#if defined(__AVX512F__)
constexpr int CHAINS = 12; // registers of multiply-adds under way
Lanes multiply_add(Lanes x, Lanes a, Lanes b) { return {_mm512_fmadd_ps(x.v, a.v, b.v)}; }
#elif defined(__AVX2__)
constexpr int CHAINS = 6;
Lanes multiply_add(Lanes x, Lanes a, Lanes b) { return {_mm256_fmadd_ps(x.a, a.a, b.a), _mm256_fmadd_ps(x.b, a.b, b.b)}; }
#else
constexpr int CHAINS = 3;
Lanes multiply_add(Lanes x, Lanes a, Lanes b) { return x * a + b; }
#endif
static_assert(DS_CEILING_FMA_UNIT % (CHAINS * LANES) == 0, "a unit has as many steps of every chain");

/* The sum of body(i) for i < n, as Lanes. */
template <class Body>
float sum_of(int64_t n, Body body) {
  Lanes s[AT_ONCE] = {lanes(0), lanes(0), lanes(0), lanes(0)};
  int64_t i = 0;
  for (; i + AT_ONCE <= n; i += AT_ONCE)
    for (int k = 0; k < AT_ONCE; k++) s[k] = s[k] + body(i + k);
  for (; i < n; i++) s[0] = s[0] + body(i);
  return sum((s[0] + s[1]) + (s[2] + s[3]));
}

float read(const float *a, int64_t n) {
  float rest = n % LANES ? sum(get(a + n / LANES * LANES, (int)(n % LANES))) : 0;
  return sum_of(n / LANES, [&](int64_t i) { return load(a + i * LANES); }) + rest;
}

float multiply_adds(float factor, float term) {
  const Lanes a = lanes(factor), b = lanes(term);
  Lanes x[CHAINS];
  for (int k = 0; k < CHAINS; k++) x[k] = lanes(0);
  for (int i = 0; i < DS_CEILING_FMA_UNIT / (CHAINS * LANES); i++)
    for (int k = 0; k < CHAINS; k++) x[k] = multiply_add(x[k], a, b);
  for (int k = 1; k < CHAINS; k++) x[0] = max(x[0], x[k]);
  return sum(x[0]) / LANES;
}

} // namespace

int ceiling(ds_stream stream, int32_t kind, ds_f32_in a, ds_f32_in b, ds_f32 c, int64_t n) {
  if (!is_ceiling(kind) || n < 0) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!ceiling_has_arrays(kind, a, b, c)) return DS_INVALID;
  switch (kind) {
    case DS_CEILING_ROWS:
      parallel(stream, chunks_of(n, DS_CEILING_ROW_UNIT), [&](int64_t u) {
        const int64_t first = u * DS_CEILING_ROW_UNIT;
        c[u] = sum_of(least(DS_CEILING_ROW_UNIT, n - first), [&](int64_t r) { return load(a + ceiling_row((uint64_t)(first + r), n) * LANES); });
      });
      break;
    case DS_CEILING_FMA:
      parallel(stream, chunks_of(n, DS_CEILING_FMA_UNIT), [&](int64_t u) { c[u] = multiply_adds(a[0], b[0]); });
      break;
    case DS_CEILING_FORK:
      parallel(stream, n, [&](int64_t u) { c[u] = 1; });
      break;
    default:
      parallel(stream, chunks_of(n, DS_CEILING_UNIT), [&](int64_t u) {
        const int64_t first = u * DS_CEILING_UNIT, m = least(DS_CEILING_UNIT, n - first);
        if (kind == DS_CEILING_READ)
          c[u] = read(a + first, m);
        else if (kind == DS_CEILING_COPY)
          each_block(m, [&](int64_t i, int k) { put(c + first + i, get(a + first + i, k), k); });
        else
          each_block(m, [&](int64_t i, int k) { put(c + first + i, get(a + first + i, k) + lanes(3) * get(b + first + i, k), k); });
      });
  }
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
