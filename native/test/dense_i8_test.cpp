#include "check.h"

using namespace check;

namespace {

/* round(x 127 / m) and m / 127, in float as quantize.h has them; m is the greatest |x| of n values, stride apart. */
struct Quantized {
  std::vector<int> q;
  float scale;
  Quantized(const float *x, int64_t stride, int64_t n) : q((size_t)n) {
    float m = 0;
    bool finite = true;
    for (int64_t i = 0; i < n; i++) {
      finite &= std::isfinite(x[i * stride]) != 0;
      m = std::fmax(m, std::fabs(x[i * stride]));
    }
    scale = !finite ? NAN : m < 0x1p-100f ? 0 : m / 127.0f;
    const float inverse = !finite || m < 0x1p-100f ? 0 : 127.0f / m;
    for (int64_t i = 0; i < n && inverse > 0; i++) q[(size_t)i] = (int)std::nearbyint(x[i * stride] * inverse);
  }
};

struct Problem {
  int64_t batch, depth, n, x_stride, out_stride;
  F32 x, w, bias, scale;
  I32 packed;

  Problem(Random &random, int64_t batch_size, int64_t k, int64_t columns, int64_t slack, bool negative)
      : batch(batch_size), depth(k), n(columns), x_stride(k + slack), out_stride(columns + slack), x(batch * x_stride), w(k * n), bias(n), scale(n),
        packed((k + 3) / 4 * n) {
    random.fill(x, 3);
    random.fill(w);
    random.fill(bias);
    for (int64_t i = 0; i < x.size(); i++) {
      if (random.below(2)) x[i] = 0;
      if (!negative) x[i] = std::fabs(x[i]);
    }
  }

  void pack(ds_stream s) { REQUIRE_STATUS(DS_OK, backend->dense_i8_pack(s, w, packed, scale, depth, n)); }

  F32 run(ds_stream s, bool with_bias, bool relu) {
    F32 out(batch * out_stride);
    I32 workspace(batch * ((depth + 3) / 4 + 2));
    REQUIRE_STATUS(DS_OK, backend->dense_i8_forward(s, x, x_stride, packed, scale, with_bias ? bias.data() : nullptr, relu, workspace, out, out_stride, batch,
                                                    depth, n));
    return out;
  }

  void require_reference(const F32 &out, bool with_bias, bool relu) {
    std::vector<Quantized> columns;
    for (int64_t j = 0; j < n; j++) {
      columns.emplace_back(w.data() + j, n, depth);
      REQUIRE(scale[j] == columns.back().scale);
      for (int64_t k = 0; k < depth; k++)
        REQUIRE((int8_t)((uint32_t)packed[k / 4 * n + j] >> 8 * (k % 4)) == columns.back().q[(size_t)k]);
    }
    for (int64_t b = 0; b < batch; b++) {
      const Quantized row(x.data() + b * x_stride, 1, depth);
      for (int64_t j = 0; j < n; j++) {
        int64_t sum = 0;
        double exact = 0, bound = 0;
        for (int64_t k = 0; k < depth; k++) {
          const double p = x[b * x_stride + k], v = w[k * n + j];
          sum += row.q[(size_t)k] * columns[(size_t)j].q[(size_t)k];
          exact += p * v;
          bound += 0.501 * (std::fabs(p) * scale[j] + std::fabs(v) * row.scale + 0.501 * scale[j] * row.scale); // half a step each
        }
        float y = (float)sum * (row.scale * scale[j]);
        REQUIRE(std::fabs(y - exact) <= bound);
        if (with_bias) y += bias[j];
        REQUIRE(out[b * out_stride + j] == (relu && y < 0 ? 0 : y));
      }
    }
  }
};

} // namespace

