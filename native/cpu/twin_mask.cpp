/*
 * Adaptively-masked twins-based layer: two small MLPs, h for frequent and l for rare values, read the frequency attributes of a value and choose how
 * many of its leading columns stay. Values of a field with the same attributes form a class and share one evaluation; twin_mask_rows.cpp is the way from
 * classes to rows and back.
 *
 *   twin_mask_forward   o_c = α_c h(s_c) + (1 − α_c) l(s_c);   k_c = fewest + argmax_i o_ci        (the smallest of equal ones)
 *                       h, l: inputs → hidden1 → hidden2 → outputs, ReLU between; outputs = D + 1 − fewest, fewest is 0 or 1
 *   twin_mask_backward  δt_k = Σ_{j<k} dm_j + ρ w_c k / D;  t̂ = softmax(o / T);  δo = t̂ ⊙ (δt − ⟨t̂, δt⟩) / T;  δh = α δo, δl = (1 − α) δo;
 *                       weights' gradient summed over classes. ρ Σ_c w_c E[k_c] / D is the size penalty.
 *
 * The mask is m_j = Σ_{k>j} t_k of the hard t = onehot(argmax o): forward takes the hard one, backward the soft one (straight-through).
 * attributes [classes, inputs], alpha and share (w) [classes], logits (o) [classes, outputs], k [classes], dm [classes, D]. Weights of a twin, h before
 * l: W1 [inputs, hidden1], b1, W2 [hidden1, hidden2], b2, W3 [hidden2, outputs], b3. hidden [classes, 2 (hidden1 + hidden2)] are activations.
 * workspace: ceil(classes / DS_CLASS_CHUNK) * weights floats.
 *
 * A unit of work is DS_CLASS_CHUNK classes; partial sums of weights are added in order. About 4,000 flops a class forward and 8,000 backward at
 * 4-32-16-17. Sources: Yan et al. 2021 (AMTL); methods: 6.
 */
#include "arguments.h"
#include "column_sum.h"
#include "exp_log.h"
#include "pool.h"
#include "twins.h"

