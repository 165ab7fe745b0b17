#include "embedding.h"

using namespace check;

namespace {

constexpr int32_t S = 4;

/* Random classes and twins; outputs = d + 1 − fewest. */
struct Problem {
  int32_t fewest, d, outputs, H1, H2;
  int64_t classes, weights;
  F32 attributes, alpha, share, w, hidden, logits, dm, dw, workspace;
  I32 k;

  int64_t size() const { return 2 * (S * H1 + H1 + H1 * H2 + H2 + H2 * outputs + outputs); }

  Problem(Random &random, int64_t n, int32_t d, int32_t fewest, int32_t hidden1 = 9, int32_t hidden2 = 5)
      : fewest(fewest), d(d), outputs(d + 1 - fewest), H1(hidden1), H2(hidden2), classes(n), weights(size()), attributes(n * S), alpha(n), share(n), w(weights),
        hidden(n * 2 * (H1 + H2)), logits(n * outputs), dm(n * d), dw(weights), workspace((n + DS_CLASS_CHUNK - 1) / DS_CLASS_CHUNK * weights), k(n) {
    random.fill(attributes, 2);
    random.fill(w);
    random.fill(dm);
    for (int64_t c = 0; c < n; c++) {
      alpha[c] = (float)random.uniform();
      share[c] = (float)(random.uniform() / (double)n);
    }
  }
  int forward(const ds_backend *t, ds_stream s) {
    return t->twin_mask_forward(s, attributes, alpha, w, hidden, logits, k, fewest, S, H1, H2, outputs, classes);
  }
  int backward(const ds_backend *t, ds_stream s, float temperature, float rho) {
    return t->twin_mask_backward(s, attributes, alpha, share, w, hidden, logits, dm, temperature, rho, dw, workspace, fewest, S, H1, H2, outputs, classes);
  }
};

/* o of one class in float64. */
std::vector<double> reference(const Problem &p, const std::vector<double> &w, int64_t c) {
  std::vector<double> o((size_t)p.outputs);
  for (int twin = 0; twin < 2; twin++) {
    std::vector<double> x(p.attributes.data() + c * S, p.attributes.data() + (c + 1) * S);
    size_t at = (size_t)(twin * p.weights / 2);
    for (int layer = 0; layer < 3; layer++) {
      const int32_t out = layer == 0 ? p.H1 : layer == 1 ? p.H2 : p.outputs;
      std::vector<double> y(w.begin() + (long)(at + x.size() * (size_t)out), w.begin() + (long)(at + (x.size() + 1) * (size_t)out));
      for (size_t i = 0; i < x.size(); i++)
        for (size_t j = 0; j < y.size(); j++) y[j] += x[i] * w[at + i * y.size() + j];
      at += (x.size() + 1) * (size_t)out;
      if (layer < 2)
        for (double &v : y) v = std::fmax(v, 0);
      x = y;
    }
    for (size_t j = 0; j < o.size(); j++) o[j] += (twin == 0 ? p.alpha[c] : 1 - (double)p.alpha[c]) * x[j];
  }
  return o;
}

/* The soft loss whose gradient the backward is: Σ_c Σ_j dm_cj E[m_cj] + ρ w_c E[k_c] / D, from the suffix sums m_j = Σ_{k>j} t̂_k. */
double soft_loss(const Problem &p, const std::vector<double> &w, double temperature, double rho) {
  double loss = 0;
  for (int64_t c = 0; c < p.classes; c++) {
    std::vector<double> t = reference(p, w, c);
    double best = t[0], total = 0;
    for (double v : t) best = std::fmax(best, v);
    for (double &v : t) total += v = std::exp((v - best) / temperature);
    for (int32_t j = 0; j < p.d; j++) {
      double open = 0;
      for (int32_t i = 0; i < p.outputs; i++) open += i + p.fewest > j ? t[(size_t)i] / total : 0;
      loss += p.dm[c * p.d + j] * open + rho * p.share[c] / p.d * open; // Σ_j E[m_j] = E[k]
    }
  }
  return loss;
}

I32 random_classes(Random &random, const Embedding &e, const I32 &class_base, const I64 &row_base) {
  I32 class_of_row(row_base[e.fields]);
  for (int32_t f = 0; f < e.fields; f++)
    for (int64_t r = 0; r < e.rows[f]; r++)
      class_of_row[row_base[f] + r] = class_base[f] + (int32_t)random.below(class_base[f + 1] - class_base[f]);
  return class_of_row;
}

} // namespace

