/*
 * A dense layer as scoring and evaluation compute it; formula and order stand in cpu/dense.cpp.
 *
 * A block has ROWS batch rows and BLOCK columns, a thread one column of them: neighbours read neighbouring weights, x goes through shared memory. A sum starts
 * at +0 or start and goes along k, ascending, a product and an addition rounded apart: the bits of the CPU. 2 batch depth n flops; a weight is read once for ROWS rows.
 */
#include "launch.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 128;
constexpr int ROWS = 8;
constexpr int SLAB = 64; // depth of x in shared memory

struct Layer {
  const float *x, *w, *start, *bias;
  float *out;
  int64_t x_stride, out_stride, batch, depth, n, across; // across: blocks of columns
  bool relu;
};

__global__ void __launch_bounds__(BLOCK) dense_rows(Layer a) {
  __shared__ float slab[SLAB][ROWS];
  const int64_t units = a.across * ((a.batch + ROWS - 1) / ROWS);
  for (int64_t unit = blockIdx.x; unit < units; unit += gridDim.x) {
    const int64_t b = unit / a.across * ROWS, j = unit % a.across * BLOCK + threadIdx.x;
    float sum[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) sum[r] = a.start && j < a.n ? a.start[j] : 0;
    for (int64_t k = 0; k < a.depth; k += SLAB) {
      const int depth = (int)(a.depth - k < SLAB ? a.depth - k : SLAB);
      for (int i = threadIdx.x; i < ROWS * SLAB; i += BLOCK) {
        const int r = i / SLAB, p = i % SLAB;
        slab[p][r] = b + r < a.batch && p < depth ? a.x[(b + r) * a.x_stride + k + p] : 0;
      }
      __syncthreads();
      for (int p = 0; p < depth && j < a.n; p++) {
        const float w = a.w[(k + p) * a.n + j];
#pragma unroll
        for (int r = 0; r < ROWS; r++) sum[r] += slab[p][r] * w;
      }
      __syncthreads();
    }
    if (j >= a.n) continue;
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      if (b + r >= a.batch) continue;
      const float y = a.bias ? sum[r] + a.bias[j] : sum[r];
      a.out[(b + r) * a.out_stride + j] = a.relu && y < 0 ? 0 : y; // a NaN stays
    }
  }
}

} // namespace

int dense_forward(ds_stream stream, ds_f32_in x, int64_t x_stride, ds_f32_in w, ds_f32_in start, ds_f32_in bias, int32_t relu, ds_f32 out,
                  int64_t out_stride, int64_t batch, int64_t depth, int64_t n) {
  if (!none_negative(batch, depth, n) || depth > INT32_MAX || x_stride < depth || out_stride < n) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!out || (depth > 0 && !all_set(x, w))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const int64_t across = chunks_of(n, BLOCK);
  const Layer a{x, w, start, bias, out, x_stride, out_stride, batch, depth, n, across, relu != 0};
  return launch(dense_rows, blocks_for(across * chunks_of(batch, ROWS), 1), BLOCK, s, a);
}

} // namespace cuda
} // namespace ds
