/*
 * Gram matrices of field-wise tables, or of a batch of activations.
 *
 *   G_f = X_fᵀ X_f,   gram[square_base[f] + i w + j] = Σ_r x[base[f] + r s + i] x[base[f] + r s + j],   w = width[f], r < rows[f]
 *   s = stride, or w when stride is 0 (a table); stride = columns of a batch matrix and rows = batch gives the Gram of the activations.
 *
 * square_base packs the fields: square_base[f+1] = square_base[f] + w². workspace: DS_GRAM_PARTS * Σ w² floats.
 * Order: rows are cut into at most DS_GRAM_PARTS parts of whole DS_ROW_CHUNKs; in a part float sums of RUN rows are added to the part's float sum, and the
 * parts in order in float64. A unit of work is (field, part). 4 w bytes and w² + 16 w flops a row: only tiles on or above the diagonal are made.
 */
#include "arguments.h"
#include "column_sum.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t RUN = 256; // rows whose products are summed in registers
constexpr int TILE = 4;      // rows of G held in registers

/* part[i .. i+HEIGHT, j .. j+n] += Σ over run rows from x of x_i x_j. */
template <int HEIGHT>
static inline void add_tile(const float *x, int64_t rows, int64_t stride, int32_t d, int32_t i, int64_t j, int n, float *part) {
  Lanes total[HEIGHT];
  for (int k = 0; k < HEIGHT; k++) total[k] = lanes(0.0f);
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * stride;
    const Lanes right = get(row + j, n);
    for (int k = 0; k < HEIGHT; k++) total[k] = total[k] + lanes(row[i + k]) * right;
  }
  for (int k = 0; k < HEIGHT; k++) add_to(part + (int64_t)(i + k) * d + j, total[k], n);
}

static void gram_part(const float *x, int64_t rows, int64_t stride, int32_t d, float *part) {
  clear(part, (int64_t)d * d);
  for (int64_t first = 0; first < rows; first += RUN) {
    const float *run = x + first * stride;
    const int64_t size = least(RUN, rows - first);
    each_block(d, [&](int64_t j, int n) {
      int32_t i = 0;
      for (; i + TILE <= d && i < j + n; i += TILE) add_tile<TILE>(run, size, stride, d, i, j, n, part);
      for (; i < d && i < j + n; i++) add_tile<1>(run, size, stride, d, i, j, n, part);
    });
  }
}

int gram(ds_stream stream, ds_f32_in x, ds_i64_in base, ds_i32_in width, ds_i64_in rows, int64_t stride, ds_i64_in square_base, ds_f64 gram,
         ds_f32 workspace, int32_t fields) {
  if (!none_negative(stride, fields)) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(x, base, width, rows, square_base, gram, workspace)) return DS_INVALID;
  for (int32_t f = 0; f < fields; f++)
    if (!none_negative(width[f], rows[f]) || (stride > 0 && stride < width[f])) return DS_INVALID;
  const auto part_rows = [&](int64_t f) { return chunks_of(chunks_of(rows[f], DS_ROW_CHUNK), DS_GRAM_PARTS) * DS_ROW_CHUNK; };
  const auto part_of = [&](int64_t f, int64_t part) { return workspace + DS_GRAM_PARTS * square_base[f] + part * width[f] * width[f]; };
  parallel(stream, (int64_t)fields * DS_GRAM_PARTS, [&](int64_t work) {
    const int64_t f = work / DS_GRAM_PARTS, part = work % DS_GRAM_PARTS, size = part_rows(f), first = part * size;
    const int64_t step = stride ? stride : width[f];
    if (first < rows[f]) gram_part(x + base[f] + first * step, least(size, rows[f] - first), step, width[f], part_of(f, part));
  });
  parallel(stream, fields, [&](int64_t f) {
    const int64_t d = width[f], parts = rows[f] ? chunks_of(rows[f], part_rows(f)) : 0;
    double *g = gram + square_base[f];
    for (int64_t i = 0; i < d * d; i++) g[i] = 0;
    for (int64_t part = 0; part < parts; part++) {
      const float *p = part_of(f, part);
      for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) g[i * d + j] += (double)p[i * d + j];
    }
    for (int64_t i = 0; i < d; i++)
      for (int64_t j = 0; j < i; j++) g[i * d + j] = g[j * d + i];
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
