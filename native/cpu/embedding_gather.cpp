/*
 * Masked gather of embedding rows.
 *
 *   out[b, column[f] + j] = mask[column[f] + j] * tables[base[f] + ids[b, f] * width[f] + j],   j < width[f]      (mask absent: factor 1)
 *
 * and 0 where row_mask is given and lacks the row's bit j; widths are at most 64 then.
 * ids [batch, fields] row-major; out [batch, out_stride]. An id that is no row of its table reads row 0 and makes the call answer
 * DS_OUT_OF_RANGE. Field by field for a group of batch rows at a time, so that what is known of a field is read once for all of them, and the mask stays in
 * registers. A large batch is written past the caches where fields fill whole lines, so that no line is read only to be overwritten.
 * Per output row: 4 * (fields + 2 * columns) bytes, columns flops. Source: HAM forward, methods: ê = h ⊙ e; PEP, SSEDS, AMTL use it too.
 */
#include "arguments.h"
#include "pool.h"
#include "table_rows.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 128;               // batch rows a unit of work
constexpr int64_t LARGE = INT64_C(4) << 20; // bytes of a batch that leave the caches before they are read

/* One field of the batch rows t is at: of W columns (0: of t.width), each a product with the mask if there is one, 0 where the rows' own masks lack it. */
template <int W, bool MASKED, bool ROW_MASKED, bool STREAMED>
static bool gather_field(const TableRows &t, const float *mask, const int64_t *row_mask, int64_t n, int64_t next) {
  return each_table_row<W>(t, n, next, [&](int64_t row, const float *from, float *to) {
    const uint64_t kept = ROW_MASKED ? (uint64_t)row_mask[row] : 0;
    each_block(W ? W : t.width, [&](int64_t j, int m) {
      Lanes x = get(from + j, m);
      if (MASKED) x = x * get(mask + j, m);
      if (ROW_MASKED) x = where_bits((uint32_t)(kept >> j), x);
      if (STREAMED)
        stream(to + j, x);
      else
        put(to + j, x, m);
    });
  });
}

using GatherField = bool (*)(const TableRows &, const float *, const int64_t *, int64_t, int64_t);

template <bool M, bool R>
static GatherField of_width(int32_t width, bool streamed) {
  static constexpr GatherField NARROW[] = {gather_field<0, M, R, false>, gather_field<1, M, R, false>, gather_field<2, M, R, false>,
                                           gather_field<3, M, R, false>, gather_field<4, M, R, false>, gather_field<5, M, R, false>,
                                           gather_field<6, M, R, false>, gather_field<7, M, R, false>, gather_field<8, M, R, false>};
  if (streamed) return width == LANES ? gather_field<LANES, M, R, true> : gather_field<0, M, R, true>;
  return width == LANES ? gather_field<LANES, M, R, false> : NARROW[width >= 0 && width <= 8 ? width : 0];
}

int embedding_gather(ds_stream stream, ds_f32_in tables, ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, ds_i32_in ids,
                     ds_f32_in mask, ds_i64_in row_mask, ds_i64_in row_base, ds_f32 out, int64_t batch, int32_t fields, int64_t out_stride) {
  if (!none_negative(batch, fields, out_stride)) return DS_INVALID;
  if (batch == 0 || fields == 0) return DS_OK;
  if (!all_set(tables, base, width, column, rows, ids, out) || (row_mask && !row_base)) return DS_INVALID;
  if (row_mask && !fit_row_mask(width, fields)) return DS_INVALID;
  const auto field_of = row_mask ? mask ? of_width<true, true> : of_width<false, true> : mask ? of_width<true, false> : of_width<false, false>;
  const bool large = batch * out_stride * (int64_t)sizeof(float) >= LARGE && reinterpret_cast<uintptr_t>(out) % LINE == 0 && out_stride % LANES == 0;
  int outside = 0;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch), group = group_of(out_stride);
    bool inside = true;
    int64_t n = 0; // of the first group, rows are only asked for at first
    for (int64_t b = chunk * ROWS; b < end; b += n, n = least(group, end - b)) {
      const int64_t next = least(group, end - b - n);
      for (int32_t f = 0; f < fields; f++) {
        const TableRows t{tables + base[f], (uint64_t)rows[f], width[f], ids + b * fields + f, fields, out + b * out_stride + column[f], out_stride};
        const GatherField gather = field_of(width[f], large && width[f] % LANES == 0 && column[f] % LANES == 0);
        inside &= gather(t, mask ? mask + column[f] : nullptr, row_mask ? row_mask + row_base[f] : nullptr, n, next);
      }
    }
    if (large) fence();
    if (!inside) __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
  });
  return outside ? DS_OUT_OF_RANGE : DS_OK;
}

} // namespace DS_ISA
} // namespace ds
