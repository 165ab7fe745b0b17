#include "embedding.h"

using namespace check;

namespace {

/* Tables of one width with masks of columns and of rows; ids grouped. */
struct Problem {
  Embedding e;
  Groups g;
  I64 row_mask, row_base;
  bool masked, row_masked;
  int64_t dim;

  Problem(uint64_t seed, int64_t batch, int64_t d, bool with_mask, bool with_row_mask) : Problem(Random(seed), batch, d, with_mask, with_row_mask) {}
  Problem(Random random, int64_t batch, int64_t d, bool with_mask, bool with_row_mask)
      : e(random, batch, {1, 9, 700, 40}, std::vector<int32_t>(4, (int32_t)d)), g(e), row_mask(750), row_base(std::vector<int64_t>{0, 1, 10, 710, 750}),
        masked(with_mask), row_masked(with_row_mask), dim(d) {
    for (int64_t i = 0; i < row_mask.size(); i++) row_mask[i] = (int64_t)random.bits();
    REQUIRE_STATUS(DS_OK, backend->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
  }
  const float *mask() const { return masked ? e.mask.data() : nullptr; }
  const int64_t *rows_kept() const { return row_masked ? row_mask.data() : nullptr; }
};

struct Sums {
  F32 s, out;
};

Sums fm_gather(ds_stream stream, Problem &p) {
  Sums r{F32(p.e.batch * p.dim), F32(p.e.batch)};
  REQUIRE_STATUS(DS_OK, backend->fm_gather(stream, p.e.tables, p.e.base, p.e.rows, p.e.ids, p.mask(), p.rows_kept(), p.row_base, r.s, r.out, p.e.batch,
                                           p.e.fields, p.dim));
  return r;
}

/* The batch matrix. */
F32 gathered(Problem &p) {
  F32 matrix(p.e.batch * p.e.columns);
  REQUIRE_STATUS(DS_OK, backend->embedding_gather(nullptr, p.e.tables, p.e.base, p.e.width, p.e.column, p.e.rows, p.e.ids, p.mask(), p.rows_kept(), p.row_base,
                                                  matrix, p.e.batch, p.e.fields, p.e.columns));
  return matrix;
}

} // namespace

TEST(fm_gather_gives_the_bits_of_gather_and_fm) {
  for (int64_t d : WIDTHS)
    for (int64_t batch : {0, 1, 300})
      for (int masks = 0; masks < (d <= 64 ? 4 : 2); masks++) {
        Problem p((uint64_t)(d * 4 + masks), batch, d, masks & 1, masks & 2);
        const F32 matrix = gathered(p);
        Sums expected{F32(batch * d), F32(batch)};
        REQUIRE_STATUS(DS_OK, backend->fm_forward(nullptr, matrix.data(), nullptr, expected.s, expected.out, batch, p.e.columns, d));
        for_each_pool([&](ds_stream stream) {
          const Sums r = fm_gather(stream, p);
          REQUIRE(r.s == expected.s && r.out == expected.out);
        });
      }
}

TEST(fm_gather_equals_the_sum_over_pairs_of_fields) {
  for (int64_t d : {1, 16, 33}) {
    Problem p((uint64_t)d, 200, d, true, false);
    const Sums r = fm_gather(nullptr, p);
    for (int64_t b = 0; b < p.e.batch; b++) {
      double pairs = 0;
      const auto entry = [&](int32_t f, int64_t j) {
        return (double)p.e.tables[p.e.base[f] + p.e.ids[b * p.e.fields + f] * d + j] * (double)p.e.mask[p.e.column[f] + j];
      };
      for (int32_t f = 0; f < p.e.fields; f++)
        for (int32_t k = f + 1; k < p.e.fields; k++)
          for (int64_t j = 0; j < d; j++) pairs += entry(f, j) * entry(k, j);
      REQUIRE(std::fabs(r.out[b] - pairs) <= 1e-6 * (double)p.e.columns);
    }
  }
}

TEST(backward_of_factors_gives_the_bits_of_the_gradients_they_make) {
  for (int64_t d : WIDTHS)
    for (int variant = 0; variant < 11; variant++) {
      const bool plain = variant >= 8, regular = !plain && variant & 4; // plain: nothing else is asked
      const int rule = variant % 3;
      Problem p((uint64_t)(d * 8 + variant), 2500, d, !plain && variant & 1, !plain && variant & 2 && d <= 64);
      const Embedding &e = p.e;
      Random random((uint64_t)variant);
      F32 dout(e.batch), regularity(e.squares), gradient(e.batch * e.columns);
      random.fill(dout, 0.1);
      random.fill(regularity, 0.1);
      const F32 matrix = gathered(p);
      const Sums sums = fm_gather(nullptr, p);
      if (d > 0)
        REQUIRE_STATUS(DS_OK, backend->fm_backward(nullptr, matrix.data(), nullptr, sums.s.data(), dout, gradient, 0, e.batch, e.columns, d));
      const F32 hyper(std::vector<float>{0.05f, 0.9f, 0.99f, 1e-6f, 1e-2f, 1.5f, 0, 0});
      struct Result {
        F32 tables, s1, s2, mask_grad;
        F64 gram;
      };
      const auto run = [&](ds_stream stream, const F32 &grad, int64_t stride, const float *factor) {
        Result r{F32(e.tables), F32(e.floats), F32(e.floats), F32(e.columns), F64(e.squares)};
        F32 workspace((e.batch + DS_GROUP_CHUNK - 1) / DS_GROUP_CHUNK * (e.columns + e.squares));
        REQUIRE_STATUS(DS_OK, backend->embedding_backward(
                                    stream, grad.data(), stride, factor, p.g.order, p.g.starts, p.g.unique, p.g.counts, e.base.data(), e.width.data(),
                                    e.column.data(), p.mask(), p.rows_kept(), p.row_base, regular ? regularity.data() : nullptr, e.square_base.data(), r.tables,
                                    r.s1, r.s2, plain ? nullptr : r.mask_grad.data(), variant & 1, regular ? r.gram.data() : nullptr, workspace, rule, hyper.data(), e.batch, e.fields,
                                    e.columns));
        return r;
      };
      const Result expected = run(nullptr, gradient, e.columns, nullptr);
      for_each_pool([&](ds_stream stream) {
        const Result r = run(stream, sums.s, d, dout);
        REQUIRE(r.tables == expected.tables && r.s1 == expected.s1 && r.s2 == expected.s2 && r.mask_grad == expected.mask_grad && r.gram == expected.gram);
      });
      REQUIRE(d == 0 || !(expected.tables == e.tables));
    }
}

/* Every array one float beside where vectors would like it; so few rows that a card adds up each group in one order, however wide its loads. */
TEST(fm_gather_and_factors_of_unaligned_arrays_give_the_same_bits) {
  for (int64_t d : {4, 16, 17}) {
    Problem p((uint64_t)d, 16, d, true, false);
    const Embedding &e = p.e;
    const Sums expected = fm_gather(nullptr, p);
    const auto beside = [](const F32 &x) {
      F32 moved(x.size() + 1);
      for (int64_t i = 0; i < x.size(); i++) moved[i + 1] = x[i];
      return moved;
    };
    F32 tables(beside(e.tables)), mask(beside(e.mask)), sums(e.batch * d + 1), out(e.batch + 1), factor(beside(expected.out));
    REQUIRE_STATUS(DS_OK, backend->fm_gather(nullptr, tables.data() + 1, p.e.base, p.e.rows, p.e.ids, mask.data() + 1, nullptr, nullptr, sums.data() + 1,
                                             out.data() + 1, e.batch, e.fields, d));
    REQUIRE(sums == beside(expected.s) && out == beside(expected.out));
    const F32 hyper(std::vector<float>{0.05f, 0.9f, 0.99f, 1e-6f, 1e-2f, 1.5f, 0, 0});
    F32 plain(e.tables), plain1(e.floats), plain2(e.floats), s1(e.floats + 1), s2(e.floats + 1);
    const auto update = [&](const float *grad, const float *factors, const float *columns, float *x, float *m, float *v) {
      REQUIRE_STATUS(DS_OK, backend->embedding_backward(nullptr, grad, d, factors, p.g.order, p.g.starts, p.g.unique, p.g.counts, p.e.base, p.e.width,
                                                        p.e.column, columns, nullptr, nullptr, nullptr, nullptr, x, m, v, nullptr, 0, nullptr, nullptr, DS_ADAM,
                                                        hyper.data(), e.batch, e.fields, e.columns));
    };
    update(expected.s.data(), expected.out.data(), e.mask.data(), plain, plain1, plain2);
    update(sums.data() + 1, factor.data() + 1, mask.data() + 1, tables.data() + 1, s1.data() + 1, s2.data() + 1);
    REQUIRE(tables == beside(plain) && s1 == beside(plain1) && s2 == beside(plain2));
  }
}

TEST(fm_gather_refuses_ids_outside_the_table_and_row_masks_of_wide_rows) {
  for (int32_t bad : {-1, 9, INT32_MAX, INT32_MIN}) {
    Problem p(7, 40, 16, false, false);
    p.e.ids[2 * 20 + 1] = p.e.ids[4 * 20 + 1] = bad;
    F32 sums(40 * 16), out(40);
    REQUIRE_STATUS(DS_OUT_OF_RANGE, backend->fm_gather(nullptr, p.e.tables, p.e.base, p.e.rows, p.e.ids, nullptr, nullptr, nullptr, sums, out, 40, 4, 16));
  }
  Problem p(8, 4, 65, false, true);
  F32 sums(4 * 65), out(4);
  REQUIRE_STATUS(DS_INVALID, backend->fm_gather(nullptr, p.e.tables, p.e.base, p.e.rows, p.e.ids, nullptr, p.row_mask, p.row_base, sums, out, 4, 4, 65));
  REQUIRE_STATUS(DS_INVALID, backend->fm_gather(nullptr, p.e.tables, p.e.base, p.e.rows, p.e.ids, nullptr, p.row_mask, nullptr, sums, out, 4, 4, 16));
}

TEST(backward_refuses_factors_of_sums_narrower_than_a_row) {
  Problem p(9, 30, 16, false, false);
  F32 sums(30 * 15), factor(30), hyper(8);
  REQUIRE_STATUS(DS_INVALID, backend->embedding_backward(nullptr, sums, 15, factor, p.g.order, p.g.starts, p.g.unique, p.g.counts, p.e.base, p.e.width,
                                                         p.e.column, nullptr, nullptr, nullptr, nullptr, nullptr, p.e.tables, nullptr, nullptr, nullptr, 0,
                                                         nullptr, nullptr, DS_SGD, hyper, 30, 4, p.e.columns));
}
