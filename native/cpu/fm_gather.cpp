/*
 * Factorization machine straight from embedding tables of one width: embedding_gather and fm_forward in one, without the batch matrix between them.
 *
 *   ê[b, f, j] = mask[f * dim + j] * tables[base[f] + ids[b, f] * dim + j]        0 where row_mask is given and lacks the row's bit j (dim <= 64 then)
 *   S_j = Σ_f ê, Q_j = Σ_f ê², fields ascending;   out[b] = ½ Σ_j (S_j² - Q_j)
 *
 * ids [batch, fields] row-major; sums [batch, dim] holds S, from which embedding_backward makes the gradients of rows: dout[b] (S - ê). Bit for bit what the
 * two kernels give. An id that is no row of its table reads row 0 and makes the call answer DS_OUT_OF_RANGE. Sums of a batch row stay in registers while the
 * rows of a later one are asked for. Per batch row 4 * fields * (dim + 1) + 4 * dim bytes and 3 * dim * (fields + 1) flops, one more per column with a mask.
 * Source: Rendle, Factorization Machines, 2010, lemma 3.1.
 */
#include "arguments.h"
#include "pool.h"
#include "table_rows.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 64; // batch rows a unit of work
constexpr int64_t AHEAD = 2; // batch rows between a prefetch and its use

struct Batch {
  const float *tables;
  const int64_t *base, *rows;
  const int32_t *ids;
  const float *mask;
  const int64_t *row_mask, *row_base;
  float *sums, *out;
  int64_t end;
  int32_t fields;
  int64_t dim;
};

/* Batch row b, of W columns a field, 0: of x.dim. False when an id is no row of its table. */
template <int W, bool MASKED, bool ROW_MASKED>
static inline bool sum_row(const Batch &x, int64_t b, bool ahead) {
  const int64_t d = W ? W : x.dim;
  const int32_t *const id = x.ids + b * x.fields, *const later = id + AHEAD * x.fields;
  bool inside = true;
  Lanes total = lanes(0.0f);
  each_block(d, [&](int64_t j, int n) {
    Lanes s = lanes(0.0f), q = lanes(0.0f);
    for (int32_t f = 0; f < x.fields; f++) {
      const uint64_t rows = (uint64_t)x.rows[f];
      const float *const table = x.tables + x.base[f] + j;
      if (ahead && (uint32_t)later[f] < rows) __builtin_prefetch(table + (int64_t)later[f] * d);
      uint64_t row = (uint32_t)id[f];
      inside &= row < rows;
      if (row >= rows) row = 0;
      Lanes e = get(table + (int64_t)row * d, n);
      if (MASKED) e = e * get(x.mask + f * d + j, n);
      if (ROW_MASKED) e = where_bits((uint32_t)((uint64_t)x.row_mask[x.row_base[f] + (int64_t)row] >> j), e);
      s = s + e;
      q = q + e * e;
    }
    put(x.sums + b * d + j, s, n);
    total = total + (s * s - q);
  });
  x.out[b] = 0.5f * sum(total);
  return inside;
}

template <int W, bool MASKED, bool ROW_MASKED>
static bool sum_rows(const Batch &x, int64_t b) {
  bool inside = true;
  for (; b < x.end; b++) inside &= sum_row<W, MASKED, ROW_MASKED>(x, b, b + AHEAD < x.end);
  return inside;
}

using SumRows = bool (*)(const Batch &, int64_t);

template <int W>
static SumRows of_width(bool masked, bool row_masked) {
  if (row_masked) return masked ? sum_rows<W, true, true> : sum_rows<W, false, true>;
  return masked ? sum_rows<W, true, false> : sum_rows<W, false, false>;
}

int fm_gather(ds_stream stream, ds_f32_in tables, ds_i64_in base, ds_i64_in rows, ds_i32_in ids, ds_f32_in mask, ds_i64_in row_mask, ds_i64_in row_base,
              ds_f32 sums, ds_f32 out, int64_t batch, int32_t fields, int64_t dim) {
  if (!none_negative(batch, fields, dim) || (row_mask && (!row_base || dim > 64))) return DS_INVALID;
  if (batch == 0) return DS_OK;
  if (!out || (dim > 0 && !sums) || (fields > 0 && !all_set(tables, base, rows, ids))) return DS_INVALID;
  const auto of_dim = dim == LANES ? of_width<LANES> : dim == 8 ? of_width<8> : dim == 4 ? of_width<4> : of_width<0>;
  const SumRows sum_all = of_dim(mask, row_mask);
  int outside = 0;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const Batch x{tables, base, rows, ids, mask, row_mask, row_base, sums, out, least((chunk + 1) * ROWS, batch), fields, dim};
    if (!sum_all(x, chunk * ROWS)) __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
  });
  return outside ? DS_OUT_OF_RANGE : DS_OK;
}

} // namespace DS_ISA
} // namespace ds
