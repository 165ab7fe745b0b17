#include "threshold.h"

using namespace check;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
const std::vector<int64_t> SOME_WIDTHS = {17}; // a float64 reference over twenty steps costs a minute of every run otherwise
#else
const std::vector<int64_t> SOME_WIDTHS = {1, 3, 7, 16, 17, 33, 64};
#endif

const double LR = 0.01, SPEED = 3, B1 = 0.9, B2 = 0.99, EPS = 1e-3, L2 = 1e-2;

F32 hyper(int64_t t, double lr, double b2, double eps, double l2) {
  const double step = lr / (1 - std::pow(B1, (double)t)), bias2 = 1 / std::sqrt(1 - std::pow(b2, (double)t));
  return F32(std::vector<float>{(float)step, (float)B1, (float)b2, (float)eps, (float)l2, (float)bias2, 0, 0});
}

struct Result {
  F32 values, s1, s2, thresholds, t1, t2, tables;
  I64 kept;
  explicit Result(const Thresholded &p)
      : values(p.e.tables), s1(p.e.floats), s2(p.e.floats), thresholds(p.thresholds), t1(p.thresholds.size()), t2(p.thresholds.size()),
        tables(p.e.floats), kept(3 * p.e.fields) {}
  bool operator==(const Result &o) const {
    return values == o.values && s1 == o.s1 && s2 == o.s2 && thresholds == o.thresholds && t1 == o.t1 && t2 == o.t2 && tables == o.tables &&
           kept == o.kept;
  }
};

Result run(ds_stream s, Thresholded &p, int steps) {
  Result r(p);
  F32 workspace(3 * p.e.columns);
  REQUIRE_STATUS(DS_OK, backend->threshold_apply(s, r.values, r.thresholds, p.granularity, p.e.base, p.e.width, p.e.column, p.e.rows, r.tables, r.kept,
                                                 p.e.fields));
  for (int t = 1; t <= steps; t++) {
    F32 h = hyper(t, LR, B2, EPS, L2), hs = hyper(t, LR * SPEED, B2, EPS, L2);
    REQUIRE_STATUS(DS_OK, backend->threshold_update(s, p.grad, p.e.columns, p.g.order, p.g.starts, p.g.unique, p.g.counts, p.e.base, p.e.width,
                                                    p.e.column, p.e.rows, r.values, r.s1, r.s2, h, r.thresholds, r.t1, r.t2, hs, p.granularity, r.tables,
                                                    r.kept, workspace, p.e.batch, p.e.fields, p.e.columns));
  }
  return r;
}

struct Adam {
  double m = 0, v = 0;
  void step(double &x, double g, int t, double lr) {
    g += L2 * x;
    m = B1 * m + (1 - B1) * g;
    v = B2 * v + (1 - B2) * g * g;
    x -= lr / (1 - std::pow(B1, t)) * m / (std::sqrt(v) / std::sqrt(1 - std::pow(B2, t)) + EPS);
  }
};

/* The data gradient of every entry, and the same steps in float64. */
std::vector<double> dense_gradient(const Thresholded &p) {
  std::vector<double> g((size_t)p.e.floats);
  for (int64_t b = 0; b < p.e.batch; b++)
    for (int32_t f = 0; f < p.e.fields; f++)
      for (int32_t j = 0; j < p.e.width[f]; j++)
        g[(size_t)(p.e.base[f] + (int64_t)p.e.ids[b * p.e.fields + f] * p.e.width[f] + j)] += p.grad[b * p.e.columns + p.e.column[f] + j];
  return g;
}

