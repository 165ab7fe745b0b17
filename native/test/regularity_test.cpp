#include "gram.h"

using namespace check;

namespace {

/* Penalty of field f alone for tables in float64, through the kernel; its matrix is written. */
double penalty_of(int32_t f, const Tables &t, const std::vector<double> &x, const F32 *mask, const F32 &scale, int form, F32 &matrix) {
  F64 g(grams(t, x.data(), 0)), penalty(t.fields);
  REQUIRE_STATUS(DS_OK, backend->regularity(nullptr, g, t.square_base.data() + f, t.width.data() + f, t.column.data() + f, mask ? mask->data() : nullptr,
                                            scale.data() + f, form, matrix, penalty.data() + f, 1));
  return penalty[f];
}

void check_gradient(int form, bool masked) {
  Random random((uint64_t)form * 2 + masked);
  Tables t({40, 9, 2, 1, 30}, {6, 5, 3, 1, 17});
  std::vector<double> x((size_t)t.floats);
  for (double &v : x) v = 0.3 * random.signed_uniform();
  if (form == DS_SPECTRAL) // power iterations converge where one direction leads
    for (size_t i = 0; i < x.size(); i++) x[i] += 0.7;
  for (int64_t r = 0; r < t.rows[1]; r++) x[(size_t)(t.base[1] + r * t.width[1] + 2)] = 0; // a column of norm zero
  F32 mask(t.columns), scale(t.fields), matrix(t.squares), unused(t.squares);
  for (int64_t c = 0; c < t.columns; c++) mask[c] = random.below(4) ? 1.0f : 0.0f;
  for (int32_t f = 0; f < t.fields; f++) scale[f] = 0.5f + (float)f;
  const F32 *h = masked ? &mask : nullptr;
  for (int32_t f = 0; f < t.fields; f++) {
    penalty_of(f, t, x, h, scale, form, matrix);
    const int64_t d = t.width[f];
    for (int64_t r = 0; r < t.rows[f]; r += 3)
      for (int64_t j = 0; j < d; j++) {
        const size_t row = (size_t)(t.base[f] + r * d), at = row + (size_t)j;
        if (f == 1 && j == 2) { // dropped: no gradient; a step would bring it back
          for (int64_t k = 0; k < d; k++) REQUIRE(matrix[t.square_base[f] + k * d + j] == 0 && matrix[t.square_base[f] + j * d + k] == 0);
          continue;
        }
        double expected = 0, size = 1; // size: of the terms, which M holds in float
        for (int64_t k = 0; k < d; k++) {
          const double term = x[row + (size_t)k] * matrix[t.square_base[f] + k * d + j];
          expected += term;
          size += std::fabs(term);
        }
        const double step = 1e-6, old = x[at];
        x[at] = old + step;
        const double above = penalty_of(f, t, x, h, scale, form, unused);
        x[at] = old - step;
        const double below = penalty_of(f, t, x, h, scale, form, unused);
        x[at] = old;
        REQUIRE(std::fabs((above - below) / (2 * step) - expected) <= 2e-6 * size);
      }
  }
}

} // namespace

TEST(regularity_gradients_equal_finite_differences) {
  for (int form : {DS_SO, DS_SO_NORMALIZED, DS_COHERENCE, DS_SPECTRAL})
    for (bool masked : {false, true}) check_gradient(form, masked);
}

