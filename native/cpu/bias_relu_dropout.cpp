/*
 * What follows the product of a dense layer, in place.
 *
 *   forward   a = x[b, j] + bias[j];  y = relu ? max(a, 0) : a;  with keep < 1: y = kept(b, j) ? y (1/keep) : 0
 *             kept(b, j) = draw(key(seed[0], seed[1], layer, b), j) < keep 2^24          counter_random.h; seed[1] is the step
 *   backward  dx = relu ? (y > 0 ? dy (1/keep) : 0) : dy, over dy;   dbias[j] = Σ_b dx
 *
 * x, y, dy [batch, n]; bias, dbias [n]. y > 0 exactly where an element was positive and kept, so no mask is stored; hence no dropout without relu.
 * keep is in (0, 1]; at 1 nothing is drawn and seed may be null. A NaN stays. workspace: ceil(batch / DS_ROW_CHUNK) * n floats.
 * Forward 8 bytes an element and about 20 integer operations a draw, backward 12 bytes. dbias is summed down each chunk of rows, then in chunk order.
 * Source: Srivastava et al., Dropout, 2014, in the inverted form.
 */
#include "arguments.h"
#include "column_sum.h"
#include "counter_random.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 64; // batch rows a unit of work in the forward pass

static inline bool valid(int32_t relu, float keep) { return keep > 0.0f && keep <= 1.0f && (relu || keep == 1.0f); }

template <bool RELU, bool DROPOUT>
static void forward_row(float *x, const float *bias, uint64_t key, float keep, int64_t n) {
  const Lanes zero = lanes(0.0f), scale = lanes(1.0f / keep), limit = lanes(keep * 0x1p24f);
  each_block(n, [&](int64_t j, int k) {
    Lanes y = get(x + j, k) + get(bias + j, k);
    if (RELU) y = max(zero, y); // of zero and a NaN the second is taken
    if (DROPOUT) y = where_greater(limit, draw(key, (uint32_t)j), y * scale);
    put(x + j, y, k);
  });
}

int bias_relu_dropout_forward(ds_stream stream, ds_f32 x, ds_f32_in bias, int32_t relu, float keep, ds_i64_in seed, int32_t layer, int64_t batch,
                              int64_t n) {
  if (!none_negative(batch, n) || n > UINT32_MAX || !valid(relu, keep)) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(x, bias) || (keep < 1.0f && !seed)) return DS_INVALID;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++) {
      float *row = x + b * n;
      if (keep < 1.0f)
        forward_row<true, true>(row, bias, random_key(seed[0], seed[1], layer, b), keep, n);
      else if (relu)
        forward_row<true, false>(row, bias, 0, keep, n);
      else
        forward_row<false, false>(row, bias, 0, keep, n);
    }
  });
  return DS_OK;
}

int bias_relu_dropout_backward(ds_stream stream, ds_f32_in y, int32_t relu, float keep, ds_f32 dy, ds_f32 dbias, ds_f32 workspace, int64_t batch,
                               int64_t n) {
  if (!none_negative(batch, n) || n > UINT32_MAX || !valid(relu, keep)) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!dbias || (batch > 0 && (!all_set(dy, workspace) || (relu && !y)))) return DS_INVALID;
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  const Lanes zero = lanes(0.0f), scale = lanes(1.0f / keep);
  parallel(stream, chunks, [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * DS_ROW_CHUNK, batch);
    float *partial = workspace + chunk * n;
    if (n < LANES && !relu) { // a logit's gradient: the sum stays in a register
      Lanes sum = zero;
      for (int64_t b = chunk * DS_ROW_CHUNK; b < end; b++) sum = sum + load(dy + b * n, (int)n);
      store(partial, sum, (int)n);
      return;
    }
    clear(partial, n);
    for (int64_t b = chunk * DS_ROW_CHUNK; b < end; b++)
      each_block(n, [&](int64_t j, int k) {
        const int64_t at = b * n + j;
        Lanes d = get(dy + at, k);
        if (relu) {
          d = where_greater(get(y + at, k), zero, d * scale);
          put(dy + at, d, k);
        }
        add_to(partial + j, d, k);
      });
  });
  combine(workspace, chunks, n, dbias, n);
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
