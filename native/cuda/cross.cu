/*
 * What follows the product of a cross layer; what it computes stands in cpu/cross.cpp.
 *
 * Forward: a thread per four floats where n is a multiple of four, else per float; 16 bytes and 3 flops an element. Backward: column_sum.h says which thread
 * has which element and in what order dbias is summed; up to 32 bytes and 5 flops an element. All but dbias has the CPU's bits.
 */
#include "column_sum.h"
#include "elementwise.h"

namespace ds {
namespace cuda {

namespace {

struct Forward {
  const float *x0, *x, *y, *bias;
  float *out;
  int64_t n;
};

struct Backward {
  const float *x0, *y, *bias, *dout;
  float *dx0, *dx, *dy, *partial;
  bool accumulate_x0, accumulate_x;
  int64_t batch, n;
};

template <int V>
__global__ void cross_packs(Forward p, int64_t packs) {
  grid_stride(packs, [&](int64_t i) {
    const int64_t at = i * V;
    const Pack<V> x0 = load<V>(p.x0 + at), x = load<V>(p.x + at), y = load<V>(p.y + at), bias = load<V>(p.bias + at % p.n);
    store<V>(p.out + at, each<V>([&](int k) { return x0.x[k] * (y.x[k] + bias.x[k]) + x.x[k]; }));
  });
}

/* dx0 is written before dx is read: they may be one matrix. */
__global__ void __launch_bounds__(SUM_BLOCK) cross_gradients(Backward p) {
  const Tile t = tile_of_block(p.batch, p.n);
  const float bias = t.inside ? p.bias[t.column] : 0.0f;
  const float sum = sum_rows(t, [&](int64_t b) {
    const int64_t at = b * p.n + t.column;
    const float d = p.dout[at], own = d * (p.y[at] + bias), product = d * p.x0[at];
    p.dx0[at] = p.accumulate_x0 ? p.dx0[at] + own : own;
    p.dx[at] = p.accumulate_x ? p.dx[at] + d : d;
    p.dy[at] = product;
    return product;
  });
  const float total = fold_column(sum);
  if (t.inside && threadIdx.x < TILE) p.partial[t.chunk * p.n + t.column] = total;
}

} // namespace

int cross_forward(ds_stream stream, ds_f32_in x0, ds_f32_in x, ds_f32_in y, ds_f32_in bias, ds_f32 out, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(x0, x, y, bias, out)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  return launch_packs(cross_packs<4>, cross_packs<1>, n % 4 == 0 && all_aligned(x0, x, y, bias, out), batch * n, s, Forward{x0, x, y, bias, out, n});
}

int cross_backward(ds_stream stream, ds_f32_in x0, ds_f32_in y, ds_f32_in bias, ds_f32_in dout, ds_f32 dx0, int32_t accumulate_x0, ds_f32 dx,
                   int32_t accumulate_x, ds_f32 dy, ds_f32 dbias, ds_f32 workspace, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!dbias || (batch > 0 && !all_set(x0, y, bias, dout, dx0, dx, dy, workspace))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  const Backward p{x0, y, bias, dout, dx0, dx, dy, workspace, accumulate_x0 != 0, accumulate_x != 0, batch, n};
  if (chunks > 0)
    if (const int status = launch(cross_gradients, tiles_of(chunks, n), SUM_BLOCK, s, p)) return status;
  return combine(s, workspace, chunks, n, dbias);
}

} // namespace cuda
} // namespace ds
