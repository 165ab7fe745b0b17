/*
 * c = op(a) op(b) + beta c,   op(x) = x or xᵀ;   op(a) [m, k], op(b) [k, n], c [m, n], row-major with strides.
 *
 * The product itself is cblas_sgemm of the bound BLAS, single-threaded; c is cut into bands along its longer side, a number fixed by the shape, so
 * the result does not depend on the number of threads. 2 m n k flops.
 */
#include "arguments.h"
#include "blas.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112; // of cblas
constexpr int64_t BANDS = 4;
constexpr int64_t WORTH = 1 << 18; // multiply-adds below which a product is not cut

int matmul(ds_stream stream, int32_t transpose_a, int32_t transpose_b, int64_t m, int64_t n, int64_t k, ds_f32_in a, int64_t a_stride, ds_f32_in b,
           int64_t b_stride, float beta, ds_f32 c, int64_t c_stride) {
  if (!none_negative(m, n, k) || m > INT32_MAX || n > INT32_MAX || k > INT32_MAX) return DS_INVALID;
  if (a_stride < (transpose_a ? m : k) || b_stride < (transpose_b ? k : n) || c_stride < n) return DS_INVALID;
  if (a_stride > INT32_MAX || b_stride > INT32_MAX || c_stride > INT32_MAX) return DS_INVALID;
  if (m == 0 || n == 0) return DS_OK;
  if (!c || (k > 0 && !all_set(a, b))) return DS_INVALID;
  if (!sgemm) return DS_NO_BLAS;
  const bool tall = m >= n;
  const int64_t side = tall ? m : n;
  const int64_t bands = m * n * k < WORTH ? 1 : least(BANDS, chunks_of(side, 32));
  const int64_t band = chunks_of(chunks_of(side, bands), 16) * 16;
  parallel(stream, chunks_of(side, band), [&](int64_t i) {
    const int64_t first = i * band, size = least(band, side - first);
    const float *a_band = tall ? a + first * (transpose_a ? 1 : a_stride) : a;
    const float *b_band = tall ? b : b + first * (transpose_b ? b_stride : 1);
    float *c_band = c + first * (tall ? c_stride : 1);
    sgemm(ROW_MAJOR, transpose_a ? TRANSPOSED : PLAIN, transpose_b ? TRANSPOSED : PLAIN, (int)(tall ? size : m), (int)(tall ? n : size), (int)k, 1.0f,
          a_band, (int)a_stride, b_band, (int)b_stride, beta, c_band, (int)c_stride);
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
