/*
 * Masked gather of embedding rows; what it computes stands in cpu/embedding_gather.cpp.
 *
 * LANES threads read one (batch row, field): four floats a thread and load where the field's width, its place and its column are multiples of four, else
 * one. Neighbouring threads read neighbouring addresses of a row. Per output row: 4 * (fields + 2 * columns) bytes, columns flops.
 */
#include "launch.h"

namespace ds {
namespace cuda {

namespace {

constexpr int LANES = 8;
constexpr int BLOCK = 256;

struct Gather {
  const float *tables;
  const int64_t *base;
  const int32_t *width, *column;
  const int64_t *rows;
  const int32_t *ids;
  const float *mask;
  const int64_t *row_mask, *row_base;
  float *out;
  int64_t batch;
  int32_t fields;
  int64_t out_stride;
  int32_t *status;
};

__device__ float kept(uint64_t bits, int32_t j, float x) { return bits >> j & 1 ? x : 0.0f; }

__device__ bool aligned(const void *p) { return (reinterpret_cast<uintptr_t>(p) & 15) == 0; }

__global__ void gather_rows(Gather g) {
  const int lane = threadIdx.x % LANES;
  const int64_t groups = (int64_t)gridDim.x * blockDim.x / LANES;
  for (int64_t i = thread_of_grid() / LANES; i < g.batch * g.fields; i += groups) {
    const int64_t b = i / g.fields;
    const int32_t f = (int32_t)(i - b * g.fields), d = g.width[f];
    int64_t row = g.ids[i];
    if ((uint64_t)row >= (uint64_t)g.rows[f]) {
      report(g.status, DS_OUT_OF_RANGE);
      row = 0;
    }
    if (g.row_mask && d > 64) report(g.status, DS_INVALID);
    const float *e = g.tables + g.base[f] + row * d;
    float *o = g.out + b * g.out_stride + g.column[f];
    const float *h = g.mask ? g.mask + g.column[f] : nullptr;
    const uint64_t bits = g.row_mask ? (uint64_t)g.row_mask[g.row_base[f] + row] : ~uint64_t(0);
    if (d % 4 == 0 && aligned(e) && aligned(o) && (!h || aligned(h))) {
      for (int32_t j = 4 * lane; j < d; j += 4 * LANES) {
        float4 x = *reinterpret_cast<const float4 *>(e + j);
        if (h) {
          const float4 m = *reinterpret_cast<const float4 *>(h + j);
          x = make_float4(x.x * m.x, x.y * m.y, x.z * m.z, x.w * m.w);
        }
        if (g.row_mask) x = make_float4(kept(bits, j, x.x), kept(bits, j + 1, x.y), kept(bits, j + 2, x.z), kept(bits, j + 3, x.w));
        *reinterpret_cast<float4 *>(o + j) = x;
      }
    } else {
      for (int32_t j = lane; j < d; j += LANES) {
        const float x = h ? e[j] * h[j] : e[j];
        o[j] = g.row_mask ? kept(bits, j & 63, x) : x;
      }
    }
  }
}

} // namespace

int embedding_gather(ds_stream stream, ds_f32_in tables, ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, ds_i32_in ids, ds_f32_in mask,
                     ds_i64_in row_mask, ds_i64_in row_base, ds_f32 out, int64_t batch, int32_t fields, int64_t out_stride) {
  if (!none_negative(batch, fields, out_stride)) return DS_INVALID;
  if (batch == 0 || fields == 0) return DS_OK;
  if (!all_set(tables, base, width, column, rows, ids, out) || (row_mask && !row_base)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Gather g{tables, base, width, column, rows, ids, mask, row_mask, row_base, out, batch, fields, out_stride, s->status};
  return launch(gather_rows, blocks_for(batch * fields * LANES, BLOCK), BLOCK, s, g);
}

} // namespace cuda
} // namespace ds
