/*
 * Factorization machine straight from embedding tables; what it computes stands in cpu/fm_gather.cpp. Every order of addition is the CPU's, and so is every
 * bit.
 *
 * Up to 16 threads a batch row, thread l owns places l, l + 16, ...; each goes down the fields, whose rows the threads read side by side. Per batch row
 * 4 * fields * (dim + 1) + 4 * dim bytes and 3 * dim * (fields + 1) flops.
 */
#include "row_fold.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;

struct Tables {
  const float *tables;
  const int64_t *base, *rows;
  const int32_t *ids;
  const float *mask;
  const int64_t *row_mask, *row_base;
  float *sums, *out;
  int64_t batch;
  int32_t fields;
  int64_t dim;
  int32_t *status;

  /* Column j of field f of batch row b, as the model reads it. */
  __device__ float entry(int64_t b, int32_t f, int64_t j) const {
    int64_t row = ids[b * fields + f];
    if ((uint64_t)row >= (uint64_t)rows[f]) {
      report(status, DS_OUT_OF_RANGE);
      row = 0;
    }
    float e = tables[base[f] + row * dim + j];
    if (mask) e *= mask[f * dim + j];
    return row_mask && !((uint64_t)row_mask[row_base[f] + row] >> j & 1) ? 0.0f : e;
  }
};

/* threads: of a row, a power of two. */
__global__ void sum_tables(Tables p, int threads) {
  sum_rows(p.batch, p.dim, threads, p.sums, p.out, [&](int64_t b, int64_t j, auto add) {
#pragma unroll 4
    for (int32_t f = 0; f < p.fields; f++) add(p.entry(b, f, j));
  });
}

} // namespace

int fm_gather(ds_stream stream, ds_f32_in tables, ds_i64_in base, ds_i64_in rows, ds_i32_in ids, ds_f32_in mask, ds_i64_in row_mask, ds_i64_in row_base,
              ds_f32 sums, ds_f32 out, int64_t batch, int32_t fields, int64_t dim) {
  if (!none_negative(batch, fields, dim) || (row_mask && (!row_base || dim > 64))) return DS_INVALID;
  if (batch == 0) return DS_OK;
  if (!out || (dim > 0 && !sums) || (fields > 0 && !all_set(tables, base, rows, ids))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const int threads = threads_of_row(dim);
  const Tables p{tables, base, rows, ids, mask, row_mask, row_base, sums, out, batch, fields, dim, s->status};
  return launch(sum_tables, blocks_for(batch, BLOCK / threads), BLOCK, s, p, threads);
}

} // namespace cuda
} // namespace ds