TEST(dense_i8_equals_the_integer_reference_and_float64_within_the_steps) {
  struct Shape {
    int64_t batch, depth, n;
  };
  std::vector<Shape> shapes = {{1, 624, 400}, {1, 2100, 33}, {1, 2070, 17}, {3, 300, 100}, {97, 33, 130}, {130, 257, 70}, {0, 5, 5}, {3, 0, 5}, {3, 5, 0}};
  for (int64_t batch : {1, 2, 3, 4, 5, 7, 9})
    for (int64_t depth : {1, 2, 3, 4, 7, 40})
      for (int64_t n : {1, 7, 16, 17, 63, 65}) shapes.push_back({batch, depth, n});
  Random random(95);
  for (const Shape &shape : shapes) {
    const bool bias = random.below(2), relu = random.below(2), negative = random.below(2);
    Problem p(random, shape.batch, shape.depth, shape.n, random.below(3), negative);
    p.pack(nullptr);
    const F32 out = p.run(nullptr, bias, relu);
    p.require_reference(out, bias, relu);
    if (shape.batch * shape.depth * shape.n > 1 << 20)
      for_each_pool([&](ds_stream s) {
        p.pack(s);
        REQUIRE(p.run(s, bias, relu) == out);
      });
  }
}

TEST(dense_i8_of_the_largest_numbers_is_exact) {
  Random random(96);
  for (int64_t batch : {1, 4}) {
    Problem p(random, batch, 1 << 17, 3, 0, true);
    for (int64_t i = 0; i < p.x.size(); i++) p.x[i] = i % 3 ? 1.0f : -1.0f;
    for (int64_t i = 0; i < p.w.size(); i++) p.w[i] = i % 3 == 0 ? 1 : i % 3 == 1 ? -1.0f : p.x[i / 3];
    p.pack(nullptr);
    p.require_reference(p.run(nullptr, false, false), false, false);
  }
}

TEST(dense_i8_of_zeros_and_of_tiny_rows_is_the_bias) {
  Random random(97);
  for (int64_t batch : {1, 6})
    for (float x : {0.0f, -0.0f, 0x1p-101f, 0x1p-149f}) {
      Problem p(random, batch, 30, 20, 0, true);
      for (int64_t i = 0; i < p.x.size(); i++) p.x[i] = x;
      for (int64_t k = 0; k < 30; k++) p.w[k * 20 + 5] = 0;
      p.pack(nullptr);
      REQUIRE(p.scale[5] == 0);
      const F32 out = p.run(nullptr, true, false);
      for (int64_t i = 0; i < out.size(); i++) REQUIRE(out[i] == p.bias[i % 20]);
    }
}

TEST(dense_i8_keeps_what_is_not_finite) {
  Random random(98);
  for (float bad : {NAN, INFINITY, -INFINITY})
    for (int64_t batch : {1, 6}) {
      Problem p(random, batch, 30, 20, 0, true);
      p.x[29] = bad;
      p.w[29 * 20 + 7] = bad;
      p.pack(nullptr);
      const F32 out = p.run(nullptr, true, true);
      for (int64_t i = 0; i < out.size(); i++) REQUIRE(std::isnan(out[i]) == (i < 20 || i % 20 == 7));
    }
}

TEST(dense_i8_refuses_what_does_not_fit) {
  F32 x(6), w(6), out(9), scale(3);
  I32 packed(3), workspace(12);
  REQUIRE_STATUS(DS_OK, backend->dense_i8_pack(nullptr, w, packed, scale, 2, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_i8_pack(nullptr, w, packed, scale, (1 << 17) + 1, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_i8_pack(nullptr, w, nullptr, scale, 2, 3));
  REQUIRE_STATUS(DS_OK, backend->dense_i8_forward(nullptr, x, 2, packed, scale, nullptr, 0, workspace, out, 3, 3, 2, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_i8_forward(nullptr, x, 1, packed, scale, nullptr, 0, workspace, out, 3, 3, 2, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_i8_forward(nullptr, x, 2, packed, scale, nullptr, 0, workspace, out, 2, 3, 2, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_i8_forward(nullptr, x, 2, packed, scale, nullptr, 0, nullptr, out, 3, 3, 2, 3));
  REQUIRE_STATUS(DS_INVALID, backend->dense_i8_forward(nullptr, x, 1 << 18, packed, scale, nullptr, 0, workspace, out, 3, 3, (1 << 17) + 1, 3));
}