namespace ds {
namespace DS_ISA {

/* First class after a chunk. */
static inline int64_t end_of(int64_t chunk, int64_t classes) { return least((chunk + 1) * DS_CLASS_CHUNK, classes); }

/* y = b + x W, then ReLU when asked. */
static inline void dense(const float *x, int32_t in, const float *w, const float *b, int32_t out, float *y, bool relu) {
  each_block(out, [&](int64_t j, int n) {
    Lanes s = get(b + j, n);
    for (int32_t i = 0; i < in; i++) s = s + lanes(x[i]) * get(w + (int64_t)i * out + j, n);
    put(y + j, relu ? max(s, lanes(0.0f)) : s, n);
  });
}

/* dw += x ⊗ dy, db += dy and, unless null, dx = (dy Wᵀ) 1[x > 0]. */
static inline void dense_backward(const float *x, int32_t in, const float *w, const float *dy, int32_t out, float *dw, float *db, float *dx) {
  for (int32_t i = 0; i < in; i++) {
    const int64_t row = (int64_t)i * out;
    Lanes s = lanes(0.0f);
    each_block(out, [&](int64_t j, int n) {
      const Lanes d = get(dy + j, n);
      add_to(dw + row + j, lanes(x[i]) * d, n);
      if (dx) s = s + get(w + row + j, n) * d;
    });
    if (dx) dx[i] = x[i] > 0 ? sum(s) : 0;
  }
  each_block(out, [&](int64_t j, int n) { add_to(db + j, get(dy + j, n), n); });
}

int twin_mask_forward(ds_stream stream, ds_f32_in attributes, ds_f32_in alpha, ds_f32_in weights, ds_f32 hidden, ds_f32 logits, ds_i32 k, int32_t fewest,
                      int32_t inputs, int32_t hidden1, int32_t hidden2, int32_t outputs, int64_t classes) {
  const Twins t{inputs, hidden1, hidden2, outputs};
  if (classes < 0 || !t.valid(fewest)) return DS_INVALID;
  if (classes == 0) return DS_OK;
  if (!all_set(attributes, alpha, weights, hidden, logits, k)) return DS_INVALID;
  parallel(stream, chunks_of(classes, DS_CLASS_CHUNK), [&](int64_t chunk) {
    for (int64_t c = chunk * DS_CLASS_CHUNK; c < end_of(chunk, classes); c++) {
      float twin[2][MAX_OUTPUTS];
      for (int i = 0; i < 2; i++) {
        const float *w = weights + i * t.weights();
        float *h1 = hidden + (2 * c + i) * t.hidden(), *h2 = h1 + hidden1;
        dense(attributes + c * inputs, inputs, w, w + t.b1(), hidden1, h1, true);
        dense(h1, hidden1, w + t.w2(), w + t.b2(), hidden2, h2, true);
        dense(h2, hidden2, w + t.w3(), w + t.b3(), outputs, twin[i], false);
      }
      float *o = logits + c * outputs;
      const Lanes high = lanes(alpha[c]), low = lanes(1.0f - alpha[c]);
      each_block(outputs, [&](int64_t j, int n) { put(o + j, high * get(twin[0] + j, n) + low * get(twin[1] + j, n), n); });
      int32_t best = 0;
      for (int32_t j = 1; j < outputs; j++)
        if (o[j] > o[best]) best = j;
      k[c] = fewest + best;
    }
  });
  return DS_OK;
}

/* δo of one class from its dm, t̂ recomputed from the logits; false when all of it is zero. */
static inline bool logits_gradient(const float *o, const float *dm, int32_t fewest, int32_t outputs, float inverse_temperature, float price, float *d) {
  float soft[MAX_OUTPUTS], best = o[0], total = 0, mean = 0, prefix_sum = 0;
  for (int32_t j = 1; j < outputs; j++) best = o[j] > best ? o[j] : best;
  each_block(outputs, [&](int64_t j, int n) { put(soft + j, exp((get(o + j, n) - lanes(best)) * lanes(inverse_temperature)), n); });
  for (int32_t j = 0; j < outputs; j++) total += soft[j];
  for (int32_t j = 0; j < outputs; j++) {
    if (j + fewest > 0) prefix_sum += dm[j + fewest - 1];
    d[j] = prefix_sum + price * (float)(j + fewest);
    soft[j] /= total;
    mean += soft[j] * d[j];
  }
  bool any = false;
  for (int32_t j = 0; j < outputs; j++) {
    d[j] = soft[j] * (d[j] - mean) * inverse_temperature;
    any |= d[j] != 0;
  }
  return any;
}

int twin_mask_backward(ds_stream stream, ds_f32_in attributes, ds_f32_in alpha, ds_f32_in share, ds_f32_in weights, ds_f32_in hidden, ds_f32_in logits,
                       ds_f32_in dm, float temperature, float rho, ds_f32 dweights, ds_f32 workspace, int32_t fewest, int32_t inputs, int32_t hidden1,
                       int32_t hidden2, int32_t outputs, int64_t classes) {
  const Twins t{inputs, hidden1, hidden2, outputs};
  const int32_t dimension = fewest + outputs - 1;
  if (classes < 0 || dimension < 1 || !t.valid(fewest) || !(temperature > 0)) return DS_INVALID;
  if (!dweights) return DS_INVALID;
  const int64_t units = chunks_of(classes, DS_CLASS_CHUNK), size = 2 * t.weights();
  if (classes > 0 && !all_set(attributes, alpha, share, weights, hidden, logits, dm, workspace)) return DS_INVALID;
  parallel(stream, units, [&](int64_t chunk) {
    float *own = workspace + chunk * size;
    clear(own, size);
    for (int64_t c = chunk * DS_CLASS_CHUNK; c < end_of(chunk, classes); c++) {
      float d[MAX_OUTPUTS], scaled[MAX_OUTPUTS], d1[MAX_HIDDEN], d2[MAX_HIDDEN];
      const float price = rho * share[c] / (float)dimension;
      if (!logits_gradient(logits + c * outputs, dm + c * dimension, fewest, outputs, 1 / temperature, price, d)) continue;
      for (int i = 0; i < 2; i++) {
        const float part = i == 0 ? alpha[c] : 1.0f - alpha[c];
        const float *w = weights + i * t.weights(), *h1 = hidden + (2 * c + i) * t.hidden(), *h2 = h1 + hidden1;
        float *dw = own + i * t.weights();
        for (int32_t j = 0; j < outputs; j++) scaled[j] = part * d[j];
        dense_backward(h2, hidden2, w + t.w3(), scaled, outputs, dw + t.w3(), dw + t.b3(), d2);
        dense_backward(h1, hidden1, w + t.w2(), d2, hidden2, dw + t.w2(), dw + t.b2(), d1);
        dense_backward(attributes + c * inputs, inputs, w, d1, hidden1, dw, dw + t.b1(), nullptr);
      }
    }
  });
  combine(workspace, units, size, dweights, size);
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
