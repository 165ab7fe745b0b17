#include "check.h"

using namespace check;

TEST(update_dense_equals_reference_over_ten_steps) {
  for (int rule : {DS_SGD, DS_ADAGRAD, DS_ADAM})
    for (int64_t n : {0, 1, 15, 16, 17, 40000}) {
      Random random(5);
      F32 start(n);
      random.fill(start);
      for_each_pool([&](ds_stream s) {
        Random gradients(6);
        F32 p(start), g(n), s1(n), s2(n);
        std::vector<double> x(start.data(), start.data() + n), m((size_t)n), v((size_t)n);
        const double lr = 0.01, b1 = 0.9, b2 = 0.999, eps = 1e-8, l2 = 1e-3;
        for (int t = 1; t <= 10; t++) {
          gradients.fill(g);
          const double step = rule == DS_ADAM ? lr / (1 - std::pow(b1, t)) : lr, bias2 = 1 / std::sqrt(1 - std::pow(b2, t));
          F32 hyper(std::vector<float>{(float)step, (float)b1, (float)b2, (float)eps, (float)l2, (float)bias2, 0, 0});
          REQUIRE_STATUS(DS_OK, backend->update_dense(s, p, g, s1, s2, rule, hyper, n));
          for (size_t i = 0; i < (size_t)n; i++) {
            const double grad = g[(int64_t)i] + l2 * x[i];
            if (rule == DS_SGD) {
              x[i] -= lr * grad;
            } else if (rule == DS_ADAGRAD) {
              m[i] += grad * grad;
              x[i] -= lr * grad / (std::sqrt(m[i]) + eps);
            } else {
              m[i] = b1 * m[i] + (1 - b1) * grad;
              v[i] = b2 * v[i] + (1 - b2) * grad * grad;
              x[i] -= step * m[i] / (std::sqrt(v[i]) * bias2 + eps);
            }
          }
        }
        REQUIRE_NEAR(p, x, 2e-6);
      });
    }
}

TEST(update_dense_gives_the_bits_of_the_baseline_wherever_arrays_begin) {
  const F32 hyper(std::vector<float>{0.05f, 0.9f, 0.99f, 1e-6f, 1e-2f, 1.5f, 0, 0});
  for (int rule : {DS_SGD, DS_ADAGRAD, DS_ADAM})
    for (int64_t n : {1, 3, 4, 5, 1023, 2000})
      for (int64_t shift : {0, 1}) {
        Random random(7);
        F32 p(n + 4), g(n + 4), s1(n + 4), s2(n + 4);
        for (F32 *b : {&p, &g}) random.fill(*b);
        F32 q(p), t1(s1), t2(s2);
        for (int step = 0; step < 3; step++) {
          REQUIRE_STATUS(DS_OK, backend->update_dense(nullptr, p + shift, g + 2 * shift, s1 + shift, s2, rule, hyper.data(), n));
          REQUIRE_STATUS(DS_OK, baseline->update_dense(nullptr, q + shift, g + 2 * shift, t1 + shift, t2, rule, hyper.data(), n));
        }
        REQUIRE(p == q && s1 == t1 && s2 == t2);
      }
}

TEST(update_dense_refuses_missing_state) {
  F32 p(4), g(4), s(4), hyper(8);
  REQUIRE_STATUS(DS_INVALID, backend->update_dense(nullptr, p, g, nullptr, nullptr, DS_ADAGRAD, hyper, 4));
  REQUIRE_STATUS(DS_INVALID, backend->update_dense(nullptr, p, g, s, nullptr, DS_ADAM, hyper, 4));
  REQUIRE_STATUS(DS_INVALID, backend->update_dense(nullptr, p, g, s, s, 3, hyper, 4));
  REQUIRE_STATUS(DS_OK, backend->update_dense(nullptr, p, g, nullptr, nullptr, DS_SGD, hyper, 4));
}
