#include "check.h"

using namespace check;

namespace {

double surrogate(int kind, double m, double slope) {
  const double sigmoid = 1 / (1 + std::exp(-m));
  switch (kind) {
  case DS_Q_CLIPPED: return std::fabs(m) <= 1;
  case DS_Q_SOFTPLUS: return sigmoid;
  case DS_Q_LEAKY: return m > 0 ? 1 : slope;
  case DS_Q_SIGMOID: return sigmoid * (1 - sigmoid);
  case DS_Q_LONG_TAILED: return std::fabs(m) <= 0.4 ? 2 - 4 * std::fabs(m) : std::fabs(m) <= 1 ? 0.4 : 0;
  default: return 1;
  }
}

} // namespace

TEST(mask_open_is_one_above_zero_only) {
  F32 m(std::vector<float>{0.5f, 0.0f, -0.0f, -1e-30f, 1e-30f, NAN}), mask(6);
  REQUIRE_STATUS(DS_OK, backend->mask_open(nullptr, m, mask, 6));
  REQUIRE(mask == F32(std::vector<float>{1, 0, 0, 0, 1, 0}));
}

TEST(mask_open_of_none_and_of_many) {
  Random random(22);
  for (int64_t n : {0, 1, 1000}) {
    F32 m(n), mask(n);
    random.fill(m);
    REQUIRE_STATUS(DS_OK, backend->mask_open(nullptr, m, mask, n));
    for (int64_t i = 0; i < n; i++) REQUIRE(mask[i] == (m[i] > 0 ? 1.0f : 0.0f));
  }
}

TEST(mask_surrogate_equals_reference) {
  Random random(21);
  for (int kind = DS_Q_IDENTITY; kind <= DS_Q_LONG_TAILED; kind++)
    for (int normalize : {0, 1})
      for (int64_t d : WIDTHS) {
        I32 width(std::vector<int32_t>{(int32_t)d, 3, (int32_t)d}), column(std::vector<int32_t>{0, (int32_t)d, (int32_t)d + 3});
        F32 m(2 * d + 3), g(2 * d + 3), cost(2 * d + 3), mu(std::vector<float>{0.3f}), dm(2 * d + 3);
        random.fill(m, 3);
        random.fill(g);
        random.fill(cost);
        for (int64_t c = d; c < d + 3; c++) g[c] = 0; // a field without gradient
        REQUIRE_STATUS(DS_OK, backend->mask_surrogate(nullptr, m, g, cost, mu, width, column, kind, 0.1f, normalize, dm, 3));
        std::vector<double> expected((size_t)(2 * d + 3));
        for (int32_t f = 0; f < 3; f++) {
          double mean = 0;
          for (int32_t j = 0; j < width[f]; j++) mean += std::fabs(g[column[f] + j]) / width[f];
          for (int32_t c = column[f]; c < column[f] + width[f]; c++)
            expected[(size_t)c] = (g[c] / (normalize && mean > 0 ? mean : 1) + 0.3 * cost[c]) * surrogate(kind, m[c], 0.1);
        }
        REQUIRE_NEAR(dm, expected, 1e-6);
        F32 same(dm.size());
        REQUIRE_STATUS(DS_OK, baseline->mask_surrogate(nullptr, m, g, cost, mu, width, column, kind, 0.1f, normalize, same, 3));
        REQUIRE(same == dm);
      }
}

TEST(mask_surrogate_is_finite_far_from_zero) {
  F32 m(std::vector<float>{-1e30f, -800, -90, 90, 800, 1e30f}), g(std::vector<float>(6, 1.0f)), cost(6), mu(1), dm(6);
  I32 width(std::vector<int32_t>{6}), column(1);
  for (int kind : {DS_Q_SOFTPLUS, DS_Q_SIGMOID}) {
    REQUIRE_STATUS(DS_OK, backend->mask_surrogate(nullptr, m, g, cost, mu, width, column, kind, 0, 0, dm, 1));
    for (int64_t i = 0; i < 6; i++) {
      REQUIRE(dm[i] >= 0 && dm[i] <= 1);
      REQUIRE(std::fabs(dm[i] - (kind == DS_Q_SOFTPLUS && i > 2 ? 1 : 0)) < 1e-30);
    }
  }
}

TEST(mask_refuses_unknown_surrogates) {
  F32 m(1), mu(1), dm(1);
  I32 width(1), column(1);
  for (int kind : {-1, DS_Q_LONG_TAILED + 1})
    REQUIRE_STATUS(DS_INVALID, backend->mask_surrogate(nullptr, m, m, m, mu, width, column, kind, 0, 0, dm, 1));
}
