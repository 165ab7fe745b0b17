/*
 * Batch normalisation of columns.
 *
 *   forward     mean_j, var_j = mean and biased variance of x[., j];  inverse_std = 1 / sqrt(var + epsilon)
 *               y = gamma (x - mean) inverse_std + beta
 *               running_mean     = (1 - momentum) running_mean + momentum mean
 *               running_variance = (1 - momentum) running_variance + momentum var batch / (batch - 1)      a batch of one row counts as variance 0
 *   inference   y = gamma (x - running_mean) / sqrt(running_variance + epsilon) + beta
 *   backward    with u = (x - mean) inverse_std:  dbeta = Σ_b dy,  dgamma = Σ_b dy u,
 *               dx = gamma inverse_std (dy - dbeta / batch - u dgamma / batch)
 *
 * x, y, dy, dx [batch, n]; all else [n]. y may be x, dx may be dy. workspace: 2 * ceil(batch / DS_ROW_CHUNK) * n floats.
 * Order: a chunk of rows is summed row by row, for the variance in a second pass around the chunk's own mean; chunks are joined in order, moments
 * by Chan's formula, so large means cost no digits. Forward 16 bytes an element, backward 20. Sources: Ioffe & Szegedy
 * 2015, algorithm 1; Chan, Golub & LeVeque 1979, equation 2.1; running statistics as PyTorch keeps them.
 */
#include "arguments.h"
#include "column_sum.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 64; // batch rows a unit of work where rows are independent

/* body(at, j, k) for every run of k <= 16 elements that begins at element at, in column j; by units of ROWS rows. */
template <class Body>
static void each_row_block(ds_stream stream, int64_t batch, int64_t n, Body &&body) {
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++) each_block(n, [&](int64_t j, int k) { body(b * n + j, j, k); });
  });
}

/* Mean, and sum of squared distances from it, of each column of rows rows. */
static void moments(const float *x, int64_t rows, int64_t n, float *mean, float *squares) {
  const Lanes count = lanes((float)rows);
  clear(mean, n);
  clear(squares, n);
  for (int64_t b = 0; b < rows; b++) each_block(n, [&](int64_t j, int k) { add_to(mean + j, get(x + b * n + j, k), k); });
  each_block(n, [&](int64_t j, int k) { put(mean + j, get(mean + j, k) / count, k); });
  for (int64_t b = 0; b < rows; b++)
    each_block(n, [&](int64_t j, int k) {
      const Lanes d = get(x + b * n + j, k) - get(mean + j, k);
      add_to(squares + j, d * d, k);
    });
}

int batch_norm_forward(ds_stream stream, ds_f32_in x, ds_f32_in gamma, ds_f32_in beta, ds_f32 y, ds_f32 mean, ds_f32 inverse_std, ds_f32 running_mean,
                       ds_f32 running_variance, float momentum, float epsilon, ds_f32 workspace, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(x, gamma, beta, y, mean, inverse_std, running_mean, running_variance, workspace)) return DS_INVALID;
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  float *means = workspace, *squares = workspace + chunks * n;
  parallel(stream, chunks, [&](int64_t chunk) {
    const int64_t first = chunk * DS_ROW_CHUNK;
    moments(x + first * n, least(DS_ROW_CHUNK, batch - first), n, means + chunk * n, squares + chunk * n);
  });
  const Lanes one = lanes(1.0f), eps = lanes(epsilon), share = lanes(momentum), rest = lanes(1.0f - momentum);
  const Lanes rows = lanes((float)batch), freedom = lanes((float)(batch > 1 ? batch - 1 : 1));
  each_block(n, [&](int64_t j, int k) {
    Lanes m = get(means + j, k), s = get(squares + j, k);
    for (int64_t chunk = 1; chunk < chunks; chunk++) {
      const float before = (float)(chunk * DS_ROW_CHUNK), own = (float)least(DS_ROW_CHUNK, batch - chunk * DS_ROW_CHUNK);
      const Lanes part = lanes(own / (before + own));
      const Lanes delta = get(means + chunk * n + j, k) - m;
      m = m + delta * part;
      s = s + (get(squares + chunk * n + j, k) + delta * delta * (lanes(before) * part));
    }
    put(mean + j, m, k);
    put(inverse_std + j, one / sqrt(s / rows + eps), k);
    put(running_mean + j, rest * get(running_mean + j, k) + share * m, k);
    put(running_variance + j, rest * get(running_variance + j, k) + share * (s / freedom), k);
  });
  each_row_block(stream, batch, n, [&](int64_t at, int64_t j, int k) {
    const Lanes u = (get(x + at, k) - get(mean + j, k)) * get(inverse_std + j, k);
    put(y + at, get(gamma + j, k) * u + get(beta + j, k), k);
  });
  return DS_OK;
}

int batch_norm_inference(ds_stream stream, ds_f32_in x, ds_f32_in gamma, ds_f32_in beta, ds_f32_in running_mean, ds_f32_in running_variance,
                         float epsilon, ds_f32 y, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(x, gamma, beta, running_mean, running_variance, y)) return DS_INVALID;
  const Lanes one = lanes(1.0f), eps = lanes(epsilon);
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    each_block(n, [&](int64_t j, int k) { // columns outside, so that the root is taken once a unit
      const Lanes m = get(running_mean + j, k), inverse = one / sqrt(get(running_variance + j, k) + eps);
      const Lanes g = get(gamma + j, k), b0 = get(beta + j, k);
      for (int64_t at = chunk * ROWS * n + j; at < end * n; at += n) put(y + at, g * ((get(x + at, k) - m) * inverse) + b0, k);
    });
  });
  return DS_OK;
}

int batch_norm_backward(ds_stream stream, ds_f32_in x, ds_f32_in gamma, ds_f32_in mean, ds_f32_in inverse_std, ds_f32_in dy, ds_f32 dx, ds_f32 dgamma,
                        ds_f32 dbeta, ds_f32 workspace, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!all_set(dgamma, dbeta) || (batch > 0 && !all_set(x, gamma, mean, inverse_std, dy, dx, workspace))) return DS_INVALID;
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  float *gammas = workspace, *betas = workspace + chunks * n;
  parallel(stream, chunks, [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * DS_ROW_CHUNK, batch);
    float *own_gamma = gammas + chunk * n, *own_beta = betas + chunk * n;
    clear(own_gamma, n);
    clear(own_beta, n);
    for (int64_t b = chunk * DS_ROW_CHUNK; b < end; b++)
      each_block(n, [&](int64_t j, int k) {
        const Lanes d = get(dy + b * n + j, k);
        add_to(own_gamma + j, d * ((get(x + b * n + j, k) - get(mean + j, k)) * get(inverse_std + j, k)), k);
        add_to(own_beta + j, d, k);
      });
  });
  combine(gammas, chunks, n, dgamma, n);
  combine(betas, chunks, n, dbeta, n);
  const Lanes rows = lanes((float)batch);
  each_row_block(stream, batch, n, [&](int64_t at, int64_t j, int k) {
    const Lanes inverse = get(inverse_std + j, k);
    const Lanes u = (get(x + at, k) - get(mean + j, k)) * inverse;
    const Lanes d = (get(dy + at, k) - get(dbeta + j, k) / rows) - u * (get(dgamma + j, k) / rows);
    put(dx + at, get(gamma + j, k) * inverse * d, k);
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
