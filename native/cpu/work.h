/*
 * The least bytes that a call must move and the flops that it must do: what profiles and benchmarks divide by time. Each input is counted once and each output once,
 * of a table only the rows that the call touches; scratch memory and what a cache holds are not counted. A square root, a quotient, an exponential each count
 * as the few flops they are made of.
 *
 * One function per kernel, with the kernel's parameters; called after a call that went well. A back end says, before it includes this, how one number of
 * its memory is read: template <class T> static T at(const T *p, int64_t i).
 */
#ifndef DIMSIEVE_WORK_H
#define DIMSIEVE_WORK_H

#include "table_work.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter" // the size of an array is in another argument

namespace ds {
namespace work {

static Work update_dense(ds_stream stream, ds_f32 parameters, ds_f32_in grad, ds_f32 state1, ds_f32 state2, int32_t rule, ds_f32_in hyper,
    int64_t n) {
  return {(double)n * (12 + 8 * states_of(rule)), (double)n * update_flops(rule)};
}

static Work matmul(ds_stream stream, int32_t transpose_a, int32_t transpose_b, int64_t m, int64_t n, int64_t k, ds_f32_in a, int64_t a_stride,
    ds_f32_in b, int64_t b_stride, float beta, ds_f32 c, int64_t c_stride) {
  return {4 * ((double)m * (double)k + (double)k * (double)n + (beta == 0 ? 1 : 2) * (double)m * (double)n), 2.0 * (double)m * (double)n * (double)k};
}

static Work dense_forward(ds_stream stream, ds_f32_in x, int64_t x_stride, ds_f32_in w, ds_f32_in start, ds_f32_in bias, int32_t relu, ds_f32 out,
    int64_t out_stride, int64_t batch, int64_t depth, int64_t n) {
  return {4 * ((double)batch * (double)(depth + n) + (double)depth * (double)n), 2.0 * (double)batch * (double)depth * (double)n};
}

static Work dense_i8_pack(ds_stream stream, ds_f32_in w, ds_i32 packed, ds_f32 scale, int64_t depth, int64_t n) {
  return {5.0 * (double)depth * (double)n, 2.0 * (double)depth * (double)n};
}

static Work dense_i8_forward(ds_stream stream, ds_f32_in x, int64_t x_stride, ds_i32_in packed, ds_f32_in scale, ds_f32_in bias, int32_t relu,
    ds_i32 workspace, ds_f32 out, int64_t out_stride, int64_t batch, int64_t depth, int64_t n) {
  return {4 * (double)batch * (double)(depth + n) + (double)depth * (double)n, 2.0 * (double)batch * (double)depth * (double)n};
}

static Work fm_forward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_f32 sums, ds_f32 out, int64_t batch, int64_t columns, int64_t dim) {
  return {4.0 * (double)batch * (double)(columns + dim + 1), (double)batch * (double)(3 * columns + 3 * dim)};
}

static Work fm_backward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_f32_in sums, ds_f32_in dout, ds_f32 de, int32_t accumulate,
    int64_t batch, int64_t columns, int64_t dim) {
  return {4.0 * (double)batch * (double)((accumulate ? 3 : 2) * columns + dim + 1), (double)batch * (double)((accumulate ? 3 : 2) * columns)};
}

static Work bias_relu_dropout_forward(ds_stream stream, ds_f32 x, ds_f32_in bias, int32_t relu, float keep, ds_i64_in seed, int32_t layer,
    int64_t batch, int64_t n) {
  return {8.0 * (double)batch * (double)n, 2.0 * (double)batch * (double)n};
}

static Work bias_relu_dropout_backward(ds_stream stream, ds_f32_in y, int32_t relu, float keep, ds_f32 dy, ds_f32 dbias, ds_f32 workspace,
    int64_t batch, int64_t n) {
  return {12.0 * (double)batch * (double)n, 2.0 * (double)batch * (double)n};
}

static Work bce_with_logits(ds_stream stream, ds_f32_in logit, ds_f32_in label, ds_f64 loss, ds_f32 dlogit, ds_f64 workspace, int64_t batch) {
  return {12.0 * (double)batch, 60.0 * (double)batch};
}

static Work sigmoid(ds_stream stream, ds_f32_in logit, ds_f32 out, int64_t n) {
  return {8.0 * (double)n, 30.0 * (double)n};
}

static Work add(ds_stream stream, ds_f32_in a, ds_f32_in b, ds_f32 out, int64_t n) {
  return {12.0 * (double)n, (double)n};
}

static Work batch_norm_forward(ds_stream stream, ds_f32_in x, ds_f32_in gamma, ds_f32_in beta, ds_f32 y, ds_f32 mean, ds_f32 inverse_std,
    ds_f32 running_mean, ds_f32 running_variance, float momentum, float epsilon, ds_f32 workspace, int64_t batch, int64_t n) {
  return {16.0 * (double)batch * (double)n, 8.0 * (double)batch * (double)n};
}

