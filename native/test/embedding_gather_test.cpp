#include "embedding.h"

using namespace check;

static int gather(ds_stream s, Embedding &e, bool masked, F32 &out, int64_t stride) {
  return backend->embedding_gather(s, e.tables, e.base, e.width, e.column, e.rows, e.ids, masked ? e.mask.data() : nullptr, out, e.batch, e.fields,
                                   stride);
}

TEST(gather_equals_reference) {
  Random random(1);
  for (int64_t d : WIDTHS)
    for (int64_t batch : {0, 1, 5, 300})
      for (bool masked : {false, true}) {
        Embedding e(random, batch, {1, 9, 1000, 40}, d);
        const int64_t stride = e.columns + 3;
        std::vector<float> expected((size_t)(batch * stride), 0.0f);
        for (int64_t b = 0; b < batch; b++)
          for (int32_t f = 0; f < e.fields; f++)
            for (int32_t j = 0; j < e.width[f]; j++) {
              const float x = e.tables[e.base[f] + (int64_t)e.ids[b * e.fields + f] * e.width[f] + j];
              expected[(size_t)(b * stride + e.column[f] + j)] = masked ? x * e.mask[e.column[f] + j] : x;
            }
        for_each_pool([&](ds_stream s) {
          F32 out(batch * stride);
          REQUIRE_STATUS(DS_OK, gather(s, e, masked, out, stride));
          REQUIRE(out == F32(expected));
        });
      }
}

TEST(gather_refuses_ids_outside_the_table) {
  Random random(2);
  for (int32_t bad : {-1, 9, INT32_MAX, INT32_MIN}) {
    Embedding e(random, 40, {7, 9}, 16);
    e.ids[2 * 20 + 1] = bad;
    F32 out(e.batch * e.columns);
    REQUIRE_STATUS(DS_OUT_OF_RANGE, gather(nullptr, e, false, out, e.columns));
  }
}