/* edge: entries that come so close to their gate that rounding decides on which side they are, and with a threshold of their own, its entries. */
void reference(const Thresholded &p, int steps, std::vector<double> &v, std::vector<double> &s, std::vector<double> &table, std::vector<char> &edge) {
  const std::vector<double> g = dense_gradient(p);
  v.assign(p.e.tables.data(), p.e.tables.data() + p.e.floats);
  s.assign(p.thresholds.data(), p.thresholds.data() + p.thresholds.size());
  table.assign(v.size(), 0);
  std::vector<Adam> of_v(v.size()), of_s(s.size());
  std::vector<char> used(s.size()), near_gate(s.size());
  edge.assign(v.size(), 0);
  const auto at = [&](int32_t f, int64_t r, int32_t j) { return (size_t)place(p.e, p.granularity, f, r, j); };
  for (int t = 1; t <= steps; t++) {
    std::vector<double> ds(s.size());
    each_entry(p.e, [&](int32_t f, int64_t r, int32_t j, size_t i) {
      const double gate = sigma(s[at(f, r, j)]), on = std::fabs(v[i]) > gate;
      ds[at(f, r, j)] -= on * (v[i] > 0 ? 1 : -1) * g[i] * gate * (1 - gate);
      of_v[i].step(v[i], on * g[i], t, LR);
      used[at(f, r, j)] = 1;
      if (std::fabs(std::fabs(v[i]) - gate) < 3e-6) near_gate[at(f, r, j)] = edge[i] = 1;
    });
    for (size_t i = 0; i < s.size(); i++)
      if (used[i]) of_s[i].step(s[i], ds[i], t, LR * SPEED);
  }
  const bool own = p.granularity == DS_T_FEATURE || p.granularity == DS_T_FEATURE_DIMENSION;
  each_entry(p.e, [&](int32_t f, int64_t r, int32_t j, size_t i) {
    table[i] = soft(v[i], sigma(s[at(f, r, j)]));
    edge[i] = edge[i] || (own && near_gate[at(f, r, j)]);
  });
}

void check_steps(Thresholded &p, int steps) {
  std::vector<double> v, s, table;
  std::vector<char> edge;
  reference(p, steps, v, s, table, edge);
  Result first = run(nullptr, p, steps);
  int64_t edges = 0;
  each_entry(p.e, [&](int32_t f, int64_t r, int32_t j, size_t i) {
    if (!edge[i]) return;
    edges++;
    v[i] = first.values[(int64_t)i];
    table[i] = first.tables[(int64_t)i];
    const int64_t t = place(p.e, p.granularity, f, r, j);
    s[(size_t)t] = first.thresholds[t];
  });
  REQUIRE(edges <= p.e.floats / 20);
  REQUIRE_NEAR(first.values, v, 2e-4);
  REQUIRE_NEAR(first.thresholds, s, 2e-4);
  REQUIRE_NEAR(first.tables, table, 2e-4);
  for_each_pool([&](ds_stream stream) { REQUIRE(run(stream, p, steps) == first); });
}

} // namespace

TEST(threshold_update_equals_reference_over_twenty_steps_and_does_not_depend_on_threads) {
  for (int granularity = 0; granularity < GRANULARITIES; granularity++)
    for (int64_t d : SOME_WIDTHS) {
      Thresholded p((uint64_t)(100 * granularity + d), 700, d, granularity);
      check_steps(p, on_cuda ? 4 : 20); // on an emulated card steps are slow
    }
}

/* Columns and tables that begin at no multiple of 16 bytes; a batch without rows. */
TEST(threshold_update_equals_reference_with_unequal_widths_and_an_empty_batch) {
  for (int granularity = 0; granularity < GRANULARITIES; granularity++)
    for (int64_t batch : {0, 600}) {
      if (granularity == DS_T_DIMENSION) continue;
      Thresholded p((uint64_t)granularity, batch, std::vector<int32_t>{3, 16, 8, 4}, granularity);
      check_steps(p, 3);
    }
}

