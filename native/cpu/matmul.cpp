/*
 * c = op(a) op(b) + beta c,   op(x) = x or xᵀ;   op(a) [m, k], op(b) [k, n], c [m, n], row-major with strides.
 *
 * The products themselves are the bound BLAS's, each in one thread, cut in a way fixed by the shape, so that the result does not depend on the number of
 * threads: where k is the longest side, as in the gradient of a layer's weights over a batch, k into parts whose sums are added up in order; else c into
 * bands along its longer side. (In bands of few columns a BLAS packs the other factor again for each of them.) 2 m n k flops.
 */
#include "arguments.h"
#include "blas.h"
#include "lanes.h"
#include "pool.h"
#include "scratch.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t MOST = 16;       // bands, or parts of k
constexpr int64_t FEW = 4;         // bands that are worth packing the other factor for each of them
constexpr int64_t BAND = 512;      // rows or columns of c in a band where there are more of them, at least
constexpr int64_t NARROW = 32;     // and in any band
constexpr int64_t DEPTH = 1024;    // of k in a part, at least
constexpr int64_t WORTH = 1 << 18; // multiply-adds below which a product is not cut
constexpr int64_t UNIT = 1 << 14;  // elements of c a unit of work when parts are added up

struct Product {
  bool transpose_a, transpose_b;
  int64_t m, n, k;
  const float *a;
  int64_t a_stride;
  const float *b;
  int64_t b_stride;
  float beta;
  float *c;
  int64_t c_stride;
  const float *a_at(int64_t i, int64_t p) const { return a + (transpose_a ? p * a_stride + i : i * a_stride + p); }
  const float *b_at(int64_t p, int64_t j) const { return b + (transpose_b ? j * b_stride + p : p * b_stride + j); }
};

/* The first failure of several threads. */
static inline void note(int *failure, int status) {
  if (status != DS_OK) __atomic_store_n(failure, status, __ATOMIC_RELAXED);
}

static int in_bands(ds_stream stream, const Product &x) {
  const bool tall = x.m >= x.n;
  const int64_t side = tall ? x.m : x.n;
  const int64_t wide = least(MOST, side / BAND), bands = x.m * x.n * x.k < WORTH ? 1 : wide > FEW ? wide : least(FEW, chunks_of(side, NARROW));
  const int64_t band = chunks_of(chunks_of(side, bands), 16) * 16;
  int failure = DS_OK;
  parallel(stream, chunks_of(side, band), [&](int64_t i) {
    const int64_t first = i * band, size = least(band, side - first);
    note(&failure, tall ? sgemm(x.transpose_a, x.transpose_b, size, x.n, x.k, x.a_at(first, 0), x.a_stride, x.b, x.b_stride, x.beta,
                                x.c + first * x.c_stride, x.c_stride)
                        : sgemm(x.transpose_a, x.transpose_b, x.m, size, x.k, x.a, x.a_stride, x.b_at(0, first), x.b_stride, x.beta, x.c + first,
                                x.c_stride));
  });
  return failure;
}

static int in_parts(ds_stream stream, const Product &x) {
  const int64_t depth = chunks_of(chunks_of(x.k, least(MOST, x.k / DEPTH)), 16) * 16, parts = chunks_of(x.k, depth), elements = x.m * x.n;
  float *sums = ds_scratch(parts * elements); // [parts, m, n]
  if (!sums) return DS_NO_MEMORY;
  int failure = DS_OK;
  parallel(stream, parts, [&](int64_t i) {
    const int64_t first = i * depth;
    note(&failure, sgemm(x.transpose_a, x.transpose_b, x.m, x.n, least(depth, x.k - first), x.a_at(0, first), x.a_stride, x.b_at(first, 0), x.b_stride, 0,
                         sums + i * elements, x.n));
  });
  if (failure != DS_OK) return failure;
  const int64_t rows = chunks_of(UNIT, x.n);
  parallel(stream, chunks_of(x.m, rows), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * rows, x.m);
    for (int64_t row = chunk * rows; row < end; row++)
      each_block(x.n, [&](int64_t j, int count) {
        float *to = x.c + row * x.c_stride + j;
        const float *from = sums + row * x.n + j;
        Lanes y = get(from, count);
        if (x.beta != 0) y = lanes(x.beta) * get(to, count) + y;
        for (int64_t i = 1; i < parts; i++) y = y + get(from + i * elements, count);
        put(to, y, count);
      });
  });
  return DS_OK;
}

/* What is left of a product over nothing; BLAS differ in whether they do it. */
static void scale(const Product &x) {
  for (int64_t row = 0; row < x.m; row++)
    each_block(x.n, [&](int64_t j, int count) {
      float *to = x.c + row * x.c_stride + j;
      put(to, x.beta == 0 ? lanes(0.0f) : lanes(x.beta) * get(to, count), count);
    });
}

int matmul(ds_stream stream, int32_t transpose_a, int32_t transpose_b, int64_t m, int64_t n, int64_t k, ds_f32_in a, int64_t a_stride, ds_f32_in b,
           int64_t b_stride, float beta, ds_f32 c, int64_t c_stride) {
  if (!none_negative(m, n, k) || m > INT32_MAX || n > INT32_MAX || k > INT32_MAX) return DS_INVALID;
  if (a_stride < (transpose_a ? m : k) || b_stride < (transpose_b ? k : n) || c_stride < n) return DS_INVALID;
  if (a_stride > INT32_MAX || b_stride > INT32_MAX || c_stride > INT32_MAX) return DS_INVALID;
  if (m == 0 || n == 0) return DS_OK;
  if (!c || (k > 0 && !all_set(a, b))) return DS_INVALID;
  if (!sgemm) return DS_NO_BLAS;
  const Product x{transpose_a != 0, transpose_b != 0, m, n, k, a, a_stride, b, b_stride, beta, c, c_stride};
  if (k == 0) {
    scale(x);
    return DS_OK;
  }
  return k >= 2 * DEPTH && k > m && k > n ? in_parts(stream, x) : in_bands(stream, x);
}

} // namespace DS_ISA
} // namespace ds
