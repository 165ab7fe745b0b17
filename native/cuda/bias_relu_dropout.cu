/*
 * What follows the product of a dense layer, in place; what it computes stands in cpu/bias_relu_dropout.cpp.
 *
 * Forward: a thread per four floats of a row where n is a multiple of four, else per float; 8 bytes an element, about 20 integer operations a draw and a
 * hash a pack for the row's key. Backward: column_sum.h says which thread has which element and in what order dbias is summed; 12 bytes an element. All but
 * dbias has the CPU's bits.
 */
#include "column_sum.h"
#include "counter_random.h"
#include "elementwise.h"

namespace ds {
namespace cuda {

namespace {

struct Forward {
  float *x;
  const float *bias;
  const int64_t *seed; // null where nothing is dropped
  bool relu;
  float keep;
  int32_t layer;
  int64_t n;
};

struct Backward {
  const float *y; // null without relu
  float *dy, *partial;
  float scale;
  int64_t batch, n;
};

bool valid(int32_t relu, float keep) { return keep > 0.0f && keep <= 1.0f && (relu || keep == 1.0f); }

template <int V>
__global__ void bias_relu_dropout_packs(Forward p, int64_t packs) {
  const uint64_t layer = p.seed ? layer_key(p.seed[0], p.seed[1], p.layer) : 0;
  const float scale = 1.0f / p.keep, limit = p.keep * 0x1p24f;
  grid_stride(packs, [&](int64_t i) {
    const int64_t at = i * V, row = at / p.n, j = at - row * p.n;
    const uint64_t key = p.seed ? row_key(layer, row) : 0;
    const Pack<V> x = load<V>(p.x + at), bias = load<V>(p.bias + j);
    store<V>(p.x + at, each<V>([&](int k) {
             float y = x.x[k] + bias.x[k];
             if (p.relu) y = 0.0f > y ? 0.0f : y; // a NaN stays
             if (p.seed) y = limit > draw(key, (uint32_t)j + (uint32_t)k) ? y * scale : 0.0f;
             return y;
           }));
  });
}

__global__ void __launch_bounds__(SUM_BLOCK) bias_relu_dropout_gradients(Backward p) {
  const Tile t = tile_of_block(p.batch, p.n);
  const float sum = sum_rows(t, [&](int64_t b) {
    const int64_t at = b * p.n + t.column;
    float d = p.dy[at];
    if (p.y) {
      d = p.y[at] > 0.0f ? d * p.scale : 0.0f;
      p.dy[at] = d;
    }
    return d;
  });
  const float total = fold_column(sum);
  if (t.inside && threadIdx.x < TILE) p.partial[t.chunk * p.n + t.column] = total;
}

} // namespace

int bias_relu_dropout_forward(ds_stream stream, ds_f32 x, ds_f32_in bias, int32_t relu, float keep, ds_i64_in seed, int32_t layer, int64_t batch,
                              int64_t n) {
  if (!none_negative(batch, n) || n > UINT32_MAX || !valid(relu, keep)) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(x, bias) || (keep < 1.0f && !seed)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Forward p{x, bias, keep < 1.0f ? seed : nullptr, relu != 0, keep, layer, n};
  return launch_packs(bias_relu_dropout_packs<4>, bias_relu_dropout_packs<1>, n % 4 == 0 && all_aligned(x, bias), batch * n, s, p);
}

int bias_relu_dropout_backward(ds_stream stream, ds_f32_in y, int32_t relu, float keep, ds_f32 dy, ds_f32 dbias, ds_f32 workspace, int64_t batch,
                               int64_t n) {
  if (!none_negative(batch, n) || n > UINT32_MAX || !valid(relu, keep)) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!dbias || (batch > 0 && (!all_set(dy, workspace) || (relu && !y)))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  const Backward p{relu ? y : nullptr, dy, workspace, 1.0f / keep, batch, n};
  if (chunks > 0)
    if (const int status = launch(bias_relu_dropout_gradients, tiles_of(chunks, n), SUM_BLOCK, s, p)) return status;
  return combine(s, workspace, chunks, n, dbias);
}

} // namespace cuda
} // namespace ds
