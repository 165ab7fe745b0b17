#include "check.h"

using namespace check;

namespace {

struct Shape {
  int64_t batch;
  int32_t fields, heads, size;
  int64_t units() const { return (int64_t)heads * size; }
  int64_t outputs() const { return batch * fields * units(); }
  int64_t squares() const { return batch * heads * fields * fields; }
  /* Element of q, k, v or r (part 0 to 3). */
  int64_t at(int64_t b, int64_t f, int part, int64_t h, int64_t j) const { return ((b * fields + f) * 4 + part) * units() + h * size + j; }
};

struct Reference {
  std::vector<double> weights, out, dx;
};

/* The formulas in float64, with the derivative of the softmax as its full matrix. */
Reference reference(const Shape &s, const F32 &x, const F32 &dout, double scale) {
  Reference r{std::vector<double>((size_t)s.squares()), std::vector<double>((size_t)s.outputs()), std::vector<double>((size_t)(4 * s.outputs()))};
  for (int64_t b = 0; b < s.batch; b++)
    for (int64_t h = 0; h < s.heads; h++)
      for (int64_t f = 0; f < s.fields; f++) {
        double *a = &r.weights[(size_t)(((b * s.heads + h) * s.fields + f) * s.fields)];
        double total = 0, top = -1e30;
        for (int64_t g = 0; g < s.fields; g++) {
          for (int64_t j = 0; j < s.size; j++) a[g] += scale * x[s.at(b, f, 0, h, j)] * x[s.at(b, g, 1, h, j)];
          top = std::fmax(top, a[g]);
        }
        for (int64_t g = 0; g < s.fields; g++) total += a[g] = std::exp(a[g] - top);
        std::vector<double> da((size_t)s.fields);
        for (int64_t g = 0; g < s.fields; g++) a[g] /= total;
        for (int64_t j = 0; j < s.size; j++) {
          const size_t o = (size_t)((b * s.fields + f) * s.units() + h * s.size + j);
          double y = x[s.at(b, f, 3, h, j)];
          for (int64_t g = 0; g < s.fields; g++) y += a[g] * x[s.at(b, g, 2, h, j)];
          r.out[o] = y > 0 ? y : 0;
          if (!(y > 0)) continue;
          r.dx[(size_t)s.at(b, f, 3, h, j)] += dout[(int64_t)o];
          for (int64_t g = 0; g < s.fields; g++) {
            r.dx[(size_t)s.at(b, g, 2, h, j)] += a[g] * dout[(int64_t)o];
            da[(size_t)g] += (double)dout[(int64_t)o] * x[s.at(b, g, 2, h, j)];
          }
        }
        for (int64_t g = 0; g < s.fields; g++) {
          double score = 0;
          for (int64_t k = 0; k < s.fields; k++) score += da[(size_t)k] * a[k] * ((k == g) - a[g]);
          for (int64_t j = 0; j < s.size; j++) {
            r.dx[(size_t)s.at(b, f, 0, h, j)] += scale * score * x[s.at(b, g, 1, h, j)];
            r.dx[(size_t)s.at(b, g, 1, h, j)] += scale * score * x[s.at(b, f, 0, h, j)];
          }
        }
      }
  return r;
}

} // namespace

