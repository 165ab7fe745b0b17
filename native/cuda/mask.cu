/*
 * The hard mask of columns and the gradient behind it; formulas stand in cpu/mask.cpp.
 *
 * mask_open: a thread per entry, 8 bytes. mask_surrogate: a warp per field, a lane per column; the mean |G| is added up by all lanes alike, column by column
 * in the order of the CPU, each lane's term handed round by shuffles. In float64 as there, so the bits are the CPU's. 20 bytes a column; a few hundred columns.
 */
#include "cpu/surrogate.h"
#include "launch.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 128;

__global__ void open_columns(const float *m, float *mask, int64_t n) {
  grid_stride(n, [&](int64_t i) { mask[i] = m[i] > 0 ? 1.0f : 0.0f; });
}

struct Surrogate {
  const float *m, *mask_grad, *cost, *mu;
  const int32_t *width, *column;
  int32_t kind;
  float slope;
  int32_t normalize;
  float *dm;
  int32_t fields;
};

/* Σ |G| / n over n columns, the same in every lane. */
__device__ double mean_size(const float *mask_grad, int32_t n) {
  const int lane = threadIdx.x % WARP;
  double mean = 0;
  for (int32_t j = 0; j < n; j += WARP) {
    const double own = j + lane < n ? fabs((double)mask_grad[j + lane]) / n : 0;
    for (int i = 0; i < WARP && j + i < n; i++) mean += __shfl_sync(ALL_LANES, own, i);
  }
  return mean;
}

__global__ void surrogate_gradient(Surrogate p) {
  const int64_t warps = (int64_t)gridDim.x * blockDim.x / WARP;
  for (int64_t f = thread_of_grid() / WARP; f < p.fields; f += warps) {
    const int32_t first = p.column[f], n = p.width[f];
    const double mean = p.normalize ? mean_size(p.mask_grad + first, n) : 0, unit = mean > 0 ? mean : 1;
    for (int32_t c = first + (int32_t)(threadIdx.x % WARP); c < first + n; c += WARP)
      p.dm[c] = (float)((p.mask_grad[c] / unit + (double)p.mu[0] * p.cost[c]) * surrogate_derivative(p.kind, p.m[c], p.slope));
  }
}

} // namespace

int mask_open(ds_stream stream, ds_f32_in m, ds_f32 mask, int64_t n) {
  if (n < 0) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!all_set(m, mask)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  return launch(open_columns, blocks_for(n, BLOCK), BLOCK, s, m, mask, n);
}

int mask_surrogate(ds_stream stream, ds_f32_in m, ds_f32_in mask_grad, ds_f32_in cost, ds_f32_in mu, ds_i32_in width, ds_i32_in column, int32_t surrogate,
                   float slope, int32_t normalize, ds_f32 dm, int32_t fields) {
  if (fields < 0 || surrogate < DS_Q_IDENTITY || surrogate > DS_Q_LONG_TAILED) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(m, mask_grad, cost, mu, width, column, dm)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Surrogate p{m, mask_grad, cost, mu, width, column, surrogate, slope, normalize, dm, fields};
  return launch(surrogate_gradient, blocks_for((int64_t)fields * WARP, BLOCK), BLOCK, s, p);
}

} // namespace cuda
} // namespace ds
