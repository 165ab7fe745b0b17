#include "threshold.h"

using namespace check;

namespace {

int apply(ds_stream s, const ds_backend *t, Thresholded &p, F32 &tables, I64 &kept) {
  return t->threshold_apply(s, p.e.tables, p.thresholds, p.granularity, p.e.base, p.e.width, p.e.column, p.e.rows, tables, kept, p.e.fields);
}

} // namespace

TEST(threshold_apply_equals_reference_and_the_bits_of_the_baseline) {
  for (int granularity = 0; granularity < GRANULARITIES; granularity++)
    for (const std::vector<int32_t> &widths : std::vector<std::vector<int32_t>>{{1, 1, 1, 1}, {17, 17, 17, 17}, {64, 64, 64, 64}, {3, 16, 8, 4}}) {
      if (granularity == DS_T_DIMENSION && widths[0] != widths[1]) continue;
      Thresholded p((uint64_t)granularity, 1, widths, granularity);
      std::vector<double> expected((size_t)p.e.floats);
      each_entry(p.e, [&](int32_t f, int64_t r, int32_t j, size_t i) {
        expected[i] = soft(p.e.tables[(int64_t)i], sigma(p.thresholds[place(p.e, granularity, f, r, j)]));
      });
      F32 same(p.e.floats);
      I64 same_kept(3 * p.e.fields);
      REQUIRE_STATUS(DS_OK, apply(nullptr, baseline, p, same, same_kept));
      for_each_pool([&](ds_stream s) {
        F32 tables(p.e.floats);
        I64 kept(3 * p.e.fields);
        for (int64_t i = 0; i < kept.size(); i++) kept[i] = -1; // overwritten
        REQUIRE_STATUS(DS_OK, apply(s, backend, p, tables, kept));
        REQUIRE_NEAR(tables, expected, 1e-6);
        REQUIRE(tables == same && kept == same_kept);
      });
    }
}

TEST(threshold_apply_gate_is_zero_far_below_and_never_falls) {
  const int64_t n = 64;
  F32 v(std::vector<float>((size_t)n, 2.0f)), s(n), table(n);
  I64 base(1), rows(std::vector<int64_t>{1}), kept(3);
  I32 width(std::vector<int32_t>{(int32_t)n}), column(1);
  float before = 2;
  for (double x = -200; x < 30; x += n * 1e-3) {
    for (int64_t i = 0; i < n; i++) s[i] = (float)(x + (double)i * 1e-3);
    REQUIRE_STATUS(DS_OK, backend->threshold_apply(nullptr, v, s, DS_T_FEATURE_DIMENSION, base, width, column, rows, table, kept, 1));
    for (int64_t i = 0; i < n; i++) {
      REQUIRE(table[i] <= before && table[i] >= 1 && (s[i] > -104 || table[i] == 2));
      before = table[i];
    }
  }
  // Values of the size of the gate tell it exactly: |V| > g is what keeps an entry.
  for (float x : {-150.0f, -104.5f}) {
    s[0] = x;
    v[0] = 1e-45f;
    REQUIRE_STATUS(DS_OK, backend->threshold_apply(nullptr, v, s, DS_T_GLOBAL, base, width, column, rows, table, kept, 1));
    REQUIRE(table[0] == v[0] && kept[0] == n);
  }
}

TEST(threshold_apply_refuses_what_it_cannot_do) {
  Thresholded p(3, 1, 16, DS_T_DIMENSION);
  F32 tables(p.e.floats);
  I64 kept(3 * p.e.fields);
  REQUIRE_STATUS(DS_OK, apply(nullptr, backend, p, tables, kept));
  for (int granularity : {-1, GRANULARITIES}) {
    p.granularity = granularity;
    REQUIRE_STATUS(DS_INVALID, apply(nullptr, backend, p, tables, kept));
  }
  for (int32_t width : {-1, 65, 15}) { // 15: fields of different widths
    p.granularity = width == 15 ? DS_T_DIMENSION : DS_T_GLOBAL;
    p.e.width[1] = width;
    REQUIRE_STATUS(DS_INVALID, apply(nullptr, backend, p, tables, kept));
  }
  p.e.width[1] = 16;
  p.granularity = DS_T_GLOBAL;
  p.e.rows[2] = -1;
  REQUIRE_STATUS(DS_INVALID, apply(nullptr, backend, p, tables, kept));
}
