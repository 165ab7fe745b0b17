/*
 * First-order term; what it computes stands in cpu/linear.cpp.
 *
 * A block takes TILE_ROWS batch rows, TILE_FIELDS fields at a time: all threads fetch the weights of the tile, neighbours neighbouring ids, into shared memory;
 * then a thread per row adds them up, fields ascending from the bias: the bits of the CPU. Per row 8 * fields + 4 bytes, fields flops.
 */
#include "launch.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;
constexpr int TILE_ROWS = 64;
constexpr int TILE_FIELDS = 32;
constexpr int STEP = BLOCK / TILE_FIELDS;  // a thread fetches every STEP-th row of a field
constexpr int EACH = TILE_ROWS / STEP;

struct Linear {
  const float *weights;
  const int64_t *base, *rows;
  const int32_t *ids;
  const float *bias;
  float *out;
  int64_t batch;
  int32_t fields;
  int32_t *status;
};

__global__ void __launch_bounds__(BLOCK) sum_weights(Linear a) {
  __shared__ float tile[TILE_ROWS][TILE_FIELDS + 1]; // one more, so that the rows of a column are in different banks
  const int t = threadIdx.x, column = t % TILE_FIELDS, row0 = t / TILE_FIELDS;
  for (int64_t first = (int64_t)blockIdx.x * TILE_ROWS; first < a.batch; first += (int64_t)gridDim.x * TILE_ROWS) {
    const int rows = (int)(a.batch - first < TILE_ROWS ? a.batch - first : TILE_ROWS);
    float z = a.bias[0];
    for (int32_t f0 = 0; f0 < a.fields; f0 += TILE_FIELDS) {
      const int32_t f = f0 + column;
      if (f < a.fields) {
        const int64_t n = a.rows[f];
        const float *w = a.weights + a.base[f];
        int32_t id[EACH];
        float weight[EACH];
        bool outside = false;
#pragma unroll
        for (int k = 0; k < EACH; k++) id[k] = row0 + k * STEP < rows ? a.ids[(first + row0 + k * STEP) * a.fields + f] : 0;
#pragma unroll
        for (int k = 0; k < EACH; k++) {
          const bool inside = (uint64_t)(int64_t)id[k] < (uint64_t)n;
          outside |= !inside;
          weight[k] = w[inside ? id[k] : 0];
        }
#pragma unroll
        for (int k = 0; k < EACH; k++) tile[row0 + k * STEP][column] = weight[k];
        if (outside) report(a.status, DS_OUT_OF_RANGE);
      }
      __syncthreads();
      if (t < rows)
        for (int i = 0; i < TILE_FIELDS && f0 + i < a.fields; i++) z += tile[t][i];
      __syncthreads();
    }
    if (t < rows) a.out[first + t] = z;
  }
}

} // namespace

int linear_forward(ds_stream stream, ds_f32_in weights, ds_i64_in base, ds_i64_in rows, ds_i32_in ids, ds_f32_in bias, ds_f32 out, int64_t batch,
                   int32_t fields) {
  if (!none_negative(batch, fields)) return DS_INVALID;
  if (batch == 0) return DS_OK;
  if (!all_set(bias, out) || (fields > 0 && !all_set(weights, base, rows, ids))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Linear a{weights, base, rows, ids, bias, out, batch, fields, s->status};
  return launch(sum_weights, blocks_for(batch, TILE_ROWS), BLOCK, s, a);
}

} // namespace cuda
} // namespace ds
