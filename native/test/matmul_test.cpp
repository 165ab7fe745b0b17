#include "check.h"

using namespace check;

TEST(matmul_without_a_blas_says_so) {
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
