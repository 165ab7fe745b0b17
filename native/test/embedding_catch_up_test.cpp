#include "embedding.h"

using namespace check;

namespace {

constexpr int STEPS = 300;
constexpr int64_t BATCH = 6;

struct State {
  F32 tables, s1, s2;
  bool operator==(const State &o) const { return tables == o.tables && s1 == o.s1 && s2 == o.s2; }
};

/* Hyper-parameters of every step: decaying rate, Adam's corrections. */
F32 history_of(int rule) {
  F32 h(8 * STEPS);
  for (int t = 1; t <= STEPS; t++) {
    const double rate = 0.05 / (1 + 0.01 * t), b1 = 0.9, b2 = 0.999;
    const double row[8] = {rule == DS_ADAM ? rate / (1 - std::pow(b1, t)) : rate, b1, b2, 1e-8, 1e-2, 1 / std::sqrt(1 - std::pow(b2, t)), 0, 0};
    for (int i = 0; i < 8; i++) h[8 * (t - 1) + i] = (float)row[i];
  }
  return h;
}

I64 row_bases(const Embedding &e) {
  I64 b(e.fields + 1);
  for (int32_t f = 0; f < e.fields; f++) b[f + 1] = b[f] + e.rows[f];
  return b;
}

/* The batches: ids and gradients of step t depend on t alone. */
void draw(const Embedding &e, int t, I32 &ids, F32 &grad) {
  Random random((uint64_t)t);
  for (int64_t i = 0; i < ids.size(); i++) {
    const double u = random.uniform();
    ids[i] = (int32_t)((double)e.rows[i % e.fields] * u * u * u);
  }
  random.fill(grad);
}

State dense(Embedding &e, int rule, const F32 &history) {
  State s{e.tables, F32(e.floats), F32(e.floats)};
  I32 ids(e.batch * e.fields);
  F32 grad(e.batch * e.columns);
  for (int t = 1; t <= STEPS; t++) {
    draw(e, t, ids, grad);
    F32 g(e.floats);
    for (int64_t b = 0; b < e.batch; b++)
      for (int32_t f = 0; f < e.fields; f++)
        for (int32_t j = 0; j < e.width[f]; j++)
          g[e.base[f] + (int64_t)ids[b * e.fields + f] * e.width[f] + j] += grad[b * e.columns + e.column[f] + j];
    REQUIRE_STATUS(DS_OK, backend->update_dense(nullptr, s.tables, g, s.s1, s.s2, rule, history.data() + 8 * (t - 1), e.floats));
  }
  return s;
}

State sparse(ds_stream stream, Embedding &e, int rule, const F32 &history) {
  State s{e.tables, F32(e.floats), F32(e.floats)};
  float *const s1 = rule == DS_SGD ? nullptr : s.s1.data(), *const s2 = rule == DS_ADAM ? s.s2.data() : nullptr;
  I64 row_base = row_bases(e);
  I32 ids(e.batch * e.fields), last(row_base[e.fields]);
  F32 grad(e.batch * e.columns);
  Groups g(e);
  for (int t = 1; t <= STEPS; t++) {
    draw(e, t, ids, grad);
    REQUIRE_STATUS(DS_OK, backend->embedding_group(stream, e.rows, ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
    REQUIRE_STATUS(DS_OK, backend->embedding_catch_up(stream, g.unique, g.counts, e.base, e.width, row_base, s.tables, s1, s2, last, rule, history.data(), t,
                                                      e.batch, e.fields));
    REQUIRE_STATUS(DS_OK, backend->embedding_backward(stream, grad, e.columns, nullptr, g.order, g.starts, g.unique, g.counts, e.base, e.width, e.column, nullptr,
                                                      nullptr, nullptr, nullptr, nullptr, s.tables, s1, s2, nullptr, 0, nullptr, nullptr, rule,
                                                      history.data() + 8 * (t - 1), e.batch, e.fields, e.columns));
    REQUIRE_STATUS(DS_OK, backend->embedding_mark(stream, g.unique, g.counts, row_base, last, t, e.batch, e.fields));
  }
  REQUIRE_STATUS(DS_OK, backend->embedding_catch_up(stream, nullptr, nullptr, e.base, e.width, row_base, s.tables, s1, s2, last, rule, history.data(),
                                                    STEPS + 1, e.batch, e.fields));
  for (int64_t i = 0; i < last.size(); i++) REQUIRE(last[i] == STEPS);
  return s;
}

} // namespace

TEST(catch_up_makes_sparse_training_equal_dense_bit_for_bit) {
  for (int rule : {DS_SGD, DS_ADAGRAD, DS_ADAM})
    for (int64_t d : {1, 5, 16, 33}) {
      Random random((uint64_t)d);
      Embedding e(random, BATCH, {1, 9, 150, 40}, d);
      const F32 history = history_of(rule);
      const State expected = dense(e, rule, history);
      REQUIRE(!(expected.tables == e.tables));
      REQUIRE(sparse(nullptr, e, rule, history) == expected);
      if (d == 16) for_each_pool([&](ds_stream s) { REQUIRE(sparse(s, e, rule, history) == expected); });
    }
}

TEST(catch_up_of_unequal_widths_equals_dense_bit_for_bit) {
  Random random(2);
  Embedding e(random, BATCH, {2, 5, 30}, std::vector<int32_t>{3, 16, 4});
  const F32 history = history_of(DS_ADAM);
  REQUIRE(sparse(nullptr, e, DS_ADAM, history) == dense(e, DS_ADAM, history));
}

TEST(catch_up_of_rows_up_to_date_changes_nothing) {
  Random random(1);
  Embedding e(random, BATCH, {3, 20}, 16);
  I64 row_base = row_bases(e);
  I32 last(std::vector<int32_t>(23, 7));
  F32 tables(e.tables), s1(e.floats), s2(e.floats), history = history_of(DS_ADAM);
  for (int64_t step : {int64_t(0), int64_t(1), int64_t(7), int64_t(8)})
    REQUIRE_STATUS(DS_OK, backend->embedding_catch_up(nullptr, nullptr, nullptr, e.base, e.width, row_base, tables, s1, s2, last, DS_ADAM, history, step, 0, 2));
  REQUIRE(tables == e.tables && last == I32(std::vector<int32_t>(23, 7)));
}

TEST(catch_up_refuses_what_it_cannot_replay) {
  Random random(1);
  Embedding e(random, BATCH, {3, 20}, 16);
  I64 row_base = row_bases(e);
  I32 last(23), unique(2 * BATCH), counts(std::vector<int32_t>{(int32_t)BATCH + 1, 0});
  F32 tables(e.tables), s1(e.floats), history = history_of(DS_SGD);
  REQUIRE_STATUS(DS_INVALID, backend->embedding_catch_up(nullptr, nullptr, nullptr, e.base, e.width, row_base, tables, s1, nullptr, last, DS_ADAM, history, 5, 0, 2));
  REQUIRE_STATUS(DS_INVALID, backend->embedding_catch_up(nullptr, unique, counts, e.base, e.width, row_base, tables, s1, nullptr, last, DS_SGD, history, 5, BATCH, 2));
  REQUIRE_STATUS(DS_INVALID, backend->embedding_mark(nullptr, unique, counts, row_base, last, 5, BATCH, 2));
  REQUIRE_STATUS(DS_INVALID, backend->embedding_mark(nullptr, unique, counts, row_base, last, int64_t(1) << 31, BATCH, 2));
  e.width[0] = -1;
  REQUIRE_STATUS(DS_INVALID, backend->embedding_catch_up(nullptr, nullptr, nullptr, e.base, e.width, row_base, tables, s1, nullptr, last, DS_SGD, history, 0, 0, 2));
  e.width[0] = 16;
  REQUIRE(tables == e.tables);
  last[4] = -1;
  REQUIRE_STATUS(DS_OUT_OF_RANGE,
                 backend->embedding_catch_up(nullptr, nullptr, nullptr, e.base, e.width, row_base, tables, nullptr, nullptr, last, DS_SGD, history, 5, 0, 2));
  REQUIRE(last[3] == 4 && last[4] == -1 && last[5] == 4);
}
