#include <algorithm>

#include "check.h"

using namespace check;

namespace {

/* The draw as native/cpu/counter_random.h defines it, written once more from its definition. */
uint64_t finish(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}
uint32_t hash(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}
bool kept(int64_t seed, int64_t step, int32_t layer, int64_t row, int64_t column, float keep) {
  const uint64_t k = finish(finish(finish(finish((uint64_t)seed) ^ (uint64_t)step) ^ (uint64_t)(int64_t)layer) ^ (uint64_t)row);
  return (float)(hash(hash((uint32_t)column + (uint32_t)k) ^ (uint32_t)(k >> 32)) >> 8) < keep * 0x1p24f;
}

int64_t units(int64_t batch) { return (batch + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK; }

/* 1 where an element is kept. */
std::vector<int> mask(int64_t seed, int64_t step, int32_t layer, float keep, int64_t batch, int64_t n) {
  F32 x(batch * n), bias(std::vector<float>((size_t)n, 1.0f));
  I64 seeds(std::vector<int64_t>{seed, step});
  REQUIRE_STATUS(DS_OK, backend->bias_relu_dropout_forward(nullptr, x, bias, 1, keep, seeds, layer, batch, n));
  std::vector<int> m;
  for (int64_t i = 0; i < batch * n; i++) m.push_back(x[i] > 0);
  return m;
}

double share(const std::vector<int> &m) {
  double s = 0;
  for (int x : m) s += x;
  return s / (double)m.size();
}

/* Correlation of a with b moved on by lag. */
double correlation(const std::vector<int> &a, const std::vector<int> &b, size_t lag) {
  const double p = share(a), q = share(b);
  double s = 0;
  for (size_t i = 0; i + lag < a.size(); i++) s += (a[i] - p) * (b[i + lag] - q);
  return s / ((double)(a.size() - lag) * std::sqrt(p * (1 - p) * q * (1 - q)));
}

} // namespace

TEST(bias_relu_dropout_equals_reference) {
  for (int64_t n : WIDTHS)
    for (int64_t batch : {0, 1, 70, 2100})
      for (int variant = 0; variant < 3; variant++) {
        const bool relu = variant > 0;
        const float keep = variant == 2 ? 0.7f : 1.0f;
        Random random((uint64_t)(n * 3 + variant));
        F32 x(batch * n), bias(n), gradient(batch * n);
        random.fill(x);
        random.fill(bias);
        random.fill(gradient);
        I64 seed(std::vector<int64_t>{-5, int64_t(1) << 40});
        std::vector<double> y((size_t)(batch * n)), dx((size_t)(batch * n)), dbias((size_t)n);
        for (int64_t b = 0; b < batch; b++)
          for (int64_t j = 0; j < n; j++) {
            const size_t i = (size_t)(b * n + j);
            const double a = (double)(x[(int64_t)i] + bias[j]);
            const bool on = (!relu || a > 0) && (keep == 1 || kept(-5, int64_t(1) << 40, 3, b, j, keep));
            y[i] = on ? a / (double)keep : 0;
            dx[i] = on ? gradient[(int64_t)i] / (double)keep : 0;
            dbias[(size_t)j] += dx[i];
          }
        F32 first(n);
        for_each_pool([&](ds_stream s) {
          F32 out(x), d(gradient), db(n), workspace(units(batch) * n);
          REQUIRE_STATUS(DS_OK, backend->bias_relu_dropout_forward(s, out, bias, relu, keep, keep < 1 ? seed.data() : nullptr, 3, batch, n));
          REQUIRE_NEAR(out, y, 3e-7);
          REQUIRE_STATUS(DS_OK, backend->bias_relu_dropout_backward(s, out, relu, keep, d, db, workspace, batch, n));
          REQUIRE_NEAR(d, dx, 3e-7);
          REQUIRE_NEAR(db, dbias, 2e-6);
          if (!s) std::memcpy(first.data(), db.data(), (size_t)n * 4);
          REQUIRE(db == first);
        });
      }
}

TEST(dropout_keeps_the_rate_asked_for) {
  const int64_t batch = 2000, n = 401;
  for (float keep : {0.01f, 0.3f, 0.5f, 0.8f, 0.99f}) {
    const double p = (double)keep, deviation = std::sqrt(p * (1 - p));
    const std::vector<int> m = mask(7, 0, 0, keep, batch, n);
    REQUIRE(std::fabs(share(m) - p) < 5 * deviation / std::sqrt((double)(batch * n)));
    for (int64_t j = 0; j < n; j++) {
      double s = 0;
      for (int64_t b = 0; b < batch; b++) s += m[(size_t)(b * n + j)];
      REQUIRE(std::fabs(s / (double)batch - p) < 6 * deviation / std::sqrt((double)batch));
    }
    for (int64_t b = 0; b < batch; b++) {
      double s = 0;
      for (int64_t j = 0; j < n; j++) s += m[(size_t)(b * n + j)];
      REQUIRE(std::fabs(s / (double)n - p) < 7 * deviation / std::sqrt((double)n) + 1e-2);
    }
  }
}

TEST(dropout_of_steps_layers_seeds_rows_and_columns_is_independent) {
  const int64_t batch = 1000, n = 400;
  const double bound = 5 / std::sqrt((double)(batch * n));
  const std::vector<int> m = mask(7, 10, 2, 0.5f, batch, n);
  REQUIRE(m == mask(7, 10, 2, 0.5f, batch, n));
  for (size_t lag : {0, 1, 2, 16, 400, 401}) {
    if (lag) REQUIRE(std::fabs(correlation(m, m, lag)) < bound);
    REQUIRE(std::fabs(correlation(m, mask(7, 11, 2, 0.5f, batch, n), lag)) < bound);
    REQUIRE(std::fabs(correlation(m, mask(7, 10, 3, 0.5f, batch, n), lag)) < bound);
    REQUIRE(std::fabs(correlation(m, mask(8, 10, 2, 0.5f, batch, n), lag)) < bound);
    REQUIRE(std::fabs(correlation(m, mask(10, 7, 2, 0.5f, batch, n), lag)) < bound);
  }
}

TEST(dropout_of_a_row_does_not_depend_on_the_batch) {
  const std::vector<int> whole = mask(1, 2, 3, 0.5f, 300, 50), part = mask(1, 2, 3, 0.5f, 100, 50);
  REQUIRE(std::equal(part.begin(), part.end(), whole.begin()));
}

TEST(bias_relu_keeps_nan_and_dropout_refuses_bad_rates) {
  F32 x(std::vector<float>{NAN, 1, -1}), bias(3), dy(3), dbias(3), workspace(3);
  I64 seed(2);
  REQUIRE_STATUS(DS_OK, backend->bias_relu_dropout_forward(nullptr, x, bias, 1, 1, nullptr, 0, 1, 3));
  REQUIRE(std::isnan(x[0]) && x[1] == 1 && x[2] == 0);
  for (float keep : {0.0f, -0.5f, 1.5f, NAN}) {
    REQUIRE_STATUS(DS_INVALID, backend->bias_relu_dropout_forward(nullptr, x, bias, 1, keep, seed, 0, 1, 3));
    REQUIRE_STATUS(DS_INVALID, backend->bias_relu_dropout_backward(nullptr, x, 1, keep, dy, dbias, workspace, 1, 3));
  }
  REQUIRE_STATUS(DS_INVALID, backend->bias_relu_dropout_forward(nullptr, x, bias, 1, 0.5f, nullptr, 0, 1, 3));
  REQUIRE_STATUS(DS_INVALID, backend->bias_relu_dropout_forward(nullptr, x, bias, 0, 0.5f, seed, 0, 1, 3));
  REQUIRE_STATUS(DS_INVALID, backend->bias_relu_dropout_backward(nullptr, x, 0, 0.5f, dy, dbias, workspace, 1, 3));
}
