/*
 * Inner products of all pairs of fields.
 *
 *   s[b, f, j] = e[b, c] for the column c of field f with id(c) = j, 0 where the field has none
 *   forward    out[b, (f, g)] = Σ_j s[b, f, j] s[b, g, j]                     pairs f < g, by f, then by g
 *   backward   de[b, c] (+)= Σ_{g ≠ f} dout[b, (f, g)] s[b, g, id(c)]         g ascending
 *
 * e, de [batch, columns]; out, dout [batch, fields (fields - 1) / 2]; spread [batch, fields * dim] receives s for the backward pass. column [fields]
 * is each field's first column, ascending from 0; identity [columns] is ascending within a field, in 0 .. dim-1. Without identity every field has
 * dim columns: then s is e, and spread and column are not used.
 *
 * Order: lane j mod 16 adds the products over the blocks of 16 places, then the lanes are folded: a column of zeros adds exactly nothing, so masked
 * and compacted columns give the same bits. fields (fields - 1) dim flops a row forward, twice that backward. Source: Qu et al., PNN, 2016, section III.B.
 */
#include "arguments.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 16; // batch rows a unit of work

static inline int64_t column_end(const int32_t *column, int32_t f, int32_t fields, int64_t columns) { return f + 1 < fields ? column[f + 1] : columns; }

/* Whether the columns of the fields cover 0 .. columns-1 in order, with ascending places below dim. */
static bool places_ascend(const int32_t *identity, const int32_t *column, int32_t fields, int64_t columns, int64_t dim) {
  int64_t c = 0;
  for (int32_t f = 0; f < fields; f++) {
    const int64_t end = column_end(column, f, fields, columns);
    if (column[f] != c || end < c || end > columns) return false;
    for (int64_t last = -1; c < end; c++) {
      if (identity[c] <= last || identity[c] >= dim) return false;
      last = identity[c];
    }
  }
  return c == columns;
}

static bool valid_places(const int32_t *identity, const int32_t *column, int32_t fields, int64_t columns, int64_t dim) {
  if (!identity) return columns == fields * dim;
  return (fields == 0 || column) && places_ascend(identity, column, fields, columns, dim);
}

static inline int64_t pair_of(int64_t f, int64_t g, int64_t fields) { return f * (2 * fields - f - 1) / 2 + (g - f - 1); }

int inner_product_forward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_i32_in column, ds_f32 spread, ds_f32 out, int64_t batch, int32_t fields,
                          int64_t columns, int64_t dim) {
  if (!none_negative(batch, fields, columns, dim) || !valid_places(identity, column, fields, columns, dim)) return DS_INVALID;
  if (batch == 0 || fields == 0) return DS_OK;
  const int64_t wide = fields * dim, pairs = pair_of(fields - 1, fields, fields);
  if ((columns > 0 && !e) || (identity && wide > 0 && !spread) || (pairs > 0 && !out)) return DS_INVALID;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++) {
      const float *s = e + b * columns;
      if (identity) {
        float *own = spread + b * wide;
        each_block(wide, [&](int64_t j, int k) { put(own + j, lanes(0.0f), k); });
        for (int32_t f = 0; f < fields; f++)
          for (int64_t c = column[f], last = column_end(column, f, fields, columns); c < last; c++) own[f * dim + identity[c]] = e[b * columns + c];
        s = own;
      }
      float *pair = out + b * pairs;
      for (int32_t f = 0; f < fields; f++)
        for (int32_t g = f + 1; g < fields; g++) {
          Lanes total = lanes(0.0f);
          each_block(dim, [&](int64_t j, int k) { total = total + get(s + f * dim + j, k) * get(s + g * dim + j, k); });
          *pair++ = sum(total);
        }
    }
  });
  return DS_OK;
}

int inner_product_backward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_i32_in column, ds_f32_in spread, ds_f32_in dout, ds_f32 de,
                           int32_t accumulate, int64_t batch, int32_t fields, int64_t columns, int64_t dim) {
  if (!none_negative(batch, fields, columns, dim) || !valid_places(identity, column, fields, columns, dim)) return DS_INVALID;
  if (batch == 0 || columns == 0) return DS_OK;
  const int64_t wide = fields * dim, pairs = pair_of(fields - 1, fields, fields);
  if (!all_set(e, de) || (identity && !spread) || (pairs > 0 && !dout)) return DS_INVALID;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++) {
      const float *s = identity ? spread + b * wide : e + b * columns, *weight = dout + b * pairs;
      float *d = de + b * columns;
      for (int32_t f = 0; f < fields; f++) {
        int64_t c = identity ? column[f] : 0;
        const int64_t last = identity ? column_end(column, f, fields, columns) : 0;
        each_block(dim, [&](int64_t j, int k) {
          Lanes own = lanes(0.0f);
          for (int32_t g = 0; g < fields; g++)
            if (g != f) own = own + lanes(weight[g > f ? pair_of(f, g, fields) : pair_of(g, f, fields)]) * get(s + g * dim + j, k);
          if (!identity) {
            float *at = d + f * dim + j;
            put(at, accumulate ? get(at, k) + own : own, k);
            return;
          }
          float block[LANES];
          store(block, own);
          for (; c < last && identity[c] < j + LANES; c++) {
            const float x = block[identity[c] - j];
            d[c] = accumulate ? d[c] + x : x;
          }
        });
      }
    }
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
