/*
 * A dense layer of bytes; formulas and layout stand in cpu/dense_i8.cpp.
 *
 * Packing: a thread has a column. Forward: first a block quantises a row, then a block has ROWS batch rows and BLOCK columns, a thread one column of them. The sums are
 * whole numbers and what follows is rounded as on the CPU: its bits. 2 batch depth n integer operations; a byte of w is read once for ROWS rows.
 */
#include "cpu/quantize.h"
#include "launch.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 128;
constexpr int ROWS = 4;

struct Pack {
  const float *w;
  int32_t *packed;
  float *scale;
  int64_t depth, n;
};

struct Layer {
  const float *x;
  int64_t x_stride;
  const int32_t *packed;
  const float *scale, *bias;
  bool relu;
  int32_t *workspace;
  float *out;
  int64_t out_stride, batch, depth, n, across; // across: blocks of columns
};

__device__ int32_t greater(int32_t a, int32_t b) { return a > b ? a : b; }

/* Four values at x, stride apart, of which count are there, as the bytes of a word. */
__device__ int32_t quantized_word(const float *x, int64_t stride, int64_t count, float inverse) {
  uint32_t word = 0;
  for (int i = 0; i < 4 && i < count; i++) word |= quantized(x[i * stride], inverse) << 8 * i;
  return (int32_t)word;
}

__global__ void pack_columns(Pack a) {
  grid_stride(a.n, [&](int64_t j) {
    int32_t most = 0;
    for (int64_t k = 0; k < a.depth; k++) most = greater(most, magnitude_bits(a.w[k * a.n + j]));
    const Quantum quantum = quantum_of(most);
    a.scale[j] = quantum.scale;
    for (int64_t k = 0; k < a.depth; k += 4) a.packed[k / 4 * a.n + j] = quantized_word(a.w + k * a.n + j, a.n, a.depth - k, quantum.inverse);
  });
}

__global__ void __launch_bounds__(BLOCK) quantize_rows(Layer a) {
  __shared__ int32_t shared[BLOCK];
  const int t = threadIdx.x;
  const int64_t words = chunks_of(a.depth, 4);
  for (int64_t b = blockIdx.x; b < a.batch; b += gridDim.x) {
    const float *x = a.x + b * a.x_stride;
    int32_t *row = a.workspace + b * quantized_words(a.depth), most = 0;
    for (int64_t k = t; k < a.depth; k += BLOCK) most = greater(most, magnitude_bits(x[k]));
    shared[t] = most;
    for (int half = BLOCK / 2; half > 0; half /= 2) {
      __syncthreads();
      if (t < half) shared[t] = greater(shared[t], shared[t + half]);
    }
    __syncthreads();
    const Quantum quantum = quantum_of(shared[0]);
    __syncthreads(); // all have read it
    for (int64_t p = t; p < words; p += BLOCK) row[p] = quantized_word(x + 4 * p, 1, a.depth - 4 * p, quantum.inverse);
    if (t == 0) row[words] = bits_of(quantum.scale);
  }
}

__global__ void __launch_bounds__(BLOCK) multiply_bytes(Layer a) {
  const int64_t units = a.across * chunks_of(a.batch, ROWS), words = chunks_of(a.depth, 4), stride = quantized_words(a.depth);
  for (int64_t unit = blockIdx.x; unit < units; unit += gridDim.x) {
    const int64_t b = unit / a.across * ROWS, j = unit % a.across * BLOCK + threadIdx.x;
    if (j >= a.n) continue;
    const int rows = (int)(a.batch - b < ROWS ? a.batch - b : ROWS);
    const int32_t *q = a.workspace + b * stride;
    int32_t sum[ROWS] = {0};
    for (int64_t p = 0; p < words; p++) {
      const int32_t w = a.packed[p * a.n + j];
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        const int32_t v = r < rows ? q[r * stride + p] : 0;
#pragma unroll
        for (int shift = 0; shift < 32; shift += 8) sum[r] += (int8_t)(v >> shift) * (int8_t)(w >> shift);
      }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      if (r >= rows) continue;
      float y = (float)sum[r] * (float_of(q[r * stride + words]) * a.scale[j]);
      if (a.bias) y += a.bias[j];
      a.out[(b + r) * a.out_stride + j] = a.relu && y < 0 ? 0 : y; // a NaN stays
    }
  }
}

} // namespace

int dense_i8_forward(ds_stream stream, ds_f32_in x, int64_t x_stride, ds_i32_in packed, ds_f32_in scale, ds_f32_in bias, int32_t relu, ds_i32 workspace,
                     ds_f32 out, int64_t out_stride, int64_t batch, int64_t depth, int64_t n) {
  if (!none_negative(batch, depth, n) || depth > MOST_DEPTH || x_stride < depth || out_stride < n) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(scale, workspace, out) || (depth > 0 && !all_set(x, packed))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const int64_t across = chunks_of(n, BLOCK);
  const Layer a{x, x_stride, packed, scale, bias, relu != 0, workspace, out, out_stride, batch, depth, n, across};
  const int status = launch(quantize_rows, blocks_for(batch, 1), BLOCK, s, a);
  return status != DS_OK ? status : launch(multiply_bytes, blocks_for(across * chunks_of(batch, ROWS), 1), BLOCK, s, a);
}

int dense_i8_pack(ds_stream stream, ds_f32_in w, ds_i32 packed, ds_f32 scale, int64_t depth, int64_t n) {
  if (!none_negative(depth, n) || depth > MOST_DEPTH) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!scale || (depth > 0 && !all_set(w, packed))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  return launch(pack_columns, blocks_for(n, BLOCK), BLOCK, s, Pack{w, packed, scale, depth, n});
}

} // namespace cuda
} // namespace ds
