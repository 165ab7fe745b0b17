/* What the machine can do at most, measured among the cases; and a matrix product that fills it. */
#include "reference.h"

namespace bench {

namespace {

struct Arrays {
  float *a, *b, *c;

  explicit Arrays(int64_t n) : a(noise(n, 1)), b(noise(n, 1)), c(zeros<float>(n)) {}
};

} // namespace

void ceiling_cases(int64_t floats, int64_t side) {
  const auto p = lazy<Arrays>(floats);
  CASE(ceiling, "read", DS_CEILING_READ, p->a, nullptr, p->c, floats);
  CASE(ceiling, "copy", DS_CEILING_COPY, p->a, nullptr, p->c, floats);
  CASE(ceiling, "triad", DS_CEILING_TRIAD, p->a, p->b, p->c, floats);
  CASE(ceiling, "rows", DS_CEILING_ROWS, p->a, nullptr, p->c, floats / 16);
  CASE(ceiling, "multiply-add", DS_CEILING_FMA, p->a, p->b, p->c, floats * 16);
  CASE(ceiling, "fork", DS_CEILING_FORK, nullptr, nullptr, p->c, 64);
  const auto square = lazy<Arrays>(side * side);
  CASE(matmul, std::to_string(side) + " x " + std::to_string(side) + " x " + std::to_string(side), 0, 0, side, side, side, square->a, side, square->b, side, 0,
       square->c, side);
}

} // namespace bench
