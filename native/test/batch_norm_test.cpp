#include "check.h"

using namespace check;

namespace {

constexpr float EPSILON = 1e-5f, MOMENTUM = 0.1f;

struct Problem {
  int64_t batch, n;
  F32 x, gamma, beta, dy;
  Problem(uint64_t seed, int64_t rows, int64_t columns, double offset) : batch(rows), n(columns), x(rows * columns), gamma(columns), beta(columns), dy(rows * columns) {
    Random random(seed);
    random.fill(x);
    for (int64_t i = 0; i < x.size(); i++) x[i] += (float)(offset * (double)(i % n + 1));
    random.fill(gamma);
    random.fill(beta);
    random.fill(dy);
  }
};

struct Result {
  F32 y, mean, inverse_std, running_mean, running_variance, dx, dgamma, dbeta;
};

Result run(ds_stream s, const Problem &p, bool in_place) {
  const int64_t n = p.n, chunks = (p.batch + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK;
  Result r{F32(p.batch * n), F32(n), F32(n), F32(n), F32(n), in_place ? F32(p.dy) : F32(p.batch * n), F32(n), F32(n)};
  for (int64_t j = 0; j < n; j++) r.running_variance[j] = 1;
  F32 workspace(2 * chunks * n);
  REQUIRE_STATUS(DS_OK, backend->batch_norm_forward(s, p.x.data(), p.gamma.data(), p.beta.data(), r.y, r.mean, r.inverse_std, r.running_mean,
                                                    r.running_variance, MOMENTUM, EPSILON, workspace, p.batch, n));
  REQUIRE_STATUS(DS_OK, backend->batch_norm_backward(s, p.x.data(), p.gamma.data(), r.mean, r.inverse_std, in_place ? r.dx.data() : p.dy.data(), r.dx,
                                                     r.dgamma, r.dbeta, workspace, p.batch, n));
  return r;
}

struct Reference {
  std::vector<double> y, dx, running_mean, running_variance, dgamma, dbeta;
  explicit Reference(const Problem &p)
      : y((size_t)(p.batch * p.n)), dx(y.size()), running_mean((size_t)p.n), running_variance((size_t)p.n, 1), dgamma((size_t)p.n), dbeta((size_t)p.n) {
    const double rows = (double)p.batch;
    for (int64_t j = 0; j < p.n && p.batch > 0; j++) {
      const size_t c = (size_t)j;
      double mean = 0, squares = 0;
      for (int64_t b = 0; b < p.batch; b++) mean += p.x[b * p.n + j] / rows;
      for (int64_t b = 0; b < p.batch; b++) squares += (p.x[b * p.n + j] - mean) * (p.x[b * p.n + j] - mean);
      const double inverse = 1 / std::sqrt(squares / rows + (double)EPSILON);
      running_mean[c] = (double)MOMENTUM * mean;
      running_variance[c] = 1 - (double)MOMENTUM + (double)MOMENTUM * squares / (p.batch > 1 ? rows - 1 : 1);
      auto u = [&](int64_t b) { return (p.x[b * p.n + j] - mean) * inverse; };
      for (int64_t b = 0; b < p.batch; b++) {
        dbeta[c] += p.dy[b * p.n + j];
        dgamma[c] += p.dy[b * p.n + j] * u(b);
      }
      for (int64_t b = 0; b < p.batch; b++) {
        y[(size_t)(b * p.n + j)] = p.gamma[j] * u(b) + p.beta[j];
        dx[(size_t)(b * p.n + j)] = p.gamma[j] * inverse * (p.dy[b * p.n + j] - dbeta[c] / rows - u(b) * dgamma[c] / rows);
      }
    }
  }
};

} // namespace

TEST(batch_norm_equals_reference) {
  for (int64_t n : WIDTHS)
    for (int64_t batch : {0, 2, 3, 64, 1024, 1025, 2500}) {
      const Problem p((uint64_t)(n + batch), batch, n, 0.05);
      const Reference expected(p);
      const Result first = run(nullptr, p, false);
      if (batch == 0) continue;
      REQUIRE_NEAR(first.y.data(), expected.y, 5e-6);
      REQUIRE_NEAR(first.running_mean.data(), expected.running_mean, 1e-5);
      REQUIRE_NEAR(first.running_variance.data(), expected.running_variance, 1e-6);
      REQUIRE_NEAR(first.dbeta.data(), expected.dbeta, 1e-5);
      REQUIRE_NEAR(first.dgamma.data(), expected.dgamma, 1e-5);
      // dx is a difference of terms of the size of gamma inverse; all of it cancels for two rows. u carries the rounding of the mean, times inverse.
      for (int64_t i = 0; i < batch * n; i++) {
        const double inverse = first.inverse_std[i % n], error = 3e-6 + 3e-7 * inverse * (1 + std::fabs((double)first.mean[i % n]));
        REQUIRE(std::fabs(first.dx[i] - expected.dx[(size_t)i]) <= error * std::fabs((double)p.gamma[i % n]) * inverse);
      }
      for_each_pool([&](ds_stream s) {
        for (bool in_place : {false, true}) {
          const Result r = run(s, p, in_place);
          REQUIRE(r.y == first.y && r.mean == first.mean && r.inverse_std == first.inverse_std && r.running_mean == first.running_mean);
          REQUIRE(r.running_variance == first.running_variance && r.dx == first.dx && r.dgamma == first.dgamma && r.dbeta == first.dbeta);
        }
      });
    }
}

TEST(batch_norm_survives_a_large_mean_and_a_single_row) {
  Problem far(60, 5000, 17, 0);
  for (int64_t i = 0; i < far.x.size(); i++) far.x[i] += 1000;
  const Reference expected(far);
  REQUIRE_NEAR(run(nullptr, far, false).y.data(), expected.y, 3e-3); // of the mean's rounding, 6e-5, over a deviation of 0.58
  const Problem single(61, 1, 17, 0.05);
  const Result r = run(nullptr, single, false);
  for (int64_t j = 0; j < 17; j++) {
    REQUIRE(r.y[j] == single.beta[j] && r.dx[j] == 0);
    REQUIRE(std::fabs(r.running_variance[j] - 0.9) < 1e-6);
  }
}

TEST(batch_norm_gradient_is_the_derivative) {
  Problem p(62, 6, 3, 0.05);
  auto value = [&](const Problem &q) {
    const Reference r(q);
    double s = 0;
    for (size_t i = 0; i < r.y.size(); i++) s += r.y[i] * q.dy[(int64_t)i];
    return s;
  };
  const Result r = run(nullptr, p, false);
  for (int64_t i = 0; i < p.x.size(); i++) {
    Problem up(p), down(p);
    up.x[i] += 1e-3f;
    down.x[i] -= 1e-3f;
    REQUIRE(std::fabs((value(up) - value(down)) / (double)(up.x[i] - down.x[i]) - r.dx[i]) < 1e-4);
  }
}

TEST(batch_norm_inference_uses_the_running_statistics) {
  for (int64_t n : WIDTHS)
    for (int64_t batch : {0, 1, 200}) {
      const Problem p((uint64_t)n, batch, n, 0.05);
      F32 mean(n), variance(n);
      Random random(63);
      random.fill(mean);
      for (int64_t j = 0; j < n; j++) variance[j] = (float)random.uniform();
      std::vector<double> expected;
      for (int64_t i = 0; i < batch * n; i++)
        expected.push_back(p.gamma[i % n] * ((double)p.x[i] - mean[i % n]) / std::sqrt((double)variance[i % n] + (double)EPSILON) + p.beta[i % n]);
      for_each_pool([&](ds_stream s) {
        F32 y(batch * n), same(p.x);
        REQUIRE_STATUS(DS_OK, backend->batch_norm_inference(s, p.x.data(), p.gamma.data(), p.beta.data(), mean, variance, EPSILON, y, batch, n));
        REQUIRE_NEAR(y, expected, 1e-6);
        REQUIRE_STATUS(DS_OK, backend->batch_norm_inference(s, same, p.gamma.data(), p.beta.data(), mean, variance, EPSILON, same, batch, n));
        REQUIRE(y == same);
      });
    }
}
