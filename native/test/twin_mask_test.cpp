#include "check.h"

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
