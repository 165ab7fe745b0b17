#define DS_ISA baseline
#include "cpu/exp_log.h"

#include <algorithm>
#include <cfloat>

#include "check.h"

using namespace check;

namespace {

/* Distance in units of the last place of the expected value. */
double ulps(float actual, double expected) {
  if (std::isnan(expected)) return std::isnan(actual) ? 0 : INFINITY;
  if (std::isinf((float)expected) || expected == 0) return actual == (float)expected ? 0 : INFINITY;
  int exponent;
  std::frexp(expected, &exponent);
  return std::fabs((double)actual - expected) / std::ldexp(1.0, std::max(exponent - 24, -149));
}

/* The largest distance over all xs, sixteen at a time. */
template <class Function>
double worst(const std::vector<float> &xs, Function function, double (*reference)(double)) {
  double w = 0;
  for (size_t i = 0; i < xs.size(); i += 16) {
    float in[16] = {}, out[16];
    for (size_t k = 0; k < 16; k++) in[k] = xs[std::min(i + k, xs.size() - 1)];
    ds::baseline::store(out, function(ds::baseline::load(in)));
    for (size_t k = 0; k < 16; k++) w = std::max(w, ulps(out[k], reference((double)in[k])));
  }
  return w;
}

double softplus_loss(double z, double y) { return std::fmax(z, 0) - z * y + std::log1p(std::exp(-std::fabs(z))); }
double logistic(double z) { return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z)); }

const std::vector<float> EDGES = {0.0f,    -0.0f,  1e-45f,  -1e-45f, 1e-38f, FLT_MIN, -FLT_MIN, 1.0f,   -1.0f,   88.72f,    88.73f,   -87.3f,
                                  -87.34f, -103.0f, -103.97f, -104.0f, -105.0f, 100.0f, -100.0f, 1000.0f, -1000.0f, FLT_MAX, -FLT_MAX, INFINITY, -INFINITY};

} // namespace

TEST(exp_is_within_two_ulps_everywhere) {
  std::vector<float> xs(EDGES);
  xs.push_back(NAN);
  for (int i = -1100000; i <= 1100000; i++) xs.push_back((float)i * 1e-4f);
  for (int e = -149; e < 7; e++)
    for (float m : {1.0f, 1.3f, 1.9999999f}) xs.insert(xs.end(), {std::ldexp(m, e), -std::ldexp(m, e)});
  const double w = worst(xs, [](ds::baseline::Lanes x) { return ds::baseline::exp(x); }, std::exp);
  if (!(w <= 2)) fail(__FILE__, __LINE__, "off by " + std::to_string(w) + " ulp");
}

TEST(log_and_log1p_are_within_two_ulps) {
  std::vector<float> xs{FLT_MIN, FLT_MAX, 1.0f}, ts{0.0f, 1e-45f, FLT_MIN, 1e-8f, 1.0f};
  Random random(40);
  for (int i = 0; i < 1000000; i++) xs.push_back((float)std::exp(174 * random.uniform() - 86));
  for (int i = -200000; i < 200000; i++) xs.push_back(1.0f + (float)i * 2e-6f);
  for (int i = 0; i < 500000; i++) ts.insert(ts.end(), {(float)random.uniform(), (float)std::exp(-100 * random.uniform())});
  const double wl = worst(xs, [](ds::baseline::Lanes x) { return ds::baseline::log(x); }, std::log);
  const double w1 = worst(ts, [](ds::baseline::Lanes x) { return ds::baseline::log1p(x); }, std::log1p);
  if (!(wl <= 2 && w1 <= 2)) fail(__FILE__, __LINE__, "off by " + std::to_string(wl) + " and " + std::to_string(w1) + " ulp");
}

