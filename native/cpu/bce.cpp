/*
 * Binary cross entropy of logits, and the logistic function.
 *
 *   loss[0]   = 1/batch Σ_b max(z, 0) - z y + ln(1 + e^-|z|)
 *   dlogit[b] = (σ(z) - y) / batch                                 may be null
 *   out[i]    = σ(logit[i]) = 1 / (1 + e^-logit[i])
 *
 * logit, label, dlogit [batch]; labels in [0, 1]. Rows are evaluated in float32 and summed in float64, ascending in each chunk of DS_ROW_CHUNK, then
 * in chunk order; workspace: ceil(batch / DS_ROW_CHUNK) doubles. A NaN reaches the loss. For z >= 0 the gradient is taken as (1 - y) - σ(-z): near
 * a label of 1 it keeps its relative precision. 12 bytes and about 60 flops a row.
 */
#include "arguments.h"
#include "exp_log.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t UNIT = 4096; // elements a unit of work of sigmoid

int bce_with_logits(ds_stream stream, ds_f32_in logit, ds_f32_in label, ds_f64 loss, ds_f32 dlogit, ds_f64 workspace, int64_t batch) {
  if (batch < 0) return DS_INVALID;
  if (batch == 0) {
    if (loss) loss[0] = 0;
    return DS_OK;
  }
  if (!all_set(logit, label, loss, workspace)) return DS_INVALID;
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  const Lanes zero = lanes(0.0f), one = lanes(1.0f), rows = lanes((float)batch);
  parallel(stream, chunks, [&](int64_t chunk) {
    const int64_t first = chunk * DS_ROW_CHUNK;
    double total = 0;
    each_block(least(DS_ROW_CHUNK, batch - first), [&](int64_t i, int n) {
      const Lanes z = get(logit + first + i, n), y = get(label + first + i, n);
      const Logistic l = logistic(z);
      float row[LANES];
      store(row, (max(zero, z) - z * y) + log1p(l.decay));
      for (int k = 0; k < n; k++) total += (double)row[k];
      if (!dlogit) return;
      const Lanes small = l.decay / (one + l.decay); // σ(-|z|)
      put(dlogit + first + i, (l.above * ((one - y) - small) + l.below * (small - y)) / rows, n);
    });
    workspace[chunk] = total;
  });
  double total = 0;
  for (int64_t chunk = 0; chunk < chunks; chunk++) total += workspace[chunk];
  loss[0] = total / (double)batch;
  return DS_OK;
}

int sigmoid(ds_stream stream, ds_f32_in logit, ds_f32 out, int64_t n) {
  if (n < 0) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!all_set(logit, out)) return DS_INVALID;
  parallel(stream, chunks_of(n, UNIT), [&](int64_t chunk) {
    const int64_t first = chunk * UNIT;
    each_block(least(UNIT, n - first), [&](int64_t i, int k) { put(out + first + i, sigmoid(get(logit + first + i, k)), k); });
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
