#include "embedding.h"

using namespace check;

namespace {

struct Problem {
  Embedding e;
  Groups g;
  F32 grad, regularity, hyper;
  I64 row_mask, row_base;
  bool masked, row_masked, regular, sign;
  int rule;
  bool wants_mask_grad = true, wants_gram = true;
};

struct Result {
  F32 tables, s1, s2, mask_grad;
  F64 gram;
};

Result run(ds_stream s, Problem &p, int steps) {
  Result r{F32(p.e.tables), F32(p.e.floats), F32(p.e.floats), F32(p.e.columns), F64(p.e.squares)};
  const int64_t units = (p.e.batch + DS_GROUP_CHUNK - 1) / DS_GROUP_CHUNK;
  F32 workspace(units * (p.e.columns + p.e.squares));
  for (int t = 0; t < steps; t++)
    REQUIRE_STATUS(DS_OK, backend->embedding_backward(
                              s, p.grad, p.e.columns, nullptr, p.g.order, p.g.starts, p.g.unique, p.g.counts, p.e.base, p.e.width, p.e.column,
                              p.masked ? p.e.mask.data() : nullptr, p.row_masked ? p.row_mask.data() : nullptr, p.row_base,
                              p.regular ? p.regularity.data() : nullptr, p.e.square_base, r.tables, r.s1, r.s2,
                              p.wants_mask_grad ? r.mask_grad.data() : nullptr, p.sign, p.wants_gram ? r.gram.data() : nullptr,
                              p.wants_mask_grad || p.wants_gram ? workspace.data() : nullptr, p.rule, p.hyper, p.e.batch, p.e.fields, p.e.columns));
  return r;
}

/* The same in float64, row by row; only rows that occur. */
void reference(const Problem &p, int steps, std::vector<double> &x, std::vector<double> &mask_grad, std::vector<double> &gram) {
  const Embedding &e = p.e;
  x.assign(e.tables.data(), e.tables.data() + e.floats);
  std::vector<double> m((size_t)e.floats), v((size_t)e.floats);
  auto outer = [&](std::vector<double> &total) {
    total.assign((size_t)e.squares, 0);
    if (!p.wants_gram) return;
    for (int32_t f = 0; f < e.fields; f++)
      for (int64_t r = 0; r < e.rows[f]; r++)
        for (int32_t i = 0; i < e.width[f]; i++)
          for (int32_t j = 0; j < e.width[f]; j++)
            total[(size_t)(e.square_base[f] + i * e.width[f] + j)] += x[(size_t)(e.base[f] + r * e.width[f] + i)] * x[(size_t)(e.base[f] + r * e.width[f] + j)];
  };
  std::vector<double> before;
  outer(before);
  for (int t = 0; t < steps; t++) {
    mask_grad.assign((size_t)e.columns, 0);
    std::vector<double> g((size_t)e.floats);
    std::vector<char> hit((size_t)e.floats);
    for (int64_t b = 0; b < e.batch; b++)
      for (int32_t f = 0; f < e.fields; f++)
        for (int32_t j = 0; j < e.width[f]; j++) {
          const size_t at = (size_t)(e.base[f] + (int64_t)e.ids[b * e.fields + f] * e.width[f] + j);
          const double d = p.grad[b * e.columns + e.column[f] + j];
          g[at] += d;
          hit[at] = 1;
          mask_grad[(size_t)(e.column[f] + j)] += d * (p.sign ? (x[at] > 0) - (x[at] < 0) : x[at]);
        }
    const std::vector<double> old = x;
    for (int32_t f = 0; f < e.fields; f++)
      for (int64_t r = 0; r < e.rows[f]; r++)
        for (int32_t j = 0; j < e.width[f]; j++) {
          const size_t row = (size_t)(e.base[f] + r * e.width[f]), at = row + (size_t)j;
          if (!hit[at] || (p.masked && e.mask[e.column[f] + j] == 0)) continue;
          if (p.row_masked && !((uint64_t)p.row_mask[p.row_base[f] + r] >> j & 1)) continue;
          double d = g[at];
          if (p.regular)
            for (int32_t k = 0; k < e.width[f]; k++) d += old[row + (size_t)k] * p.regularity[e.square_base[f] + k * e.width[f] + j];
          d += (double)p.hyper[4] * old[at];
          if (p.rule == DS_SGD) {
            x[at] -= (double)p.hyper[0] * d;
          } else if (p.rule == DS_ADAGRAD) {
            m[at] += d * d;
            x[at] -= (double)p.hyper[0] * d / (std::sqrt(m[at]) + (double)p.hyper[3]);
          } else {
            m[at] = (double)p.hyper[1] * m[at] + (1 - (double)p.hyper[1]) * d;
            v[at] = (double)p.hyper[2] * v[at] + (1 - (double)p.hyper[2]) * d * d;
            x[at] -= (double)p.hyper[0] * m[at] / (std::sqrt(v[at]) * (double)p.hyper[5] + (double)p.hyper[3]);
          }
        }
  }
  outer(gram);
  for (size_t i = 0; i < gram.size(); i++) gram[i] -= before[i];
}

Problem problem_of(Random &random, Embedding e, int rule, bool masked, bool row_masked, bool regular, bool sign) {
  Groups g(e);
  REQUIRE_STATUS(DS_OK, backend->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
  F32 grad(e.batch * e.columns), regularity(e.squares);
  random.fill(grad);
  random.fill(regularity, 0.1);
  for (int32_t f = 0; f < e.fields; f++) // as it is where columns are closed
    for (int32_t k = 1; k < e.width[f]; k += 3)
      for (int32_t j = 0; j < e.width[f]; j++) regularity[e.square_base[f] + k * e.width[f] + j] = 0;
  I64 row_base(e.fields + 1);
  for (int32_t f = 0; f < e.fields; f++) row_base[f + 1] = row_base[f] + e.rows[f];
  I64 row_mask(row_base[e.fields]);
  for (int64_t i = 0; i < row_mask.size(); i++) row_mask[i] = (int64_t)((uint64_t)random.below(1 << 30) << 34 ^ (uint64_t)random.below(1 << 30) << 17 ^ (uint64_t)random.below(1 << 30));
  const F32 hyper(std::vector<float>{0.05f, 0.9f, 0.99f, 1e-6f, 1e-2f, 1.5f, 0, 0});
  return {e, g, grad, regularity, hyper, row_mask, row_base, masked, row_masked, regular, sign, rule};
}

Problem problem(uint64_t seed, int64_t batch, int64_t d, int rule, bool masked, bool row_masked, bool regular, bool sign) {
  Random random(seed);
  return problem_of(random, Embedding(random, batch, {1, 9, 700, 40}, d), rule, masked, row_masked, regular, sign);
}

/* An epsilon that keeps Adagrad and Adam from making steps of the rounding errors of gradients near 0. */
void settle(Problem &p) { p.hyper[3] = 0.05f; }

/* Runs the problem; compares with the reference, and a stream's bits with those of none. What was not asked for stays 0. */
void check_against_reference(Problem &p, int steps) {
  std::vector<double> x, mask_grad, gram;
  reference(p, steps, x, mask_grad, gram);
  Result first = run(nullptr, p, steps);
  REQUIRE_NEAR(first.tables, x, 3e-5);
  if (!p.wants_mask_grad) mask_grad.assign(mask_grad.size(), 0);
  if (p.e.batch > 0) REQUIRE_NEAR(first.mask_grad, mask_grad, 3e-5);
  F32 gram32(p.e.squares);
  for (int64_t i = 0; i < p.e.squares; i++) gram32[i] = (float)first.gram[i];
  REQUIRE_NEAR(gram32, gram, 1e-4);
  for_each_pool([&](ds_stream s) {
    Result r = run(s, p, steps);
    REQUIRE(r.tables == first.tables && r.s1 == first.s1 && r.s2 == first.s2 && r.mask_grad == first.mask_grad && r.gram == first.gram);
  });
}

} // namespace

TEST(backward_equals_reference_and_does_not_depend_on_threads) {
  for (int64_t d : WIDTHS)
    for (int64_t batch : {0, 1, 2500})
      for (int variant = 0; variant < 8; variant++) {
        Problem p = problem((uint64_t)(d * 10 + variant), batch, d, variant % 3, variant & 1, variant > 3 && d <= 64, variant & 2, variant == 4);
        check_against_reference(p, 3);
      }
}

TEST(backward_without_gram_or_mask_gradient_equals_reference) {
  for (int64_t d : {1, 3, 4, 16, 17, 64, 65, 130})
    for (int64_t batch : {0, 1, 1100})
      for (int variant = 0; variant < 6; variant++) {
        Problem p = problem((uint64_t)(d * 10 + variant), batch, d, variant % 3, variant & 1, variant > 3 && d <= 64, variant == 5, variant == 2);
        settle(p);
        p.wants_mask_grad = variant & 2;
        p.wants_gram = false;
        check_against_reference(p, 2);
      }
}

TEST(backward_of_frequent_and_of_different_ids_equals_reference) {
  for (int64_t d : {1, 4, 16, 33})
    for (bool regular : {false, true}) {
      Random random((uint64_t)d);
      const int64_t batch = 5000;
      Embedding e(random, batch, {1, 2, 60, 5000}, std::vector<int32_t>(4, (int32_t)d));
      for (int64_t b = 0; b < batch; b++) {
        e.ids[b * 4 + 1] = b % 1000 == 7; // all but five alike
        e.ids[b * 4 + 3] = (int32_t)((b * 1237 + 5) % batch);
      }
      Problem p = problem_of(random, e, regular ? DS_ADAM : DS_ADAGRAD, false, false, regular, false);
      settle(p);
      p.wants_gram = regular && d <= 16;
      for (int64_t i = 0; i < p.grad.size(); i++) p.grad[i] *= 0.01f;
      check_against_reference(p, 1);
    }
}

TEST(backward_of_which_nothing_else_is_asked_gives_the_bits_of_one_that_also_sums_the_mask_gradient) {
  for (int32_t d : {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17})
    for (int64_t batch : {1, 17, 1100})
      for (int rule : {DS_SGD, DS_ADAGRAD, DS_ADAM}) {
        Random random((uint64_t)(100 * d + rule));
        Problem p = problem_of(random, Embedding(random, batch, {1, 16, 700, 5000}, std::vector<int32_t>(4, d)), rule, false, false, false, false);
        settle(p);
        p.wants_gram = false;
        const Result asked = run(nullptr, p, 2);
        p.wants_mask_grad = false;
        check_against_reference(p, 2);
        const Result plain = run(nullptr, p, 2);
        REQUIRE(plain.tables == asked.tables && plain.s1 == asked.s1 && plain.s2 == asked.s2);
      }
}

TEST(backward_of_unaligned_columns_equals_reference) {
  for (bool regular : {false, true}) {
    Random random(5);
    Problem p = problem_of(random, Embedding(random, 300, {9, 70, 3, 40, 20}, std::vector<int32_t>{3, 16, 5, 64, 4}), DS_ADAM, true, false, regular, true);
    settle(p);
    p.wants_gram = regular;
    check_against_reference(p, 2);
  }
}

TEST(backward_of_the_widest_rows_equals_reference) {
  for (bool regular : {false, true}) {
    Random random(6);
    Problem p = problem_of(random, Embedding(random, 40, {3, 9}, std::vector<int32_t>{1024, 7}), DS_ADAGRAD, true, false, regular, false);
    settle(p);
    p.wants_gram = regular;
    check_against_reference(p, 1);
  }
}

TEST(backward_refuses_widths_that_it_cannot_hold) {
  Problem p = problem(7, 4, 65, DS_SGD, false, false, false, false);
  const auto call = [&] {
    return backend->embedding_backward(nullptr, p.grad, p.e.columns, nullptr, p.g.order, p.g.starts, p.g.unique, p.g.counts, p.e.base, p.e.width, p.e.column, nullptr,
                                       p.row_masked ? p.row_mask.data() : nullptr, p.row_base, nullptr, nullptr, p.e.tables, nullptr, nullptr, nullptr, 0,
                                       nullptr, nullptr, DS_SGD, p.hyper, p.e.batch, p.e.fields, p.e.columns);
  };
  REQUIRE_STATUS(DS_OK, call());
  p.row_masked = true;
  REQUIRE_STATUS(DS_INVALID, call());
  p.row_masked = false;
  for (int32_t width : {-1, 1025}) {
    for (int32_t f = 0; f < p.e.fields; f++) p.e.width[f] = width;
    REQUIRE_STATUS(DS_INVALID, call());
  }
}

TEST(backward_with_an_open_mask_equals_no_mask) {
  Problem p = problem(9, 1500, 16, DS_ADAM, false, false, false, false);
  Result plain = run(nullptr, p, 3);
  p.masked = true;
  for (int64_t i = 0; i < p.e.mask.size(); i++) p.e.mask[i] = 1;
  Result open = run(nullptr, p, 3);
  REQUIRE(plain.tables == open.tables && plain.s1 == open.s1 && plain.s2 == open.s2);
}

TEST(backward_of_a_first_order_table_reads_the_logit_gradient) {
  Random random(10);
  Embedding e(random, 500, {5, 300}, std::vector<int32_t>{1, 1});
  Groups g(e);
  REQUIRE_STATUS(DS_OK, backend->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
  F32 dz(e.batch), hyper(std::vector<float>{1, 0, 0, 0, 0, 0, 0, 0}), tables(e.tables);
  I32 column(2);
  random.fill(dz);
  REQUIRE_STATUS(DS_OK, backend->embedding_backward(nullptr, dz, 1, nullptr, g.order, g.starts, g.unique, g.counts, e.base, e.width, column, nullptr, nullptr,
                                                    nullptr, nullptr, nullptr, tables, nullptr, nullptr, nullptr, 0, nullptr, nullptr, DS_SGD, hyper, e.batch, 2, 0));
  std::vector<double> expected(e.tables.data(), e.tables.data() + e.floats);
  for (int64_t b = 0; b < e.batch; b++)
    for (int32_t f = 0; f < 2; f++) expected[(size_t)(e.base[f] + e.ids[b * 2 + f])] -= dz[b];
  REQUIRE_NEAR(tables, expected, 1e-5);
}

/* Zeros keep their sign too, where they are frozen and where a step of 0 leaves them; masks below one half are open as any above 0. */
TEST(backward_leaves_frozen_entries_bit_for_bit) {
  for (int64_t d : {1, 4, 17, 64})
    for (int rule : {DS_SGD, DS_ADAGRAD, DS_ADAM})
      for (int masks : {1, 2, 3}) {
        Random random((uint64_t)d);
        Problem p = problem_of(random, Embedding(random, 20, {9, 70}, d), rule, masks & 1, masks & 2, false, false);
        for (int64_t c = 0; c < p.e.columns; c++) p.e.mask[c] = c % 3 == 0 ? 0.0f : c % 3 == 1 ? 0.25f : 1.0f;
        F32 before(p.e.floats), m(p.e.floats), v(p.e.floats);
        const float special[] = {-0.0f, 0.0f, 1e-45f, -0.5f};
        for (int64_t i = 0; i < p.e.floats; i++) {
          before[i] = special[random.below(4)];
          m[i] = rule == DS_ADAM ? special[random.below(4)] : std::fabs(special[random.below(4)]);
          v[i] = std::fabs(special[random.below(4)]);
        }
        for (int64_t i = 0; i < p.grad.size(); i++)
          if (random.below(2)) p.grad[i] = 0;
        const auto step = [&](const ds_backend *t, F32 &x, F32 &s1, F32 &s2) {
          REQUIRE_STATUS(DS_OK, t->embedding_backward(nullptr, p.grad, p.e.columns, nullptr, p.g.order, p.g.starts, p.g.unique, p.g.counts, p.e.base, p.e.width,
                                                      p.e.column, p.masked ? p.e.mask.data() : nullptr, p.row_masked ? p.row_mask.data() : nullptr,
                                                      p.row_base, nullptr, nullptr, x, s1, s2, nullptr, 0, nullptr, nullptr, rule, p.hyper, p.e.batch,
                                                      p.e.fields, p.e.columns));
        };
        F32 x(before), s1(m), s2(v), x0(before), m0(m), v0(v);
        step(backend, x, s1, s2);
        int64_t moved = 0;
        for (int32_t f = 0; f < p.e.fields; f++)
          for (int64_t r = 0; r < p.e.rows[f]; r++)
            for (int32_t j = 0; j < p.e.width[f]; j++) {
              const int64_t i = p.e.base[f] + r * p.e.width[f] + j;
              const bool same = std::memcmp(&x[i], &before[i], 4) == 0 && std::memcmp(&s1[i], &m[i], 4) == 0 && std::memcmp(&s2[i], &v[i], 4) == 0;
              const bool frozen = (p.masked && p.e.mask[p.e.column[f] + j] == 0) || (p.row_masked && !((uint64_t)p.row_mask[p.row_base[f] + r] >> j & 1));
              REQUIRE(same || !frozen);
              moved += !same;
            }
        REQUIRE(moved > 0 || p.e.columns < 4);
        step(baseline, x0, m0, v0);
        REQUIRE(x == x0 && s1 == m0 && s2 == v0);
      }
}
