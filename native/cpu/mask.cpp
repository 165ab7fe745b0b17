/*
 * The hard mask of columns: its forward step and the gradient of the parameters behind it.
 *
 *   mask_open       mask = 1[m > 0]                                                                     n entries
 *   mask_surrogate  dm[c] = (G'[c] + mu[0] cost[c]) q(m[c]),   c = column[f] .. column[f] + width[f]
 *
 * G = mask_grad, ∂loss/∂mask of each column; G' = G, or with normalize G over the mean |G| of its field (0 stays 0). cost is what a column adds to the
 * size, mu the price of size. q is the surrogate derivative of the step:
 *   DS_Q_IDENTITY 1;  DS_Q_CLIPPED 1[|m| <= 1];  DS_Q_SOFTPLUS σ(m);  DS_Q_LEAKY 1 for m > 0, else slope;  DS_Q_SIGMOID σ(m)(1 − σ(m));
 *   DS_Q_LONG_TAILED 2 − 4|m| for |m| <= 0.4, 0.4 up to |m| = 1, 0 beyond (OptEmbed, Lyu et al. 2022).
 * A few hundred columns: serial, sums in float64 in column order. Source: HAM; AutoPrune (Xiao et al. 2019).
 */
#include "arguments.h"
#include "lanes.h"
#include "surrogate.h"

namespace ds {
namespace DS_ISA {

int mask_open(ds_stream, ds_f32_in m, ds_f32 mask, int64_t n) {
  if (n < 0) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!all_set(m, mask)) return DS_INVALID;
  for (int64_t i = 0; i < n; i++) mask[i] = m[i] > 0 ? 1.0f : 0.0f;
  return DS_OK;
}

int mask_surrogate(ds_stream, ds_f32_in m, ds_f32_in mask_grad, ds_f32_in cost, ds_f32_in mu, ds_i32_in width, ds_i32_in column, int32_t surrogate,
                   float slope, int32_t normalize, ds_f32 dm, int32_t fields) {
  if (fields < 0 || surrogate < DS_Q_IDENTITY || surrogate > DS_Q_LONG_TAILED) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(m, mask_grad, cost, mu, width, column, dm)) return DS_INVALID;
  for (int32_t f = 0; f < fields; f++) {
    const int32_t first = column[f], end = first + width[f];
    double mean = 0;
    for (int32_t c = first; c < end; c++) mean += __builtin_fabs((double)mask_grad[c]) / width[f];
    const double unit = normalize && mean > 0 ? mean : 1;
    for (int32_t c = first; c < end; c++)
      dm[c] = (float)((mask_grad[c] / unit + (double)mu[0] * cost[c]) * surrogate_derivative(surrogate, m[c], slope));
  }
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
