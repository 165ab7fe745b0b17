#include "embedding.h"

using namespace check;

static int forward(ds_stream s, Embedding &e, F32 &bias, F32 &out) {
  return backend->linear_forward(s, e.tables, e.base, e.rows, e.ids, bias, out, e.batch, e.fields);
}

TEST(linear_equals_reference) {
  Random random(20);
  for (int32_t fields : {0, 1, 2, 39})
    for (int64_t batch : {0, 1, 3, 255, 256, 1000}) {
      std::vector<int64_t> rows;
      for (int32_t f = 0; f < fields; f++) rows.push_back(1 + f * f * 7);
      Embedding e(random, batch, rows, std::vector<int32_t>((size_t)fields, 1));
      F32 bias(std::vector<float>{0.25f});
      std::vector<double> expected((size_t)batch, 0.25);
      for (int64_t b = 0; b < batch; b++)
        for (int32_t f = 0; f < fields; f++) expected[(size_t)b] += e.tables[e.base[f] + e.ids[b * fields + f]];
      F32 first(batch);
      REQUIRE_STATUS(DS_OK, forward(nullptr, e, bias, first));
      REQUIRE_NEAR(first, expected, 1e-6);
      for_each_pool([&](ds_stream s) {
        F32 out(batch);
        REQUIRE_STATUS(DS_OK, forward(s, e, bias, out));
        REQUIRE(out == first);
      });
    }
}

TEST(linear_reads_row_zero_for_ids_outside_the_table) {
  Random random(21);
  for (int32_t bad : {-1, 9, INT32_MAX, INT32_MIN}) {
    Embedding e(random, 600, {7, 9}, std::vector<int32_t>{1, 1});
    F32 bias(1), out(e.batch), expected(e.batch);
    e.ids[2 * 500 + 1] = 0;
    REQUIRE_STATUS(DS_OK, forward(nullptr, e, bias, expected));
    e.ids[2 * 500 + 1] = bad;
    REQUIRE_STATUS(DS_OUT_OF_RANGE, forward(nullptr, e, bias, out));
    REQUIRE(out == expected);
  }
}