TEST(threshold_update_counts_what_is_left) {
  for (int granularity = 0; granularity < GRANULARITIES; granularity++)
    for (int steps : {0, 5}) {
      Thresholded p(7, 300, 24, granularity);
      Result r = run(nullptr, p, steps);
      I64 kept(3 * p.e.fields);
      for (int32_t f = 0; f < p.e.fields; f++)
        for (int64_t row = 0; row < p.e.rows[f]; row++) {
          int64_t bits = 0;
          for (int32_t j = 0; j < p.e.width[f]; j++)
            if (r.tables[p.e.base[f] + row * p.e.width[f] + j] != 0) bits |= (int64_t)1 << j;
          kept[3 * f] += __builtin_popcountll((unsigned long long)bits);
          kept[3 * f + 1] += bits != 0;
          kept[3 * f + 2] |= bits;
        }
      REQUIRE(kept == r.kept);
      REQUIRE(r.kept[6] > 0 && r.kept[6] < p.e.rows[2] * p.e.width[2]);
    }
}

/* L = Σ c S(V, s): the gradients that one step applies, read back from Adam's first moment, against central differences of L in float64. */
TEST(threshold_update_gradients_agree_with_finite_differences) {
  for (int granularity = 0; granularity < GRANULARITIES; granularity++) {
    Thresholded p(11, 200, 16, granularity);
    const std::vector<double> c = dense_gradient(p);
    std::vector<double> v(p.e.tables.data(), p.e.tables.data() + p.e.floats), s(p.thresholds.data(), p.thresholds.data() + p.thresholds.size());
    std::vector<double> dv(v.size()), ds(s.size());
    each_entry(p.e, [&](int32_t f, int64_t r, int32_t j, size_t i) {
      const size_t t = (size_t)place(p.e, granularity, f, r, j);
      const double h = 1e-6;
      dv[i] = c[i] * (soft(v[i] + h, sigma(s[t])) - soft(v[i] - h, sigma(s[t]))) / (2 * h);
      ds[t] += c[i] * (soft(v[i], sigma(s[t] + h)) - soft(v[i], sigma(s[t] - h))) / (2 * h);
    });
    Result r(p);
    F32 workspace(3 * p.e.columns), plain(std::vector<float>{0, 0, 0, 1, 0, 1, 0, 0}); // m = gradient, no step, no L2
    REQUIRE_STATUS(DS_OK, backend->threshold_apply(nullptr, r.values, r.thresholds, granularity, p.e.base, p.e.width, p.e.column, p.e.rows, r.tables,
                                                   r.kept, p.e.fields));
    REQUIRE_STATUS(DS_OK, backend->threshold_update(nullptr, p.grad, p.e.columns, p.g.order, p.g.starts, p.g.unique, p.g.counts, p.e.base, p.e.width,
                                                    p.e.column, p.e.rows, r.values, r.s1, r.s2, plain, r.thresholds, r.t1, r.t2, plain, granularity,
                                                    r.tables, r.kept, workspace, p.e.batch, p.e.fields, p.e.columns));
    REQUIRE_NEAR(r.s1, dv, 1e-5);
    REQUIRE_NEAR(r.t1, ds, 1e-5);
    REQUIRE(r.values == p.e.tables);
  }
}

TEST(threshold_update_closed_gate_is_dense_adam) {
  Thresholded p(12, 40, 16, DS_T_FEATURE_DIMENSION);
  for (int64_t i = 0; i < p.thresholds.size(); i++) p.thresholds[i] = -150;
  std::vector<double> g = dense_gradient(p);
  // One position a row: nothing is summed, so the bits must be those of the dense kernel.
  for (int64_t b = 0; b < p.e.batch; b++)
    for (int32_t f = 0; f < p.e.fields; f++) p.e.ids[b * p.e.fields + f] = f == 2 ? (int32_t)(37 * b) : f == 3 ? (int32_t)b : 0;
  for (int64_t b = 1; b < p.e.batch; b++)
    for (int64_t c = 0; c < 2 * 16; c++) p.grad[b * p.e.columns + c] = 0;
  REQUIRE_STATUS(DS_OK,
                 backend->embedding_group(nullptr, p.e.rows, p.e.ids, p.g.order, p.g.scratch, p.g.starts, p.g.unique, p.g.counts, p.e.batch, p.e.fields));
  g = dense_gradient(p);
  F32 dense(p.e.tables), s1(p.e.floats), s2(p.e.floats), dg(p.e.floats);
  for (int64_t i = 0; i < p.e.floats; i++) dg[i] = (float)g[(size_t)i];
  for (int t = 1; t <= 50; t++) REQUIRE_STATUS(DS_OK, backend->update_dense(nullptr, dense, dg, s1, s2, DS_ADAM, hyper(t, LR, B2, EPS, L2), p.e.floats));
  Result r = run(nullptr, p, 50);
  REQUIRE(r.values == dense && r.tables == dense && r.s1 == s1 && r.s2 == s2);
}