static Work batch_norm_inference(ds_stream stream, ds_f32_in x, ds_f32_in gamma, ds_f32_in beta, ds_f32_in running_mean, ds_f32_in running_variance,
    float epsilon, ds_f32 y, int64_t batch, int64_t n) {
  return {8.0 * (double)batch * (double)n, 2.0 * (double)batch * (double)n};
}

static Work batch_norm_backward(ds_stream stream, ds_f32_in x, ds_f32_in gamma, ds_f32_in mean, ds_f32_in inverse_std, ds_f32_in dy, ds_f32 dx,
    ds_f32 dgamma, ds_f32 dbeta, ds_f32 workspace, int64_t batch, int64_t n) {
  return {20.0 * (double)batch * (double)n, 9.0 * (double)batch * (double)n};
}

static Work cross_forward(ds_stream stream, ds_f32_in x0, ds_f32_in x, ds_f32_in y, ds_f32_in bias, ds_f32 out, int64_t batch, int64_t n) {
  return {16.0 * (double)batch * (double)n, 3.0 * (double)batch * (double)n};
}

static Work cross_backward(ds_stream stream, ds_f32_in x0, ds_f32_in y, ds_f32_in bias, ds_f32_in dout, ds_f32 dx0, int32_t accumulate_x0, ds_f32 dx,
    int32_t accumulate_x, ds_f32 dy, ds_f32 dbias, ds_f32 workspace, int64_t batch, int64_t n) {
  return {4.0 * (double)batch * (double)n * (6 + (accumulate_x0 != 0) + (accumulate_x != 0)), 5.0 * (double)batch * (double)n};
}

static Work concat_forward(ds_stream stream, ds_f32_in a, ds_f32_in b, ds_f32 out, int64_t batch, int64_t m, int64_t n) {
  return {8.0 * (double)batch * (double)(m + n), 0};
}

static Work concat_backward(ds_stream stream, ds_f32_in dout, ds_f32 da, int32_t accumulate_a, ds_f32 db, int32_t accumulate_b, int64_t batch,
    int64_t m, int64_t n) {
  return {4.0 * (double)batch * (double)((accumulate_a ? 3 : 2) * m + (accumulate_b ? 3 : 2) * n), 0};
}

static Work inner_product_forward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_i32_in column, ds_f32 spread, ds_f32 out, int64_t batch,
    int32_t fields, int64_t columns, int64_t dim) {
  const double pairs = fields * (fields - 1.0) / 2;
  return {4 * (double)batch * ((double)columns + pairs), 2 * (double)batch * pairs * (double)dim};
}

static Work inner_product_backward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_i32_in column, ds_f32_in spread, ds_f32_in dout, ds_f32 de,
    int32_t accumulate, int64_t batch, int32_t fields, int64_t columns, int64_t dim) {
  const double pairs = fields * (fields - 1.0) / 2;
  return {4 * (double)batch * ((accumulate ? 3 : 2) * (double)columns + pairs), 4 * (double)batch * pairs * (double)dim};
}

static Work field_attention_forward(ds_stream stream, ds_f32_in x, ds_f32 weights, ds_f32 out, float scale, int64_t batch, int32_t fields,
    int32_t heads, int32_t size) {
  const double wide = (double)fields * heads * size, scores = (double)heads * fields * fields;
  return {4 * (double)batch * (5 * wide + scores), (double)batch * scores * (4.0 * size + 20)};
}

static Work field_attention_backward(ds_stream stream, ds_f32_in x, ds_f32_in weights, ds_f32_in out, ds_f32_in dout, ds_f32 dx, float scale,
    int64_t batch, int32_t fields, int32_t heads, int32_t size) {
  const double wide = (double)fields * heads * size, scores = (double)heads * fields * fields;
  return {4 * (double)batch * (10 * wide + scores), (double)batch * scores * (8.0 * size + 5)};
}

static Work ceiling(ds_stream stream, int32_t kind, ds_f32_in a, ds_f32_in b, ds_f32 c, int64_t n) {
  const double count = (double)n;
  switch (kind) {
    case DS_CEILING_READ:
      return {4 * count, count};
    case DS_CEILING_COPY:
      return {8 * count, 0};
    case DS_CEILING_TRIAD:
      return {12 * count, 2 * count};
    case DS_CEILING_ROWS:
      return {64 * count, 16 * count};
    case DS_CEILING_FMA:
      return {0, 2.0 * DS_CEILING_FMA_UNIT * (double)chunks_of(n, DS_CEILING_FMA_UNIT)};
    default:
      return {4 * count, 0};
  }
}

} // namespace work
} // namespace ds

#pragma GCC diagnostic pop

#endif
