#include "embedding.h"

using namespace check;

namespace {

I32 random_classes(Random &random, const Embedding &e, const I32 &class_base, const I64 &row_base) {
  I32 class_of_row(row_base[e.fields]);
  for (int32_t f = 0; f < e.fields; f++)
    for (int64_t r = 0; r < e.rows[f]; r++)
      class_of_row[row_base[f] + r] = class_base[f] + (int32_t)random.below(class_base[f + 1] - class_base[f]);
  return class_of_row;
}

} // namespace

TEST(twin_mask_rows_writes_prefixes_of_the_batch_or_of_all) {
  Random random(8);
  Embedding e(random, 300, {1, 9, 70000, 40}, 16);
  Groups g(e);
  REQUIRE_STATUS(DS_OK, backend->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
  I32 class_base(std::vector<int32_t>{0, 1, 4, 70, 71}), k(71);
  I64 row_base(std::vector<int64_t>{0, 1, 10, 70010, 70050}), batch(70050), all(70050);
  const I32 class_of_row = random_classes(random, e, class_base, row_base);
  for (int32_t c = 0; c < 71; c++) k[c] = c < 65 ? c : 16;
  for_each_pool([&](ds_stream s) {
    for (int64_t r = 0; r < 70050; r++) batch[r] = all[r] = 1234567;
    REQUIRE_STATUS(DS_OK, backend->twin_mask_rows(s, k, I32(class_of_row), row_base, g.unique, g.counts, batch, e.batch, e.fields));
    REQUIRE_STATUS(DS_OK, backend->twin_mask_rows(s, k, I32(class_of_row), row_base, nullptr, nullptr, all, e.batch, e.fields));
    std::vector<char> hit(70050);
    for (int64_t i = 0; i < e.ids.size(); i++) hit[(size_t)(row_base[i % e.fields] + e.ids[i])] = 1;
    for (int64_t r = 0; r < 70050; r++) {
      uint64_t bits = 0;
      for (int32_t j = 0; j < k[class_of_row[r]]; j++) bits |= (uint64_t)1 << j;
      REQUIRE(all[r] == (int64_t)bits);
      REQUIRE(batch[r] == (hit[(size_t)r] ? (int64_t)bits : 1234567));
    }
  });
}

TEST(twin_mask_gradient_equals_reference_and_does_not_depend_on_threads) {
  for (int32_t d : {1, 3, 4, 7, 16, 17, 64})
    for (int64_t batch : {0, 1, 2500}) {
      Random random((uint64_t)d);
      Embedding e(random, batch, {1, 9, 700, 40}, std::vector<int32_t>{d, d, d, d});
      Groups g(e);
      REQUIRE_STATUS(DS_OK, backend->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
      I32 class_base(std::vector<int32_t>{0, 1, 4, 30, 31});
      I64 row_base(std::vector<int64_t>{0, 1, 10, 710, 750});
      I32 class_of_row = random_classes(random, e, class_base, row_base);
      F32 grad(batch * e.columns), dm(31 * d);
      random.fill(grad);
      std::vector<double> expected(31 * (size_t)d);
      for (int64_t i = 0; i < e.ids.size(); i++) {
        const int64_t b = i / e.fields, f = i % e.fields;
        for (int32_t j = 0; j < d; j++)
          expected[(size_t)(class_of_row[row_base[f] + e.ids[i]] * d + j)] +=
              (double)grad[b * e.columns + e.column[f] + j] * e.tables[e.base[f] + (int64_t)e.ids[i] * d + j];
      }
      F32 first(31 * d);
      for_each_pool([&](ds_stream s) {
        random.fill(dm); // overwritten
        REQUIRE_STATUS(DS_OK, backend->twin_mask_gradient(s, grad, e.columns, g.order, g.starts, g.unique, g.counts, e.base, e.column, e.tables,
                                                          class_of_row, row_base, class_base, dm, d, e.batch, e.fields));
        REQUIRE_NEAR(dm, expected, 3e-5);
        F32 same(31 * d);
        REQUIRE_STATUS(DS_OK, baseline->twin_mask_gradient(nullptr, grad, e.columns, g.order, g.starts, g.unique, g.counts, e.base, e.column, e.tables,
                                                           class_of_row, row_base, class_base, same, d, e.batch, e.fields));
        // On CUDA the sum over more than 256 positions has another order: those of the first field and of the second, classes 0 to 3.
        REQUIRE(std::memcmp(same.data() + (on_cuda ? 4 * d : 0), dm.data() + (on_cuda ? 4 * d : 0), sizeof(float) * (size_t)(on_cuda ? 26 * d : 31 * d)) == 0);
        if (!s) std::memcpy(first.data(), dm.data(), sizeof(float) * 31 * (size_t)d);
        REQUIRE(dm == first);
      });
    }
}

/* More groups than CUDA lists at a time, more of one class than it stages, columns that are no multiples of 16 bytes. */
TEST(twin_mask_gradient_of_many_values_in_few_classes) {
  for (int32_t d : {4, 64}) {
    Random random((uint64_t)d + 90);
    Embedding e(random, 3000, {20000, 3}, std::vector<int32_t>{d, d});
    Groups g(e);
    const int64_t stride = 2 * d + 3;
    REQUIRE_STATUS(DS_OK, backend->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
    I32 class_base(std::vector<int32_t>{0, 40, 42}), column(std::vector<int32_t>{d + 1, 0});
    I64 row_base(std::vector<int64_t>{0, 20000, 20003});
    I32 class_of_row = random_classes(random, e, class_base, row_base);
    for (int64_t r = 0; r < 20000; r++)
      if (random.below(4)) class_of_row[r] = 37;
    F32 grad(3000 * stride), dm(42 * d);
    random.fill(grad);
    std::vector<double> expected(42 * (size_t)d);
    for (int64_t i = 0; i < e.ids.size(); i++)
      for (int32_t j = 0; j < d; j++)
        expected[(size_t)(class_of_row[row_base[i % 2] + e.ids[i]] * d + j)] +=
            (double)grad[i / 2 * stride + column[i % 2] + j] * e.tables[e.base[i % 2] + (int64_t)e.ids[i] * d + j];
    REQUIRE_STATUS(DS_OK, backend->twin_mask_gradient(nullptr, grad, stride, g.order, g.starts, g.unique, g.counts, e.base, column, e.tables,
                                                      class_of_row, row_base, class_base, dm, d, e.batch, e.fields));
    REQUIRE_NEAR(dm, expected, 3e-5);
  }
}