namespace {

/* One entry whose row is in no batch: what L2 alone does, with PEP's lr 1e-3, L2 1e-5. */
struct Alone {
  F32 value, s1{1}, s2{1}, threshold, t1{1}, t2{1}, table{1}, workspace{1};
  I64 base{1}, rows{std::vector<int64_t>{1}}, kept{3};
  I32 width{std::vector<int32_t>{1}}, zero{2};
  int64_t step = 0;
  double by1 = 1, by2 = 1;
  Alone(float v, float s) : value(std::vector<float>{v}), threshold(std::vector<float>{s}) {}
  void advance() {
    step++;
    by1 *= 0.9;
    by2 *= 0.999;
    F32 h(std::vector<float>{(float)(1e-3 / (1 - by1)), 0.9f, 0.999f, 1e-8f, 1e-5f, (float)(1 / std::sqrt(1 - by2)), 0, 0});
    REQUIRE_STATUS(DS_OK, backend->threshold_update(nullptr, nullptr, 1, zero, zero, zero, zero, base, width, zero, rows, value, s1, s2, h, threshold, t1,
                                                    t2, h, DS_T_FEATURE_DIMENSION, table, kept, workspace, 0, 1, 1));
  }
  int64_t until(float s) {
    while (threshold[0] < s) advance();
    return step;
  }
};

} // namespace

TEST(threshold_update_climbs_to_the_step_under_l2_alone) {
  Alone near_by(0.5f, -15);
  REQUIRE(std::llabs(near_by.until(-8) - 7487) <= 1);
  REQUIRE(std::llabs(near_by.until(-5) - 10924) <= 1);
  if (on_cuda) return; // where each of these steps is a launch, and the bits are the CPU's
  Alone far(0.5f, -150);
  REQUIRE(std::llabs(far.until(-15) - 137257) <= 1);
  REQUIRE(std::llabs(far.until(-8) - 144856) <= 1);
  REQUIRE(std::llabs(far.until(-5) - 148293) <= 1);
}

TEST(threshold_update_decays_entries_that_no_batch_holds) {
  Alone entry(0.01f, -150);
  REQUIRE(entry.value[0] == 0.01f);
  for (int i = 0; i < 1000; i++) entry.advance();
  REQUIRE(std::fabs(entry.value[0]) < 1e-5f);
}

TEST(threshold_update_refuses_what_it_cannot_do) {
  Alone a(1, -1);
  const auto call = [&](int32_t granularity, int64_t batch) {
    return backend->threshold_update(nullptr, nullptr, 1, a.zero, a.zero, a.zero, a.zero, a.base, a.width, a.zero, a.rows, a.value, a.s1, a.s2, a.s1,
                                     a.threshold, a.t1, a.t2, a.s1, granularity, a.table, a.kept, nullptr, batch, 1, 1);
  };
  REQUIRE_STATUS(DS_OK, call(DS_T_FEATURE, 0));
  REQUIRE_STATUS(DS_INVALID, call(DS_T_FEATURE, 1));
  REQUIRE_STATUS(DS_INVALID, call(DS_T_GLOBAL, 0));
  REQUIRE_STATUS(DS_INVALID, call(DS_T_FEATURE_DIMENSION + 1, 0));
  a.width[0] = 65;
  REQUIRE_STATUS(DS_INVALID, call(DS_T_FEATURE, 0));
  a.width[0] = 1;
  a.rows[0] = -1;
  REQUIRE_STATUS(DS_INVALID, call(DS_T_FEATURE, 0));
}