TEST(sigmoid_is_within_three_ulps_everywhere) {
  std::vector<float> xs(EDGES);
  for (int i = -110000; i <= 110000; i++) xs.push_back((float)i * 1e-3f);
  const int64_t n = (int64_t)xs.size();
  F32 in(xs), out(n);
  for_each_pool([&](ds_stream s) {
    REQUIRE_STATUS(DS_OK, backend->sigmoid(s, in, out, n));
    for (int64_t i = 0; i < n; i++)
      if (const double w = ulps(out[i], logistic((double)in[i])); !(w <= 3)) fail(__FILE__, __LINE__, std::to_string(in[i]) + ": off by " + std::to_string(w) + " ulp");
  });
  for (int64_t m : WIDTHS) {
    F32 some(m);
    REQUIRE_STATUS(DS_OK, backend->sigmoid(nullptr, in, some, m));
    for (int64_t i = 0; i < m; i++) REQUIRE(some[i] == out[i]);
  }
  F32 nan(std::vector<float>{NAN}), one(1);
  REQUIRE_STATUS(DS_OK, backend->sigmoid(nullptr, nan, one, 1));
  REQUIRE(std::isnan(one[0]));
}

TEST(bce_equals_reference) {
  Random random(41);
  for (int64_t batch : {0, 1, 15, 16, 17, 1023, 1024, 1025, 5000}) {
    F32 z(batch), y(batch);
    for (int64_t b = 0; b < batch; b++) {
      z[b] = (float)(b % 7 == 0 ? 110 * random.signed_uniform() : 4 * random.signed_uniform());
      y[b] = b % 5 == 0 ? (float)random.uniform() : (float)random.below(2);
    }
    double expected = 0;
    for (int64_t b = 0; b < batch; b++) expected += softplus_loss(z[b], y[b]) / (double)batch;
    double first = 0;
    for_each_pool([&](ds_stream s) {
      F64 loss(1), workspace((batch + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK);
      F32 d(batch);
      loss[0] = 1;
      REQUIRE_STATUS(DS_OK, backend->bce_with_logits(s, z, y, loss, d, workspace, batch));
      REQUIRE(std::fabs(loss[0] - expected) <= 2e-7 * expected);
      if (!s) first = loss[0];
      REQUIRE(loss[0] == first);
      for (int64_t b = 0; b < batch; b++) {
        const double g = (y[b] == 1 ? -logistic(-(double)z[b]) : logistic(z[b]) - (double)y[b]) / (double)batch, easy = logistic(-std::fabs(z[b]));
        const double scale = y[b] == 0 || y[b] == 1 ? std::fabs(g) : (1 + easy) / (double)batch;
        REQUIRE(std::fabs(d[b] - g) <= 4e-7 * scale + 1e-44);
      }
      REQUIRE_STATUS(DS_OK, backend->bce_with_logits(s, z, y, loss, nullptr, workspace, batch));
      REQUIRE(loss[0] == first);
    });
  }
}

TEST(bce_gradient_is_the_derivative_of_the_loss) {
  const double h = 1e-2;
  for (float z : {-30.0f, -2.0f, -0.1f, 0.0f, 0.3f, 5.0f, 30.0f})
    for (float y : {0.0f, 0.25f, 1.0f}) {
      F32 logit(std::vector<float>{z}), label(std::vector<float>{y}), d(1);
      F64 loss(1), workspace(1);
      REQUIRE_STATUS(DS_OK, backend->bce_with_logits(nullptr, logit, label, loss, d, workspace, 1));
      const double slope = (softplus_loss((double)z + h, (double)y) - softplus_loss((double)z - h, (double)y)) / (2 * h);
      REQUIRE(std::fabs(d[0] - slope) < 1e-5);
    }
}

TEST(bce_lets_nan_and_infinity_through_to_the_loss) {
  for (int64_t place : {0, 5, 16, 1500})
    for (float bad : {NAN, INFINITY, -INFINITY}) {
      F32 z(2000), y(2000);
      z[place] = bad;
      y[place] = bad > 0 ? 0.0f : 1.0f;
      F64 loss(1), workspace(2);
      REQUIRE_STATUS(DS_OK, backend->bce_with_logits(nullptr, z, y, loss, nullptr, workspace, 2000));
      REQUIRE(!std::isfinite(loss[0]));
    }
}