TEST(regularity_of_known_matrices) {
  // columns (1,0), (1,1): G = [1 1; 1 2], cosine 1/√2, eigenvalues of G - I: (1 ± √5)/2
  Tables t({2}, {2});
  const std::vector<double> x{1, 1, 0, 1};
  F32 scale(std::vector<float>{1}), matrix(4);
  REQUIRE(std::fabs(penalty_of(0, t, x, nullptr, scale, DS_SO, matrix) - 3) < 1e-12);
  REQUIRE(std::fabs(penalty_of(0, t, x, nullptr, scale, DS_SO_NORMALIZED, matrix) - 1) < 1e-12);
  REQUIRE(std::fabs(penalty_of(0, t, x, nullptr, scale, DS_COHERENCE, matrix) - std::sqrt(0.5)) < 1e-12);
  REQUIRE(std::fabs(penalty_of(0, t, x, nullptr, scale, DS_SPECTRAL, matrix) - std::pow((1 + std::sqrt(5)) / 2, 2)) < 1e-12);
  F32 none(2);
  for (int form = DS_SO; form <= DS_SPECTRAL; form++) {
    REQUIRE(penalty_of(0, t, x, &none, scale, form, matrix) == 0);
    REQUIRE(matrix == F32(4));
  }
}

TEST(regularity_does_not_depend_on_threads) {
  Tables t({50, 60, 70, 80}, {16, 1, 33, 7});
  Random random(5);
  F32 x(t.floats), scale(std::vector<float>{1, 2, 3, 4});
  random.fill(x);
  F64 g = gram_of(nullptr, t, x, 0);
  for (int form = DS_SO; form <= DS_SPECTRAL; form++) {
    F32 expected(t.squares);
    F64 total(t.fields);
    REQUIRE_STATUS(DS_OK, backend->regularity(nullptr, g, t.square_base, t.width, t.column, nullptr, scale, form, expected, total, t.fields));
    for_each_pool([&](ds_stream s) {
      F32 matrix(t.squares);
      F64 penalty(t.fields);
      REQUIRE_STATUS(DS_OK, backend->regularity(s, g, t.square_base, t.width, t.column, nullptr, scale, form, matrix, penalty, t.fields));
      REQUIRE(matrix == expected && penalty == total);
    });
  }
}

/* Sums have an order of their own on CUDA. */
TEST(regularity_of_wide_fields_equals_the_baseline) {
  Tables t({90, 200, 3, 150, 260}, {64, 65, 1, 4, 130});
  Random random(6);
  F32 x(t.floats), mask(t.columns), scale(std::vector<float>{1, 2, 3, 4, 5});
  random.fill(x);
  for (int64_t i = 0; i < x.size(); i++) x[i] += 0.2f;
  for (int64_t c = 0; c < t.columns; c++) mask[c] = random.below(4) ? 1.0f : 0.0f;
  F64 g = gram_of(nullptr, t, x, 0);
  for (int form = DS_SO; form <= DS_SPECTRAL; form++)
    for (const float *h : {(const float *)nullptr, (const float *)mask.data()}) {
      F32 matrix(t.squares), same(t.squares);
      F64 penalty(t.fields), total(t.fields);
      random.fill(matrix); // overwritten
      REQUIRE_STATUS(DS_OK, backend->regularity(nullptr, g, t.square_base, t.width, t.column, h, scale, form, matrix, penalty, t.fields));
      REQUIRE_STATUS(DS_OK, baseline->regularity(nullptr, g, t.square_base, t.width, t.column, h, scale, form, same, total, t.fields));
      REQUIRE_NEAR(matrix, std::vector<double>(same.data(), same.data() + t.squares), 1e-6);
      for (int32_t f = 0; f < t.fields; f++) REQUIRE(std::fabs(penalty[f] - total[f]) <= 1e-10 * std::fabs(total[f]));
    }
}

TEST(regularity_refuses_unknown_forms) {
  Tables t({4}, {2});
  F64 g(4), penalty(1);
  F32 scale(1), matrix(4);
  for (int form : {-1, 4})
    REQUIRE_STATUS(DS_INVALID, backend->regularity(nullptr, g, t.square_base, t.width, t.column, nullptr, scale, form, matrix, penalty, 1));
  t.width[0] = 1025;
  for (int form = DS_SO; form <= DS_SPECTRAL; form++)
    REQUIRE_STATUS(DS_INVALID, backend->regularity(nullptr, g, t.square_base, t.width, t.column, nullptr, scale, form, matrix, penalty, 1));
}
