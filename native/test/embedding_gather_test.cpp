#include "embedding.h"

using namespace check;

static int gather(ds_stream s, Embedding &e, bool masked, F32 &out, int64_t stride) {
  return backend->embedding_gather(s, e.tables, e.base, e.width, e.column, e.rows, e.ids, masked ? e.mask.data() : nullptr,
                                   nullptr, nullptr, out, e.batch, e.fields, stride);
}

/* Compares with a plain loop, on all pools. */
static void check_gather(Embedding &e, bool masked, int64_t stride) {
  std::vector<float> expected((size_t)(e.batch * stride), 0.0f);
  for (int64_t b = 0; b < e.batch; b++)
    for (int32_t f = 0; f < e.fields; f++)
      for (int32_t j = 0; j < e.width[f]; j++) {
        const float x = e.tables[e.base[f] + (int64_t)e.ids[b * e.fields + f] * e.width[f] + j];
        expected[(size_t)(b * stride + e.column[f] + j)] = masked ? x * e.mask[e.column[f] + j] : x;
      }
  for_each_pool([&](ds_stream s) {
    F32 out(e.batch * stride);
    REQUIRE_STATUS(DS_OK, gather(s, e, masked, out, stride));
    REQUIRE(out == F32(expected));
  });
}

TEST(gather_equals_reference) {
  Random random(1);
  for (int64_t d : WIDTHS)
    for (int64_t batch : {0, 1, 5, 300})
      for (bool masked : {false, true}) {
        Embedding e(random, batch, {1, 9, 1000, 40}, d);
        check_gather(e, masked, e.columns + 3);
      }
}

/* More than 4 MiB, whole lines and others side by side. */
TEST(gather_of_a_large_batch_equals_reference) {
  Random random(4);
  for (bool masked : {false, true}) {
    Embedding whole(random, 10003, {9, 1000, 40, 7, 300}, std::vector<int32_t>{16, 16, 32, 16, 48});
    check_gather(whole, masked, whole.columns);
    check_gather(whole, masked, whole.columns + 1);
    Embedding mixed(random, 10003, {9, 1000, 40, 7, 300}, std::vector<int32_t>{16, 64, 5, 11, 32});
    check_gather(mixed, masked, mixed.columns);
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

TEST(gather_reads_zero_where_a_row_lacks_the_column) {
  Random random(3);
  for (int64_t d : {1, 7, 16, 33, 64}) {
    Embedding e(random, 200, {1, 9, 300}, d);
    I64 row_mask(310), row_base(std::vector<int64_t>{0, 1, 10, 310});
    for (int64_t i = 0; i < row_mask.size(); i++) row_mask[i] = (int64_t)(0x9E3779B97F4A7C15u * (uint64_t)(i + 1));
    F32 plain(e.batch * e.columns), masked(e.batch * e.columns);
    REQUIRE_STATUS(DS_OK, gather(nullptr, e, false, plain, e.columns));
    for_each_pool([&](ds_stream s) {
      REQUIRE_STATUS(DS_OK, backend->embedding_gather(s, e.tables, e.base, e.width, e.column, e.rows, e.ids, nullptr, row_mask, row_base, masked, e.batch,
                                                      e.fields, e.columns));
      for (int64_t b = 0; b < e.batch; b++)
        for (int32_t f = 0; f < e.fields; f++)
          for (int32_t j = 0; j < e.width[f]; j++) {
            const int64_t at = b * e.columns + e.column[f] + j;
            const bool kept = (uint64_t)row_mask[row_base[f] + e.ids[b * e.fields + f]] >> j & 1;
            REQUIRE(masked[at] == (kept ? plain[at] : 0.0f));
          }
    });
  }
  Embedding wide(random, 4, {9}, 65);
  I64 row_mask(9), row_base(2);
  F32 out(4 * 65);
  REQUIRE_STATUS(DS_INVALID, backend->embedding_gather(nullptr, wide.tables, wide.base, wide.width, wide.column, wide.rows, wide.ids, nullptr, row_mask,
                                                       row_base, out, 4, 1, 65));
}
