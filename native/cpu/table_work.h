/* work.h, the part of kernels on embedding tables and on what a search learns about them. */
#ifndef DIMSIEVE_TABLE_WORK_H
#define DIMSIEVE_TABLE_WORK_H

#include "arguments.h"
#include "packed.h"
#include "profile.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter" // the size of an array is in another argument

namespace ds {
namespace work {

/* States of a parameter. */
static inline double states_of(int32_t rule) { return rule == DS_SGD ? 0 : rule == DS_ADAGRAD ? 1 : 2; }
static inline double update_flops(int32_t rule) { return rule == DS_SGD ? 4 : rule == DS_ADAGRAD ? 8 : 16; }

template <class T>
static double sum_of(const T *counts, int32_t fields) {
  double sum = 0;
  for (int32_t f = 0; f < fields; f++) sum += (double)at(counts, f);
  return sum;
}
static inline double columns_of(ds_i32_in width, int32_t fields) { return sum_of(width, fields); }
template <class T>
static double weighted(const T *counts, ds_i32_in width, int32_t fields) {
  double sum = 0;
  for (int32_t f = 0; f < fields; f++) sum += (double)at(counts, f) * at(width, f);
  return sum;
}
/* Entries of the rows that occur in a batch, and of all rows. */
static inline double touched_of(ds_i32_in counts, ds_i32_in width, int32_t fields) { return weighted(counts, width, fields); }
static inline double entries_of(ds_i64_in rows, ds_i32_in width, int32_t fields) { return weighted(rows, width, fields); }
static inline double whole_of(ds_i64_in row_base, ds_i32_in width, int32_t fields) {
  double sum = 0;
  for (int32_t f = 0; f < fields; f++) sum += (double)(at(row_base, f + 1) - at(row_base, f)) * at(width, f);
  return sum;
}
static inline double squares_of(ds_i32_in width, int32_t fields) { return weighted(width, width, fields); }
static inline double twin_weights(int32_t inputs, int32_t hidden1, int32_t hidden2, int32_t outputs) {
  return (inputs + 1.0) * hidden1 + (hidden1 + 1.0) * hidden2 + (hidden2 + 1.0) * outputs;
}

static Work embedding_gather(ds_stream stream, ds_f32_in tables, ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, ds_i32_in ids,
    ds_f32_in mask, ds_i64_in row_mask, ds_i64_in row_base, ds_f32 out, int64_t batch, int32_t fields, int64_t out_stride) {
  const double entries = (double)batch * columns_of(width, fields);
  return {4 * (2 * entries + (double)batch * fields) + (row_mask ? 8.0 * (double)batch * fields : 0), mask ? entries : 0};
}

static Work packed_gather(ds_stream stream, ds_u8_in data, ds_i64_in descriptors, ds_i32_in ids, ds_f32 out, int64_t batch, int32_t fields,
    int64_t out_stride) {
  double stored = 0, written = 0;
  for (int32_t f = 0; f < fields; f++) {
    const Packed p = at(reinterpret_cast<const Packed *>(descriptors), f);
    stored += (double)p.width * (p.precision == DS_F32 ? 4 : p.precision == DS_F16 ? 2 : 1);
    written += (double)p.width * 4;
  }
  return {(double)batch * (stored + written + 4.0 * fields), 0};
}

static Work embedding_group(ds_stream stream, ds_i64_in rows, ds_i32_in ids, ds_i32 order, ds_i32 scratch, ds_i32 starts, ds_i32 unique,
    ds_i32 counts, int64_t batch, int32_t fields) {
  return {(double)batch * fields * 4 * 3, 0};
}

static Work embedding_backward(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_f32_in factor, ds_i32_in order,
    ds_i32_in starts, ds_i32_in unique, ds_i32_in counts, ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_f32_in mask, ds_i64_in row_mask,
    ds_i64_in row_base, ds_f32_in regularity, ds_i64_in regularity_base, ds_f32 tables, ds_f32 state1, ds_f32 state2, ds_f32 mask_grad, int32_t mask_grad_sign,
    ds_f64 gram, ds_f32 workspace, int32_t rule, ds_f32_in hyper, int64_t batch, int32_t fields, int64_t columns) {
  const double positions = (double)batch * columns_of(width, fields), touched = touched_of(counts, width, fields);
  const double gradients = factor ? (double)batch * (double)(grad_stride + 1) : positions;
  return {4 * (gradients + 2.0 * (double)batch * fields) + 8 * touched * (1 + states_of(rule)),
          (factor ? 3 : 1) * positions + touched * (update_flops(rule) + (mask_grad ? 2 : 0))};
}

static Work fm_gather(ds_stream stream, ds_f32_in tables, ds_i64_in base, ds_i64_in rows, ds_i32_in ids, ds_f32_in mask, ds_i64_in row_mask,
    ds_i64_in row_base, ds_f32 sums, ds_f32 out, int64_t batch, int32_t fields, int64_t dim) {
  const double entries = (double)batch * fields * (double)dim, places = (double)batch * (double)dim;
  return {4 * (entries + (double)batch * (fields + 1) + places) + (row_mask ? 8.0 * (double)batch * fields : 0), (mask ? 4 : 3) * entries + 3 * places};
}

static Work linear_forward(ds_stream stream, ds_f32_in weights, ds_i64_in base, ds_i64_in rows, ds_i32_in ids, ds_f32_in bias, ds_f32 out,
    int64_t batch, int32_t fields) {
  return {(double)batch * (8.0 * fields + 4), (double)batch * fields};
}

static Work gram(ds_stream stream, ds_f32_in x, ds_i64_in base, ds_i32_in width, ds_i64_in rows, int64_t stride, ds_i64_in square_base, ds_f64 gram,
    ds_f32 workspace, int32_t fields) {
  Work sum{0, 0};
  for (int32_t f = 0; f < fields; f++) {
    const double w = at(width, f), r = (double)at(rows, f);
    sum.bytes += 4 * r * w + 8 * w * w;
    sum.flops += r * w * (w + 1);
  }
  return sum;
}

static Work regularity(ds_stream stream, ds_f64_in gram, ds_i64_in square_base, ds_i32_in width, ds_i32_in column, ds_f32_in mask, ds_f32_in scale,
    int32_t form, ds_f32 matrix, ds_f64 penalty, int32_t fields) {
  const double squares = squares_of(width, fields);
  return {12 * squares, 6 * squares};
}

static Work mask_open(ds_stream stream, ds_f32_in m, ds_f32 mask, int64_t n) {
  return {8.0 * (double)n, 0};
}

static Work mask_surrogate(ds_stream stream, ds_f32_in m, ds_f32_in mask_grad, ds_f32_in cost, ds_f32_in mu, ds_i32_in width, ds_i32_in column,
    int32_t surrogate, float slope, int32_t normalize, ds_f32 dm, int32_t fields) {
  const double columns = columns_of(width, fields);
  return {16 * columns, 4 * columns};
}

static Work embedding_catch_up(ds_stream stream, ds_i32_in unique, ds_i32_in counts, ds_i64_in base, ds_i32_in width, ds_i64_in row_base,
    ds_f32 tables, ds_f32 state1, ds_f32 state2, ds_i32 last, int32_t rule, ds_f32_in history, int64_t step, int64_t batch, int32_t fields) {
  const double touched = unique ? touched_of(counts, width, fields) : whole_of(row_base, width, fields);
  return {8 * touched * (1 + states_of(rule)), touched * update_flops(rule)};
}

static Work embedding_mark(ds_stream stream, ds_i32_in unique, ds_i32_in counts, ds_i64_in row_base, ds_i32 last, int64_t step, int64_t batch,
    int32_t fields) {
  return {8 * sum_of(counts, fields), 0};
}

static Work threshold_apply(ds_stream stream, ds_f32_in values, ds_f32_in thresholds, int32_t granularity, ds_i64_in base, ds_i32_in width,
    ds_i32_in column, ds_i64_in rows, ds_f32 tables, ds_i64 kept, int32_t fields) {
  const double entries = entries_of(rows, width, fields);
  return {(granularity == DS_T_FEATURE_DIMENSION ? 12 : 8) * entries, 4 * entries};
}

static Work threshold_update(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_i32_in order, ds_i32_in starts, ds_i32_in unique,
    ds_i32_in counts, ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, ds_f32 values, ds_f32 state1, ds_f32 state2,
    ds_f32_in hyper, ds_f32 thresholds, ds_f32 threshold_state1, ds_f32 threshold_state2, ds_f32_in threshold_hyper, int32_t granularity,
    ds_f32 tables, ds_i64 kept, ds_f32 workspace, int64_t batch, int32_t fields, int64_t columns) {
  const double entries = entries_of(rows, width, fields), positions = (double)batch * columns_of(width, fields);
  return {(granularity == DS_T_FEATURE_DIMENSION ? 56 : 36) * entries + 4 * positions, 30 * entries + positions};
}

static Work twin_mask_forward(ds_stream stream, ds_f32_in attributes, ds_f32_in alpha, ds_f32_in weights, ds_f32 hidden, ds_f32 logits, ds_i32 k,
    int32_t fewest, int32_t inputs, int32_t hidden1, int32_t hidden2, int32_t outputs, int64_t classes) {
  const double both = 2 * twin_weights(inputs, hidden1, hidden2, outputs);
  return {4 * (both + (double)classes * (inputs + 2.0 * (hidden1 + hidden2) + outputs + 2)), 2 * both * (double)classes};
}

static Work twin_mask_rows(ds_stream stream, ds_i32_in k, ds_i32_in class_of_row, ds_i64_in row_base, ds_i32_in unique, ds_i32_in counts,
    ds_i64 row_mask, int64_t batch, int32_t fields) {
  return {16 * (unique ? sum_of(counts, fields) : (double)at(row_base, fields)), 0};
}

static Work twin_mask_gradient(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_i32_in order, ds_i32_in starts, ds_i32_in unique,
    ds_i32_in counts, ds_i64_in base, ds_i32_in column, ds_f32_in tables, ds_i32_in class_of_row, ds_i64_in row_base, ds_i32_in class_base,
    ds_f32 dm, int32_t d, int64_t batch, int32_t fields) {
  const double positions = (double)batch * d * fields, touched = sum_of(counts, fields) * d;
  return {4 * (positions + 2 * touched), positions + 2 * touched};
}

static Work twin_mask_backward(ds_stream stream, ds_f32_in attributes, ds_f32_in alpha, ds_f32_in share, ds_f32_in weights, ds_f32_in hidden,
    ds_f32_in logits, ds_f32_in dm, float temperature, float rho, ds_f32 dweights, ds_f32 workspace, int32_t fewest, int32_t inputs, int32_t hidden1,
    int32_t hidden2, int32_t outputs, int64_t classes) {
  const double both = 2 * twin_weights(inputs, hidden1, hidden2, outputs);
  return {4 * (2 * both + (double)classes * (inputs + 2.0 * (hidden1 + hidden2) + 2.0 * outputs)), 4 * both * (double)classes};
}

} // namespace work
} // namespace ds

#pragma GCC diagnostic pop

#endif
