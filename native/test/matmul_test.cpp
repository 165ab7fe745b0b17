#include "check.h"

using namespace check;

namespace {

/* Runs one product with slack after every row of the three matrices, which must stay as it was. False when no BLAS is bound. */
bool product_is_right(ds_stream s, Random &random, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, float beta, int64_t slack,
                      int64_t shift) {
  const int64_t a_stride = (transpose_a ? m : k) + slack, b_stride = (transpose_b ? k : n) + slack, c_stride = n + slack;
  F32 a((transpose_a ? k : m) * a_stride + shift), b((transpose_b ? n : k) * b_stride + shift), c(m * c_stride + shift);
  for (F32 *x : {&a, &b, &c}) random.fill(*x);
  if (beta == 0) // c is not read then
    for (int64_t i = 0; i < m; i++)
      for (int64_t j = 0; j < n; j++) c[shift + i * c_stride + j] = NAN;
  const F32 before(c);
  const int status = settled(backend->matmul(s, transpose_a, transpose_b, m, n, k, a + shift, a_stride, b + shift, b_stride, beta, c + shift, c_stride));
  if (status == DS_NO_BLAS && !on_cuda) return false;
  REQUIRE(status == DS_OK);
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < n; j++) {
      double sum = beta == 0 ? 0 : (double)beta * before[shift + i * c_stride + j], size = std::fabs(sum);
      for (int64_t p = 0; p < k; p++) {
        const double x = a[shift + (transpose_a ? p * a_stride + i : i * a_stride + p)], y = b[shift + (transpose_b ? j * b_stride + p : p * b_stride + j)];
        const double term = x * y;
        sum += term;
        size += std::fabs(term);
      }
      REQUIRE(std::fabs(c[shift + i * c_stride + j] - sum) <= 1e-6 * size);
    }
    for (int64_t j = n; j < c_stride; j++) REQUIRE(c[shift + i * c_stride + j] == before[shift + i * c_stride + j]);
  }
  return true;
}

} // namespace

TEST(matmul_equals_reference_for_every_transpose_size_and_stride) {
  struct Shape {
    int64_t m, n, k;
  };
  // below, at and above the sides of a tile and the depth of a slab; the last fill a card with large tiles
  const std::vector<Shape> shapes = {{1, 1, 0}, {3, 5, 0}, {1, 1, 1}, {1, 7, 3}, {5, 1, 40}, {16, 16, 16}, {64, 32, 32}, {65, 33, 33}, {63, 31, 31},
                                     {70, 100, 64}, {130, 66, 17}, {16385, 66, 3}, {33, 16385, 20}};
  Random random(80);
  for (const Shape &shape : shapes)
    for (int transposes = 0; transposes < 4; transposes++)
      for (int64_t slack : {0, 3, 4})
        for (float beta : {0.0f, 1.0f, -0.5f}) {
          if (shape.m * shape.n > 10000 && (slack == 3 || beta == 1)) continue;
          const int64_t shift = beta == 1 ? 1 : 0; // addresses that are no multiple of 16 bytes
          if (!product_is_right(nullptr, random, transposes / 2, transposes % 2, shape.m, shape.n, shape.k, beta, slack, shift)) return;
        }
  for_each_pool([&](ds_stream s) { product_is_right(s, random, false, true, 20, 30, 40, 0, 1, 0); });
}

TEST(matmul_of_one_element_is_the_same_in_every_tile) {
  if (!on_cuda) return; // a CPU's BLAS sums as it likes
  Random random(81);
  const int64_t m = 16385, n = 66, k = 21;
  F32 a(m * k), b(k * n), c(m * n), part(n);
  random.fill(a);
  random.fill(b);
  REQUIRE_STATUS(DS_OK, backend->matmul(nullptr, 0, 0, m, n, k, a, k, b, n, 0, c, n));
  for (int64_t row : {int64_t(0), int64_t(127), int64_t(8000), m - 1}) {
    REQUIRE_STATUS(DS_OK, backend->matmul(nullptr, 0, 0, 1, n, k, a + row * k, k, b, n, 0, part, n));
    REQUIRE(std::memcmp(part.data(), c.data() + row * n, (size_t)n * 4) == 0);
  }
}

TEST(matmul_without_a_blas_says_so) {
  if (on_cuda) return; // has one of its own
  F32 a(4), b(4), c(4);
  REQUIRE_STATUS(DS_NO_BLAS, backend->matmul(nullptr, 0, 0, 2, 2, 2, a, 2, b, 2, 0, c, 2));
}

TEST(matmul_refuses_a_library_that_is_none) {
  char text[256] = "";
  REQUIRE_STATUS(DS_NO_BLAS, backend->blas_bind("/nonexistent/libblas.so", text, sizeof text));
  REQUIRE(std::strlen(text) > 0);
  REQUIRE_STATUS(DS_INVALID, backend->blas_bind(nullptr, text, sizeof text));
}

TEST(matmul_refuses_strides_shorter_than_rows) {
  F32 a(6), b(6), c(9);
  REQUIRE_STATUS(DS_INVALID, backend->matmul(nullptr, 0, 0, 3, 3, 2, a, 1, b, 3, 0, c, 3));
  REQUIRE_STATUS(DS_INVALID, backend->matmul(nullptr, 0, 0, 3, 3, 2, a, 2, b, 2, 0, c, 3));
  REQUIRE_STATUS(DS_INVALID, backend->matmul(nullptr, 0, 0, 3, 3, 2, a, 2, b, 3, 0, c, 2));
  REQUIRE_STATUS(DS_OK, backend->matmul(nullptr, 0, 0, 0, 3, 2, a, 2, b, 3, 0, c, 3));
}
