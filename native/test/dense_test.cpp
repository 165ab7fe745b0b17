/* The order of a sum is part of what this kernel computes, so the reference has it too: results agree bit for bit. */
#include "check.h"

using namespace check;

namespace {

struct Problem {
  int64_t batch, depth, n, x_stride, out_stride;
  F32 x, w, bias;

  Problem(Random &random, int64_t batch_size, int64_t k, int64_t columns, int64_t slack)
      : batch(batch_size), depth(k), n(columns), x_stride(k + slack), out_stride(columns + slack), x(batch * x_stride), w(k * n), bias(n) {
    random.fill(x);
    random.fill(w);
    random.fill(bias);
    for (int64_t i = 0; i < x.size(); i++) // as after a ReLU, and some negative zeros
      if (random.below(3) == 0) x[i] = random.below(4) ? 0.0f : -0.0f;
    for (int64_t i = 0; i < w.size(); i++)
      if (random.below(20) == 0) w[i] = random.below(2) ? 0.0f : -0.0f;
  }

  float term(int64_t b, int64_t k, int64_t j) const { return x[b * x_stride + k] * w[k * n + j]; }

  /* What out holds after the call, if it held zeros before. */
  F32 expected(bool with_bias, bool relu) const {
    F32 out(batch * out_stride);
    for (int64_t b = 0; b < batch; b++)
      for (int64_t j = 0; j < n; j++) {
        float sum = 0;
        double exact = 0, size = 0;
        for (int64_t k = 0; k < depth; k++) {
          sum += term(b, k, j);
          exact += (double)x[b * x_stride + k] * w[k * n + j];
          size += std::fabs((double)x[b * x_stride + k] * w[k * n + j]);
        }
        REQUIRE(std::fabs(sum - exact) <= 1e-6 * size);
        if (with_bias) sum += bias[j];
        out[b * out_stride + j] = relu && sum < 0 ? 0 : sum;
      }
    return out;
  }

  F32 run(ds_stream s, bool with_bias, bool relu) {
    F32 out(batch * out_stride);
    REQUIRE_STATUS(DS_OK, backend->dense_forward(s, x, x_stride, w, nullptr, with_bias ? bias.data() : nullptr, relu, out, out_stride, batch, depth, n));
    return out;
  }
};

} // namespace

TEST(dense_adds_up_along_the_depth_for_every_shape_and_stride) {
  struct Shape {
    int64_t batch, depth, n;
  };
  std::vector<Shape> shapes = {{1, 624, 400}, {1, 1100, 33}, {2, 624, 65}, {3, 300, 100}, {97, 33, 130}, {130, 257, 70}, {300, 130, 65}, {1400, 3, 7}};
  for (int64_t batch : {0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 16, 19})
    for (int64_t depth : {0, 1, 7, 40})
      for (int64_t n : {0, 1, 7, 16, 17, 63, 65}) shapes.push_back({batch, depth, n});
  Random random(90);
  for (const Shape &shape : shapes) {
    const bool bias = random.below(2), relu = random.below(2);
    Problem p(random, shape.batch, shape.depth, shape.n, random.below(3));
    const F32 expected = p.expected(bias, relu);
    REQUIRE(p.run(nullptr, bias, relu) == expected);
    if (shape.batch * shape.depth * shape.n > 1 << 20) for_each_pool([&](ds_stream s) { REQUIRE(p.run(s, bias, relu) == expected); });
  }
}

TEST(dense_gives_a_row_the_same_bits_in_every_batch) {
  Random random(91);
  Problem whole(random, 200, 70, 90, 2);
  const F32 out = whole.run(nullptr, true, true);
  for (int64_t size : {1, 2, 5, 8, 30, 99})
    for (int64_t first : {int64_t(0), 200 - size}) {
      F32 part(size * whole.out_stride);
      REQUIRE_STATUS(DS_OK, backend->dense_forward(nullptr, whole.x + first * whole.x_stride, whole.x_stride, whole.w, nullptr, whole.bias, 1, part, whole.out_stride,
                                                   size, whole.depth, whole.n));
      REQUIRE(std::memcmp(part.data(), out.data() + first * whole.out_stride, (size_t)(size * whole.out_stride) * 4) == 0);
    }
}

