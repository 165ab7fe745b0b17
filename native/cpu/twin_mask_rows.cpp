/*
 * Between the classes of twin_mask.cpp and the rows of embedding tables: row masks from what the classes keep, and what rows hand back to their classes.
 *
 *   twin_mask_rows      row_mask[row_base[f] + r] = the low k bits set, k = k[class_of_row[row_base[f] + r]];  r over unique, or all rows without it
 *   twin_mask_gradient  dm[c, j] = Σ over rows v of class c of e_vj Σ_b δê_bj: what a continuous mask entry would receive; closed columns included
 *
 * class_of_row as row masks over the rows of all fields; classes of field f are class_base[f] .. class_base[f + 1]; dm [classes, d]. unique, counts, order,
 * starts are embedding_group's. A unit of work is a field; rows ascending. gradient reads 4 bytes per position and column. Sources: as of twin_mask.cpp.
 */
#include "arguments.h"
#include "column_sum.h"
#include "group_sum.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int32_t MAX_D = 64;
constexpr int64_t ROWS = 1 << 16; // rows a unit of work when all are written

static inline int64_t prefix(int32_t k) { return k >= 64 ? -1 : (int64_t)(((uint64_t)1 << k) - 1); }

int twin_mask_rows(ds_stream stream, ds_i32_in k, ds_i32_in class_of_row, ds_i64_in row_base, ds_i32_in unique, ds_i32_in counts, ds_i64 row_mask,
                   int64_t batch, int32_t fields) {
  if (!none_negative(batch, fields)) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(k, class_of_row, row_base, row_mask) || (unique && !counts)) return DS_INVALID;
  if (!unique) {
    const int64_t rows = row_base[fields];
    parallel(stream, chunks_of(rows, ROWS), [&](int64_t chunk) {
      const int64_t end = least((chunk + 1) * ROWS, rows);
      for (int64_t r = chunk * ROWS; r < end; r++) row_mask[r] = prefix(k[class_of_row[r]]);
    });
    return DS_OK;
  }
  parallel(stream, fields, [&](int64_t f) {
    for (int32_t u = 0; u < counts[f]; u++) {
      const int64_t r = row_base[f] + unique[f * batch + u];
      row_mask[r] = prefix(k[class_of_row[r]]);
    }
  });
  return DS_OK;
}

int twin_mask_gradient(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_i32_in order, ds_i32_in starts, ds_i32_in unique, ds_i32_in counts,
                       ds_i64_in base, ds_i32_in column, ds_f32_in tables, ds_i32_in class_of_row, ds_i64_in row_base, ds_i32_in class_base, ds_f32 dm,
                       int32_t d, int64_t batch, int32_t fields) {
  if (!none_negative(grad_stride, batch, fields) || d < 1 || d > MAX_D) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(order, starts, unique, counts, base, column, tables, class_of_row, row_base, class_base, dm) || (batch > 0 && !grad)) return DS_INVALID;
  parallel(stream, fields, [&](int64_t f) {
    clear(dm + (int64_t)class_base[f] * d, (int64_t)(class_base[f + 1] - class_base[f]) * d);
    const int32_t *own = order + f * batch, *start = starts + f * (batch + 1), *value = unique + f * batch;
    for (int32_t u = 0; u < counts[f]; u++) {
      const int64_t row = value[u];
      const float *e = tables + base[f] + row * d;
      float *into = dm + (int64_t)class_of_row[row_base[f] + row] * d;
      each_block(d, [&](int64_t j, int n) {
        const Lanes s = sum_positions(grad + column[f] + j, grad_stride, {own, batch}, start[u], start[u + 1], n);
        add_to(into + j, s * get(e + j, n), n);
      });
    }
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
