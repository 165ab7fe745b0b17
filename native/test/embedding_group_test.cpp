#include <algorithm>

#include "embedding.h"

using namespace check;

static int group(ds_stream s, Embedding &e, Groups &g) {
  return backend->embedding_group(s, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields);
}

/* Groups the problem and compares with the standard library's sort. */
static void check_groups(Embedding &e) {
  const int64_t batch = e.batch;
  for_each_pool([&](ds_stream s) {
    Groups g(e);
    REQUIRE_STATUS(DS_OK, group(s, e, g));
    for (int32_t f = 0; f < e.fields; f++) {
      auto id = [&](int32_t b) { return e.ids[(int64_t)b * e.fields + f]; };
      std::vector<int32_t> expected((size_t)batch);
      for (int64_t b = 0; b < batch; b++) expected[(size_t)b] = (int32_t)b;
      std::stable_sort(expected.begin(), expected.end(), [&](int32_t x, int32_t y) { return id(x) < id(y); });
      REQUIRE(batch == 0 || std::memcmp(expected.data(), g.order.data() + f * batch, (size_t)batch * 4) == 0);
      const int32_t *start = g.starts.data() + f * (batch + 1), *unique = g.unique.data() + f * batch;
      REQUIRE(start[g.counts[f]] == batch && (batch == 0 || start[0] == 0));
      for (int32_t u = 0; u < g.counts[f]; u++) {
        REQUIRE(start[u] < start[u + 1] && (u == 0 || unique[u] > unique[u - 1]));
        for (int32_t i = start[u]; i < start[u + 1]; i++) REQUIRE(id(expected[(size_t)i]) == unique[u]);
      }
    }
  });
}

TEST(group_is_a_stable_sort_with_its_boundaries) {
  Random random(3);
  for (int64_t batch : {0, 1, 2, 32, 33, 1000, 5000}) {
    Embedding e(random, batch, {1, 3, 256, 257, 2048, 2049, 100000, 5000000, INT32_MAX}, 0);
    check_groups(e);
  }
}

TEST(group_of_large_batches_and_of_ids_all_alike_or_all_different) {
  Random random(5);
  for (int64_t batch : {129, 4097, 16384, 20000}) {
    Embedding e(random, batch, {70000, 70000, 70000}, 0);
    for (int64_t b = 0; b < batch; b++) {
      e.ids[b * 3] = 69999;
      e.ids[b * 3 + 1] = (int32_t)(69999 - b);
    }
    check_groups(e);
  }
}

TEST(group_refuses_ids_outside_the_table) {
  Random random(4);
  for (int32_t bad : {-1, 9, INT32_MIN, INT32_MAX}) {
    Embedding e(random, 40, {7, 9}, 0);
    e.ids[2 * 20 + 1] = bad;
    Groups g(e);
    REQUIRE_STATUS(DS_OUT_OF_RANGE, group(nullptr, e, g));
  }
}
