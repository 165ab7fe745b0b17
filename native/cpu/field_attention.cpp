/*
 * Multi-head self-attention over the fields of a row, with residual and ReLU.
 *
 *   forward   for each head h:  a[f, .] = softmax over g of scale ⟨q_f, k_g⟩;   out_f = max(0, Σ_g a[f, g] v_g + r_f)
 *   backward  u_f = out_f > 0 ? dout_f : 0;   dr_f = u_f;   dv_g = Σ_f a[f, g] u_f;   t[f, g] = ⟨u_f, v_g⟩
 *             p[f, g] = scale a[f, g] (t[f, g] - Σ_k a[f, k] t[f, k]);   dq_f = Σ_g p[f, g] k_g;   dk_g = Σ_f p[f, g] q_f
 *
 * x, dx [batch, fields, 4, heads, size]: q, k, v and r of every field; out, dout [batch, fields, heads, size]; weights [batch, heads, fields, fields]
 * holds a for the backward pass. dx is written, not added to. Inner products lane by lane over blocks of 16, sums over fields ascending.
 * Forward 4 heads fields² size flops a row, backward three times that. Source: Song et al., AutoInt, 2019, equations 5 to 8; the scale of the scores,
 * 1 / √size there absent, is Vaswani et al.'s, 2017.
 */
#include "arguments.h"
#include "exp_log.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 8; // batch rows a unit of work

static inline float inner(const float *a, const float *b, int64_t n) {
  Lanes total = lanes(0.0f);
  each_block(n, [&](int64_t j, int k) { total = total + get(a + j, k) * get(b + j, k); });
  return sum(total);
}

/* to += factor from */
static inline void add_scaled(float *to, float factor, const float *from, int64_t n) {
  each_block(n, [&](int64_t j, int k) { put(to + j, get(to + j, k) + lanes(factor) * get(from + j, k), k); });
}

/* Softmax of n numbers in place. */
static inline void softmax(float *a, int64_t n) {
  float top = a[0];
  for (int64_t g = 1; g < n; g++) top = a[g] > top ? a[g] : top;
  Lanes total = lanes(0.0f);
  each_block(n, [&](int64_t g, int k) {
    put(a + g, exp(get(a + g, k) - lanes(top)), k);
    total = total + get(a + g, k); // read again: lanes beyond the end count nothing
  });
  const Lanes whole = lanes(sum(total));
  each_block(n, [&](int64_t g, int k) { put(a + g, get(a + g, k) / whole, k); });
}

/* Where things stand in a row of x. */
struct Shape {
  int64_t fields, heads, size;
  int64_t units() const { return heads * size; }
  /* Element of q (part 0), k (1), v (2) or r (3) of a field and head. */
  int64_t at(int64_t f, int part, int64_t h) const { return (f * 4 + part) * units() + h * size; }
};

static void forward_head(const Shape &shape, const float *x, float *a, float *out, float scale, int64_t h) {
  const int64_t n = shape.size;
  for (int64_t f = 0; f < shape.fields; f++, a += shape.fields) {
    for (int64_t g = 0; g < shape.fields; g++) a[g] = scale * inner(x + shape.at(f, 0, h), x + shape.at(g, 1, h), n);
    softmax(a, shape.fields);
    each_block(n, [&](int64_t j, int k) {
      Lanes y = lanes(0.0f);
      for (int64_t g = 0; g < shape.fields; g++) y = y + lanes(a[g]) * get(x + shape.at(g, 2, h) + j, k);
      y = max(lanes(0.0f), y + get(x + shape.at(f, 3, h) + j, k)); // of zero and a NaN the second is taken
      put(out + f * shape.units() + h * n + j, y, k);
    });
  }
}

static void backward_head(const Shape &shape, const float *x, const float *a, const float *out, const float *dout, float *dx, float scale, int64_t h) {
  const int64_t n = shape.size;
  for (int64_t f = 0; f < shape.fields; f++)
    for (int part = 0; part < 3; part++) each_block(n, [&](int64_t j, int k) { put(dx + shape.at(f, part, h) + j, lanes(0.0f), k); });
  for (int64_t f = 0; f < shape.fields; f++, a += shape.fields) {
    float *u = dx + shape.at(f, 3, h);
    const int64_t own = f * shape.units() + h * n;
    each_block(n, [&](int64_t j, int k) { put(u + j, where_greater(get(out + own + j, k), lanes(0.0f), get(dout + own + j, k)), k); });
    float mean = 0.0f;
    for (int64_t g = 0; g < shape.fields; g++) {
      add_scaled(dx + shape.at(g, 2, h), a[g], u, n);
      mean += a[g] * inner(u, x + shape.at(g, 2, h), n);
    }
    for (int64_t g = 0; g < shape.fields; g++) {
      const float p = scale * (a[g] * (inner(u, x + shape.at(g, 2, h), n) - mean));
      add_scaled(dx + shape.at(f, 0, h), p, x + shape.at(g, 1, h), n);
      add_scaled(dx + shape.at(g, 1, h), p, x + shape.at(f, 0, h), n);
    }
  }
}

int field_attention_forward(ds_stream stream, ds_f32_in x, ds_f32 weights, ds_f32 out, float scale, int64_t batch, int32_t fields, int32_t heads,
                            int32_t size) {
  if (!none_negative(batch, fields, heads, size)) return DS_INVALID;
  if (batch == 0 || fields == 0 || heads == 0 || size == 0) return DS_OK;
  if (!all_set(x, weights, out)) return DS_INVALID;
  const Shape shape{fields, heads, size};
  const int64_t row = shape.fields * shape.units(), square = shape.fields * shape.fields;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++)
      for (int64_t h = 0; h < heads; h++) forward_head(shape, x + 4 * b * row, weights + (b * heads + h) * square, out + b * row, scale, h);
  });
  return DS_OK;
}

int field_attention_backward(ds_stream stream, ds_f32_in x, ds_f32_in weights, ds_f32_in out, ds_f32_in dout, ds_f32 dx, float scale, int64_t batch,
                             int32_t fields, int32_t heads, int32_t size) {
  if (!none_negative(batch, fields, heads, size)) return DS_INVALID;
  if (batch == 0 || fields == 0 || heads == 0 || size == 0) return DS_OK;
  if (!all_set(x, weights, out, dout, dx)) return DS_INVALID;
  const Shape shape{fields, heads, size};
  const int64_t row = shape.fields * shape.units(), square = shape.fields * shape.fields;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++)
      for (int64_t h = 0; h < heads; h++)
        backward_head(shape, x + 4 * b * row, weights + (b * heads + h) * square, out + b * row, dout + b * row, dx + 4 * b * row, scale, h);
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