TEST(twin_mask_forward_equals_reference_and_takes_the_largest_output) {
  for (int32_t fewest : {0, 1})
    for (int32_t d : {1, 7, 16, 17, 64})
      for (int64_t n : {0, 1, 150}) {
        Random random((uint64_t)(d * 2 + fewest));
        Problem p(random, n, d, fewest);
        REQUIRE_STATUS(DS_OK, p.forward(backend, nullptr));
        const std::vector<double> w(p.w.data(), p.w.data() + p.weights);
        std::vector<double> expected;
        for (int64_t c = 0; c < n; c++) {
          for (double v : reference(p, w, c)) expected.push_back(v);
          for (int32_t j = 0; j < p.outputs; j++) REQUIRE(p.logits[c * p.outputs + j] <= p.logits[c * p.outputs + p.k[c] - fewest]);
        }
        REQUIRE_NEAR(p.logits, expected, 1e-5);
        const F32 first(p.logits), activations(p.hidden);
        for_each_pool([&](ds_stream s) {
          REQUIRE_STATUS(DS_OK, p.forward(backend, s));
          REQUIRE(p.logits == first && p.hidden == activations);
        });
      }
}

TEST(twin_mask_backward_is_the_gradient_of_the_soft_loss) {
  for (int32_t fewest : {0, 1})
    for (int32_t d : {1, 7, 16, 17})
      for (double temperature : {1.0, 0.25}) {
        Random random((uint64_t)(d * 2 + fewest) + 40);
        Problem p(random, 3, d, fewest);
        const double rho = 2.5;
        REQUIRE_STATUS(DS_OK, p.forward(backend, nullptr));
        REQUIRE_STATUS(DS_OK, p.backward(backend, nullptr, (float)temperature, (float)rho));
        std::vector<double> w(p.w.data(), p.w.data() + p.weights), expected;
        for (double &x : w) {
          const double here = x, step = 1e-6;
          x = here + step;
          const double above = soft_loss(p, w, temperature, rho);
          x = here - step;
          expected.push_back((above - soft_loss(p, w, temperature, rho)) / (2 * step));
          x = here;
        }
        REQUIRE_NEAR(p.dw, expected, 1e-4);
      }
}

TEST(twin_mask_backward_does_not_depend_on_threads_and_adds_over_classes) {
  Random random(7);
  Problem p(random, 300, 16, 0);
  REQUIRE_STATUS(DS_OK, p.forward(backend, nullptr));
  REQUIRE_STATUS(DS_OK, p.backward(backend, nullptr, 0.5f, 0.1f));
  F32 whole(p.dw);
  for_each_pool([&](ds_stream s) {
    REQUIRE_STATUS(DS_OK, p.backward(backend, s, 0.5f, 0.1f));
    REQUIRE(p.dw == whole);
  });
  std::vector<double> sum((size_t)p.weights);
  const F32 all(p.dm), shares(p.share);
  for (int64_t part = 0; part < 2; part++) {
    for (int64_t i = 0; i < p.dm.size(); i++) p.dm[i] = i / p.d % 2 == part ? all[i] : 0;
    for (int64_t c = 0; c < p.classes; c++) p.share[c] = c % 2 == part ? shares[c] : 0;
    REQUIRE_STATUS(DS_OK, p.backward(backend, nullptr, 0.5f, 0.1f));
    for (size_t i = 0; i < sum.size(); i++) sum[i] += p.dw[(int64_t)i];
  }
  REQUIRE_NEAR(whole, sum, 1e-5);
}

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

TEST(twin_mask_of_equal_outputs_keeps_the_fewest_columns) {
  for (int32_t fewest : {0, 1}) {
    Random random(4);
    Problem p(random, 70, 64, fewest);
    for (int64_t i = 0; i < p.weights; i++) p.w[i] = 0;
    REQUIRE_STATUS(DS_OK, p.forward(backend, nullptr));
    for (int64_t c = 0; c < p.classes; c++) REQUIRE(p.k[c] == fewest);
  }
}

TEST(twin_mask_has_the_same_bits_on_every_instruction_set) {
  for (int32_t d : {1, 7, 16, 17, 64})
    for (int32_t fewest : {0, 1}) {
      const bool large = d == 64; // CUDA has not room for the units of all classes of a chunk then
      Random random((uint64_t)d), again((uint64_t)d);
      Problem p(random, 150, d, fewest, large ? 200 : 9, large ? 40 : 5), q(again, 150, d, fewest, large ? 200 : 9, large ? 40 : 5);
      REQUIRE_STATUS(DS_OK, p.forward(baseline, nullptr));
      REQUIRE_STATUS(DS_OK, q.forward(backend, nullptr));
      REQUIRE_STATUS(DS_OK, p.backward(baseline, nullptr, 0.3f, 0.1f));
      REQUIRE_STATUS(DS_OK, q.backward(backend, nullptr, 0.3f, 0.1f));
      REQUIRE(p.logits == q.logits && p.hidden == q.hidden && p.k == q.k && p.dw == q.dw);
    }
}

TEST(twin_mask_refuses_sizes_it_has_no_room_for) {
  Random random(3);
  Problem p(random, 2, 16, 0);
  REQUIRE_STATUS(DS_INVALID, p.backward(backend, nullptr, 0, 0));
  p.fewest = 2;
  REQUIRE_STATUS(DS_INVALID, p.forward(backend, nullptr));
  p.fewest = 0;
  p.outputs = 66;
  REQUIRE_STATUS(DS_INVALID, p.forward(backend, nullptr));
}