TEST(dense_goes_on_from_the_sums_of_columns_that_all_rows_share) {
  Random random(93);
  for (int64_t batch : {1, 2, 7, 40, 300})
    for (int64_t shared : {1, 30, 89}) {
      Problem whole(random, batch, 90, 70, 2);
      for (int64_t b = 1; b < batch; b++)
        for (int64_t k = 0; k < shared; k++) whole.x[b * whole.x_stride + k] = whole.x[k];
      F32 start(whole.n), out(batch * whole.out_stride);
      REQUIRE_STATUS(DS_OK, backend->dense_forward(nullptr, whole.x, whole.x_stride, whole.w, nullptr, nullptr, 0, start, whole.n, 1, shared, whole.n));
      for_each_pool([&](ds_stream s) {
        REQUIRE_STATUS(DS_OK, backend->dense_forward(s, whole.x + shared, whole.x_stride, whole.w + shared * whole.n, start, whole.bias, 1, out, whole.out_stride,
                                                     batch, whole.depth - shared, whole.n));
        REQUIRE(out == whole.expected(true, true));
      });
    }
}

TEST(dense_of_masked_columns_equals_dense_of_compacted_columns) {
  Random random(92);
  const int64_t depth = 90, n = 40;
  std::vector<int64_t> kept;
  for (int64_t k = 0; k < depth; k++)
    if (random.below(3) == 0) kept.push_back(k);
  for (int64_t batch : {1, 5, 40}) {
    Problem masked(random, batch, depth, n, 0), compact(random, batch, (int64_t)kept.size(), n, 0);
    for (int64_t b = 0; b < batch; b++)
      for (int64_t k = 0, c = 0; k < depth; k++) {
        const bool keeps = c < compact.depth && kept[(size_t)c] == k;
        if (keeps) {
          compact.x[b * compact.depth + c] = masked.x[b * depth + k];
          for (int64_t j = 0; j < n; j++) compact.w[c * n + j] = masked.w[k * n + j];
          c++;
        } else {
          masked.x[b * depth + k] = random.below(2) ? 0.0f : -0.0f;
        }
      }
    REQUIRE(masked.run(nullptr, false, false) == compact.run(nullptr, false, false));
  }
}

TEST(dense_keeps_what_is_not_finite_in_its_input) {
  Random random(93);
  for (int64_t batch : {1, 4, 40}) {
    Problem p(random, batch, 20, 18, 0);
    p.x[7] = NAN;
    const F32 out = p.run(nullptr, true, true);
    for (int64_t i = 0; i < out.size(); i++) REQUIRE(std::isnan(out[i]) == (i < 18));
  }
}

TEST(dense_refuses_strides_shorter_than_rows) {
  F32 x(6), w(6), out(9);
  REQUIRE_STATUS(DS_INVALID, backend->dense_forward(nullptr, x, 1, w, nullptr, nullptr, 0, out, 3, 3, 2, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_forward(nullptr, x, 2, w, nullptr, nullptr, 0, out, 2, 3, 2, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_forward(nullptr, x, 2, w, nullptr, nullptr, 0, nullptr, 3, 3, 2, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_forward(nullptr, x, 2, nullptr, nullptr, nullptr, 0, out, 3, 3, 2, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_forward(nullptr, nullptr, 2, w, nullptr, nullptr, 0, out, 3, 3, 2, 3));
  REQUIRE_STATUS(DS_OK, backend->dense_forward(nullptr, nullptr, 0, nullptr, nullptr, nullptr, 0, out, 3, 3, 0, 3));
  REQUIRE_STATUS(DS_OK, backend->dense_forward(nullptr, nullptr, 2, nullptr, nullptr, nullptr, 0, nullptr, 3, 0, 2, 3));
}