TEST(field_attention_equals_its_formula_and_derivatives) {
  Random random(95);
  for (const Shape &s : {Shape{0, 3, 2, 4}, Shape{1, 1, 1, 1}, Shape{9, 3, 2, 4}, Shape{70, 5, 1, 16}, Shape{17, 17, 2, 7}, Shape{5, 33, 3, 17},
                         // CUDA: heads that shared memory has no room for, scores in several tiles, both
                         Shape{2, 40, 1, 64}, Shape{2, 50, 2, 4}, Shape{1, 64, 1, 33}}) {
    const float scale = 1.0f / std::sqrt((float)s.size);
    F32 x(4 * s.outputs()), dout(s.outputs()), weights(s.squares()), out(s.outputs()), dx(4 * s.outputs());
    random.fill(x, 2);
    random.fill(dout);
    random.fill(dx); // what stands there must not matter
    const Reference r = reference(s, x, dout, scale);
    REQUIRE_STATUS(DS_OK, backend->field_attention_forward(nullptr, x, weights, out, scale, s.batch, s.fields, s.heads, s.size));
    REQUIRE_STATUS(DS_OK, backend->field_attention_backward(nullptr, x, weights, out, dout, dx, scale, s.batch, s.fields, s.heads, s.size));
    REQUIRE_NEAR(weights, r.weights, 3e-6);
    REQUIRE_NEAR(out, r.out, 3e-6);
    REQUIRE_NEAR(dx, r.dx, 1e-5);
    F32 a(s.squares()), y(s.outputs()), du(4 * s.outputs());
    REQUIRE_STATUS(DS_OK, baseline->field_attention_forward(nullptr, x, a, y, scale, s.batch, s.fields, s.heads, s.size));
    REQUIRE_STATUS(DS_OK, baseline->field_attention_backward(nullptr, x, a, y, dout, du, scale, s.batch, s.fields, s.heads, s.size));
    REQUIRE(a == weights && y == out && du == dx);
    for_each_pool([&](ds_stream p) {
      F32 w(s.squares()), o(s.outputs()), d(4 * s.outputs());
      REQUIRE_STATUS(DS_OK, backend->field_attention_forward(p, x, w, o, scale, s.batch, s.fields, s.heads, s.size));
      REQUIRE_STATUS(DS_OK, backend->field_attention_backward(p, x, w, o, dout, d, scale, s.batch, s.fields, s.heads, s.size));
      REQUIRE(w == weights && o == out && d == dx);
    });
  }
}

TEST(field_attention_with_large_scores_looks_at_one_field) {
  // Scores of 0 and 10^4: the exponential must not overflow. Field 1 is what both fields look at.
  F32 x(std::vector<float>{100, 0, 3, 0.5f, 100, 100, 5, -9}), weights(4), out(2);
  REQUIRE_STATUS(DS_OK, backend->field_attention_forward(nullptr, x, weights, out, 1, 1, 2, 1, 1));
  REQUIRE(weights[0] == 0 && weights[1] == 1 && weights[2] == 0 && weights[3] == 1);
  REQUIRE(out[0] == 5.5f && out[1] == 0);
}

TEST(field_attention_takes_any_number_of_fields_but_on_cuda) {
  const int32_t most = 2047; // whose scores fit the shared memory of a block
  F32 one(1);
  for (int32_t fields : {most, most + 1}) {
    const int expected = on_cuda && fields > most ? DS_INVALID : DS_OK;
    REQUIRE_STATUS(expected, backend->field_attention_forward(nullptr, one, one, one, 1, 0, fields, 1, 1));
    REQUIRE_STATUS(expected, backend->field_attention_backward(nullptr, one, one, one, one, one, 1, 0, fields, 1, 1));
  }
  if (on_cuda) return;
  const int64_t n = most + 1;
  F32 x(4 * n), weights(n * n), out(n), dx(4 * n);
  for (int64_t f = 0; f < n; f++) x[f * 4 + 2] = (float)f; // equal scores: the mean of all v
  REQUIRE_STATUS(DS_OK, backend->field_attention_forward(nullptr, x, weights, out, 1, 1, most + 1, 1, 1));
  REQUIRE_STATUS(DS_OK, backend->field_attention_backward(nullptr, x, weights, out, out, dx, 1, 1, most + 1, 1, 1));
  for (int64_t f = 0; f < n; f++) REQUIRE(out[f] == 1023.5f && weights[f * n] == 0x1p-11f && std::fabs(dx[f * 4 + 2] - 1023.5f) < 1e-2f);
}
