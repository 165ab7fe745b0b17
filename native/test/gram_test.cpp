#include "gram.h"

using namespace check;

namespace {

void require_close(const F64 &actual, const std::vector<double> &expected, double relative) {
  double scale = 1e-300;
  for (double e : expected) scale = std::fmax(scale, std::fabs(e));
  for (size_t i = 0; i < expected.size(); i++) REQUIRE(std::fabs(actual[(int64_t)i] - expected[i]) <= relative * scale);
}

} // namespace

TEST(gram_equals_reference_and_does_not_depend_on_threads) {
  std::vector<int64_t> widths(WIDTHS);
  for (int64_t d : {3, 4, 130}) widths.push_back(d);
  for (int64_t d : widths) {
    Random random((uint64_t)d);
    Tables t({0, 1, 255, 3000, 70001}, {(int32_t)d, (int32_t)d, (int32_t)(d / 2), (int32_t)d, 3});
    F32 x(t.floats);
    random.fill(x);
    const std::vector<double> wide(x.data(), x.data() + t.floats);
    const F64 first = gram_of(nullptr, t, x, 0);
    require_close(first, grams(t, wide.data(), 0), 1e-6);
    for_each_pool([&](ds_stream s) { REQUIRE(gram_of(s, t, x, 0) == first); });
  }
}

TEST(gram_of_a_batch_reads_its_columns) {
  Tables t({2500, 2500, 2500}, {16, 5, 33});
  Random random(3);
  F32 x(2500 * t.columns);
  random.fill(x);
  const std::vector<double> wide(x.data(), x.data() + x.size());
  const F64 first = gram_of(nullptr, t, x, t.columns);
  require_close(first, grams(t, wide.data(), t.columns), 1e-6);
  for_each_pool([&](ds_stream s) { REQUIRE(gram_of(s, t, x, t.columns) == first); });
}

TEST(gram_of_a_million_rows_keeps_six_digits) {
  Tables t({1000000}, {4});
  Random random(4);
  F32 x(t.floats);
  random.fill(x);
  for (int64_t i = 0; i < x.size(); i++) x[i] += 0.5f; // nothing cancels
  const std::vector<double> wide(x.data(), x.data() + t.floats);
  const std::vector<double> expected = grams(t, wide.data(), 0);
  const F64 g = gram_of(nullptr, t, x, 0);
  for (int64_t i = 0; i < 16; i++) REQUIRE(std::fabs(g[i] / expected[(size_t)i] - 1) < 1e-6);
}

TEST(gram_refuses_a_stride_below_the_width) {
  Tables t({4}, {16});
  F32 x(64), workspace(DS_GRAM_PARTS * 256);
  F64 g(256);
  REQUIRE_STATUS(DS_INVALID, backend->gram(nullptr, x, t.base, t.width, t.rows, 15, t.square_base, g, workspace, 1));
}
