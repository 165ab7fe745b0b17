/*
 * Masked gather of embedding rows.
 *
 *   out[b, column[f] + j] = mask[column[f] + j] * tables[base[f] + ids[b, f] * width[f] + j],   j < width[f]      (mask absent: factor 1)
 *
 * and 0 where row_mask is given and lacks the row's bit j; widths are at most 64 then.
 * ids [batch, fields] row-major; out [batch, out_stride]. An id that is no row of its table reads row 0 and makes the call answer
 * DS_OUT_OF_RANGE. Per output row: 4 * (fields + 2 * columns) bytes, columns flops. Source: HAM forward, methods: ê = h ⊙ e; PEP, SSEDS, AMTL use it too.
 */
#include "arguments.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 128;   // batch rows a unit of work
constexpr int64_t AHEAD = 32;   // table rows between a prefetch and its use

int embedding_gather(ds_stream stream, ds_f32_in tables, ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, ds_i32_in ids,
                     ds_f32_in mask, ds_i64_in row_mask, ds_i64_in row_base, ds_f32 out, int64_t batch, int32_t fields, int64_t out_stride) {
  if (!none_negative(batch, fields, out_stride)) return DS_INVALID;
  if (batch == 0 || fields == 0) return DS_OK;
  if (!all_set(tables, base, width, column, rows, ids, out) || (row_mask && !row_base)) return DS_INVALID;
  if (row_mask && !fit_row_mask(width, fields)) return DS_INVALID;
  int outside = 0;
  const int64_t ahead = (AHEAD + fields - 1) / fields;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++) {
      const int32_t *id = ids + b * fields;
      for (int32_t f = 0; f < fields; f++) {
        const int32_t d = width[f];
        if (b + ahead < end) __builtin_prefetch(tables + base[f] + (int64_t)id[ahead * fields + f] * d);
        int64_t row = id[f];
        if ((uint64_t)row >= (uint64_t)rows[f]) {
          __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
          row = 0;
        }
        const float *e = tables + base[f] + row * d;
        float *o = out + b * out_stride + column[f];
        const float *h = mask ? mask + column[f] : nullptr;
        each_block(d, [&](int64_t j, int n) { put(o + j, h ? get(e + j, n) * get(h + j, n) : get(e + j, n), n); });
        if (row_mask) {
          const uint64_t kept = (uint64_t)row_mask[row_base[f] + row];
          for (int32_t j = 0; j < d; j++) o[j] = kept >> j & 1 ? o[j] : 0.0f;
        }
      }
    }
  });
  return outside ? DS_OUT_OF_RANGE : DS_OK;
}

} // namespace DS_ISA
} // namespace ds
