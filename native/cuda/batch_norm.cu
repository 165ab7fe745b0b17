/*
 * Batch normalisation of columns; what it computes stands in cpu/batch_norm.cpp.
 *
 * Moments and gradient sums of a chunk of rows: column_sum.h says which thread has which element, and the order; the variance in a second pass around the
 * chunk's own mean, out of the cache. A thread per column joins the chunks in order, moments by Chan's formula. Normalising: a thread per four floats of
 * a row where n is a multiple of four, else per float. Inference has the CPU's bits. Forward 16 bytes an element, backward 20.
 */
#include "column_sum.h"
#include "elementwise.h"

namespace ds {
namespace cuda {

namespace {

struct Forward {
  const float *x, *gamma, *beta;
  float *y, *mean, *inverse_std, *running_mean, *running_variance;
  float momentum, epsilon;
  float *means, *squares; // of the chunks
  int64_t batch, n;
};

struct Backward {
  const float *x, *gamma, *mean, *inverse_std, *dy;
  float *dx, *dgamma, *dbeta;
  float *gammas, *betas; // of the chunks
  int64_t batch, n;
};

__global__ void __launch_bounds__(SUM_BLOCK) chunk_moments(Forward p) {
  const Tile t = tile_of_block(p.batch, p.n);
  const float mean = fold_column(sum_rows(t, [&](int64_t b) { return p.x[b * p.n + t.column]; })) / (float)(t.end - t.first);
  const float squares = fold_column(sum_rows(t, [&](int64_t b) {
    const float d = p.x[b * p.n + t.column] - mean;
    return d * d;
  }));
  if (!t.inside || threadIdx.x >= TILE) return;
  p.means[t.chunk * p.n + t.column] = mean;
  p.squares[t.chunk * p.n + t.column] = squares;
}

__global__ void join_moments(Forward p) {
  const int64_t chunks = chunks_of(p.batch, DS_ROW_CHUNK);
  grid_stride(p.n, [&](int64_t j) {
    float m = p.means[j], s = p.squares[j];
    for (int64_t chunk = 1; chunk < chunks; chunk++) {
      const float before = (float)(chunk * DS_ROW_CHUNK), own = (float)least(DS_ROW_CHUNK, p.batch - chunk * DS_ROW_CHUNK), part = own / (before + own);
      const float delta = p.means[chunk * p.n + j] - m;
      m = m + delta * part;
      s = s + (p.squares[chunk * p.n + j] + delta * delta * (before * part));
    }
    const float rest = 1.0f - p.momentum;
    p.mean[j] = m;
    p.inverse_std[j] = 1.0f / sqrtf(s / (float)p.batch + p.epsilon);
    p.running_mean[j] = rest * p.running_mean[j] + p.momentum * m;
    p.running_variance[j] = rest * p.running_variance[j] + p.momentum * (s / (float)(p.batch > 1 ? p.batch - 1 : 1));
  });
}

/* With the batch's statistics, or without means of chunks with the running ones. */
template <int V>
__global__ void normalise_packs(Forward p, int64_t packs) {
  grid_stride(packs, [&](int64_t i) {
    const int64_t at = i * V, j = at % p.n;
    const Pack<V> x = load<V>(p.x + at), gamma = load<V>(p.gamma + j), beta = load<V>(p.beta + j);
    const Pack<V> mean = load<V>((p.means ? p.mean : p.running_mean) + j), spread = load<V>((p.means ? p.inverse_std : p.running_variance) + j);
    store<V>(p.y + at, each<V>([&](int k) {
             const float inverse = p.means ? spread.x[k] : 1.0f / sqrtf(spread.x[k] + p.epsilon);
             return gamma.x[k] * ((x.x[k] - mean.x[k]) * inverse) + beta.x[k];
           }));
  });
}

__global__ void __launch_bounds__(SUM_BLOCK) chunk_gradients(Backward p) {
  const Tile t = tile_of_block(p.batch, p.n);
  const float mean = t.inside ? p.mean[t.column] : 0.0f, inverse = t.inside ? p.inverse_std[t.column] : 0.0f;
  float beta = 0;
  const float gamma = sum_rows(t, [&](int64_t b) {
    const float d = p.dy[b * p.n + t.column];
    beta += d;
    return d * ((p.x[b * p.n + t.column] - mean) * inverse);
  });
  const float gammas = fold_column(gamma), betas = fold_column(beta);
  if (!t.inside || threadIdx.x >= TILE) return;
  p.gammas[t.chunk * p.n + t.column] = gammas;
  p.betas[t.chunk * p.n + t.column] = betas;
}

template <int V>
__global__ void gradient_packs(Backward p, int64_t packs) {
  const float rows = (float)p.batch;
  grid_stride(packs, [&](int64_t i) {
    const int64_t at = i * V, j = at % p.n;
    const Pack<V> x = load<V>(p.x + at), dy = load<V>(p.dy + at), gamma = load<V>(p.gamma + j), mean = load<V>(p.mean + j);
    const Pack<V> inverse = load<V>(p.inverse_std + j), dgamma = load<V>(p.dgamma + j), dbeta = load<V>(p.dbeta + j);
    store<V>(p.dx + at, each<V>([&](int k) {
             const float u = (x.x[k] - mean.x[k]) * inverse.x[k];
             const float d = (dy.x[k] - dbeta.x[k] / rows) - u * (dgamma.x[k] / rows);
             return gamma.x[k] * inverse.x[k] * d;
           }));
  });
}

} // namespace

int batch_norm_forward(ds_stream stream, ds_f32_in x, ds_f32_in gamma, ds_f32_in beta, ds_f32 y, ds_f32 mean, ds_f32 inverse_std, ds_f32 running_mean,
                       ds_f32 running_variance, float momentum, float epsilon, ds_f32 workspace, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(x, gamma, beta, y, mean, inverse_std, running_mean, running_variance, workspace)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  const Forward p{x, gamma, beta, y, mean, inverse_std, running_mean, running_variance, momentum, epsilon, workspace, workspace + chunks * n, batch, n};
  if (const int status = launch(chunk_moments, tiles_of(chunks, n), SUM_BLOCK, s, p)) return status;
  if (const int status = launch(join_moments, blocks_for(n, 128), 128, s, p)) return status;
  return launch_packs(normalise_packs<4>, normalise_packs<1>, n % 4 == 0 && all_aligned(x, gamma, beta, y, mean, inverse_std), batch * n, s, p);
}

int batch_norm_inference(ds_stream stream, ds_f32_in x, ds_f32_in gamma, ds_f32_in beta, ds_f32_in running_mean, ds_f32_in running_variance,
                         float epsilon, ds_f32 y, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(x, gamma, beta, running_mean, running_variance, y)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Forward p{x, gamma, beta, y, nullptr, nullptr, const_cast<float *>(running_mean), const_cast<float *>(running_variance), 0, epsilon, nullptr,
                  nullptr, batch, n};
  return launch_packs(normalise_packs<4>, normalise_packs<1>, n % 4 == 0 && all_aligned(x, gamma, beta, running_mean, running_variance, y), batch * n, s, p);
}

int batch_norm_backward(ds_stream stream, ds_f32_in x, ds_f32_in gamma, ds_f32_in mean, ds_f32_in inverse_std, ds_f32_in dy, ds_f32 dx, ds_f32 dgamma,
                        ds_f32 dbeta, ds_f32 workspace, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!all_set(dgamma, dbeta) || (batch > 0 && !all_set(x, gamma, mean, inverse_std, dy, dx, workspace))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  const Backward p{x, gamma, mean, inverse_std, dy, dx, dgamma, dbeta, workspace, workspace + chunks * n, batch, n};
  if (chunks > 0)
    if (const int status = launch(chunk_gradients, tiles_of(chunks, n), SUM_BLOCK, s, p)) return status;
  if (const int status = combine(s, workspace, chunks, n, dgamma, dbeta)) return status;
  if (batch == 0) return DS_OK;
  return launch_packs(gradient_packs<4>, gradient_packs<1>, n % 4 == 0 && all_aligned(x, gamma, mean, inverse_std, dy, dx, dgamma, dbeta), batch * n, s, p);
}

} // namespace cuda
} // namespace ds
