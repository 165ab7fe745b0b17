/*
 * The networks of the adaptively-masked twins-based layer (AMTL); formulas, layout and workspace stand in cpu/twin_mask.cpp.
 *
 * forward: a warp per class, a lane per output of a layer; inputs ascending. 4 bytes of weights a flop pair, from the L1 cache.
 * backward: a block per (DS_CLASS_CHUNK classes, twin) holds δ of all units of as many classes as shared memory has room for: a thread per class for the
 * logits, a thread per (unit, class) for hidden ones, a thread per weight for the sum over classes, ascending; chunks are added by a second kernel, in order.
 * All has the bits of the CPU.
 */
#include "cpu/twins.h"
#include "exp_log.h"
#include "lane_sum.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;
constexpr int ROOM = 8192; // floats of δ in shared memory

struct Forward {
  const float *attributes, *alpha, *weights;
  float *hidden, *logits;
  int32_t *k;
  int32_t fewest;
  Twins t;
  int64_t classes;
};

/* b_j + Σ_i x_i W_ij */
__device__ float dense(const float *x, int32_t in, const float *w, const float *b, int32_t out, int32_t j) {
  float s = b[j];
  for (int32_t i = 0; i < in; i++) s = s + x[i] * w[(int64_t)i * out + j];
  return s;
}

/* A layer with ReLU, by a warp. */
__device__ void dense_relu(const float *x, int32_t in, const float *w, const float *b, int32_t out, float *y) {
  for (int32_t j = threadIdx.x % WARP; j < out; j += WARP) y[j] = larger(dense(x, in, w, b, out, j), 0.0f);
  __syncwarp();
}

__global__ void forward_classes(Forward p) {
  const Twins &t = p.t;
  const int lane = threadIdx.x % WARP;
  const int64_t warps = (int64_t)gridDim.x * blockDim.x / WARP;
  for (int64_t c = thread_of_grid() / WARP; c < p.classes; c += warps) {
    float *const h = p.hidden + 2 * c * t.hidden(), *const o = p.logits + c * t.outputs;
    for (int i = 0; i < 2; i++) {
      const float *w = p.weights + i * t.weights();
      float *const h1 = h + i * t.hidden(), *const h2 = h1 + t.hidden1;
      dense_relu(p.attributes + c * t.inputs, t.inputs, w, w + t.b1(), t.hidden1, h1);
      dense_relu(h1, t.hidden1, w + t.w2(), w + t.b2(), t.hidden2, h2);
    }
    const float *w = p.weights + t.w3(), *b = p.weights + t.b3(), *h2 = h + t.hidden1;
    const float high = p.alpha[c], low = 1.0f - high;
    float best = -INFINITY; // the first of the largest; output 0 where there is none
    int32_t at = MAX_OUTPUTS;
    for (int32_t j = lane; j < t.outputs; j += WARP) {
      const float x = high * dense(h2, t.hidden2, w, b, t.outputs, j) +
                      low * dense(h2 + t.hidden(), t.hidden2, w + t.weights(), b + t.weights(), t.outputs, j);
      o[j] = x;
      if (x > best || (j == 0 && !(x == x))) {
        best = x == x ? x : INFINITY; // nothing is above a NaN in place 0
        at = j;
      }
    }
    for (int other = WARP / 2; other > 0; other /= 2) {
      const float x = __shfl_xor_sync(ALL_LANES, best, other);
      const int32_t j = __shfl_xor_sync(ALL_LANES, at, other);
      if (x > best || (x == best && j < at)) {
        best = x;
        at = j;
      }
    }
    if (lane == 0) p.k[c] = p.fewest + (at < t.outputs ? at : 0);
  }
}

struct Backward {
  const float *attributes, *alpha, *share, *weights, *hidden, *logits, *dm;
  float inverse_temperature, rho;
  float *dweights, *workspace;
  int32_t fewest;
  Twins t;
  int64_t classes;
};

/* part δo of one class, t̂ recomputed from the logits. */
__device__ void logits_gradient(const Backward &p, int64_t c, float part, float *d) {
  const int32_t n = p.t.outputs, dimension = p.fewest + n - 1;
  const float *o = p.logits + c * n, *dm = p.dm + c * dimension;
  const float price = p.rho * p.share[c] / (float)dimension;
  float best = o[0], total = 0, mean = 0, prefix_sum = 0;
  for (int32_t j = 1; j < n; j++) best = o[j] > best ? o[j] : best;
  for (int32_t j = 0; j < n; j++) total += d[j] = exp_of((o[j] - best) * p.inverse_temperature);
  for (int32_t j = 0; j < n; j++) {
    if (j + p.fewest > 0) prefix_sum += dm[j + p.fewest - 1];
    d[j] /= total;
    mean += d[j] * (prefix_sum + price * (float)(j + p.fewest));
  }
  prefix_sum = 0;
  for (int32_t j = 0; j < n; j++) {
    if (j + p.fewest > 0) prefix_sum += dm[j + p.fewest - 1];
    d[j] = part * (d[j] * (prefix_sum + price * (float)(j + p.fewest) - mean) * p.inverse_temperature);
  }
}

/* δ of n inputs of a layer from that of its outputs, a thread per (input, class): δx = (W δy) 1[x > 0]. x: of class 0, the next hidden apart. */
__device__ void hidden_gradient(const float *x, int64_t x_stride, int32_t in, const float *w, int32_t out, const float *dy, float *dx, int stride, int classes) {
  for (int i = threadIdx.x; i < in * classes; i += BLOCK) {
    const int unit = i / classes, c = i - unit * classes;
    const float *row = w + (int64_t)unit * out, *d = dy + c * stride;
    dx[c * stride + unit] = x[c * x_stride + unit] > 0 ? lane_sum(out, [&](int j) { return row[j] * d[j]; }) : 0;
  }
  __syncthreads();
}

__global__ void weight_gradients(Backward p) {
  __shared__ float delta[ROOM];
  const Twins &t = p.t;
  const int thread = (int)threadIdx.x, twin = (int)(blockIdx.x % 2);
  const int64_t chunk = blockIdx.x / 2, first = chunk * DS_CLASS_CHUNK, end = least(first + DS_CLASS_CHUNK, p.classes);
  const int at2 = t.outputs, at1 = at2 + t.hidden2, stride = (at1 + t.hidden1) | 1; // odd: classes in different banks
  const int most = (int)least(ROOM / stride, DS_CLASS_CHUNK);
  const float *w = p.weights + twin * t.weights();
  float *const own = p.workspace + (2 * chunk + twin) * t.weights();
  for (int64_t c0 = first; c0 < end; c0 += most) {
    const int n = (int)least(end - c0, most);
    const float *h1 = p.hidden + (2 * c0 + twin) * t.hidden(), *h2 = h1 + t.hidden1, *attributes = p.attributes + c0 * t.inputs;
    if (thread < n) logits_gradient(p, c0 + thread, twin ? 1.0f - p.alpha[c0 + thread] : p.alpha[c0 + thread], delta + thread * stride);
    __syncthreads();
    hidden_gradient(h2, 2 * t.hidden(), t.hidden2, w + t.w3(), t.outputs, delta, delta + at2, stride, n);
    hidden_gradient(h1, 2 * t.hidden(), t.hidden1, w + t.w2(), t.hidden2, delta + at2, delta + at1, stride, n);
    for (int64_t i = thread; i < t.weights(); i += BLOCK) {
      const int layer = i < t.w2() ? 0 : i < t.w3() ? 1 : 2;
      const int64_t place = i - (layer == 0 ? 0 : layer == 1 ? t.w2() : t.w3()), bias = layer == 0 ? t.b1() : layer == 1 ? t.b2() : t.b3();
      const int32_t out = layer == 0 ? t.hidden1 : layer == 1 ? t.hidden2 : t.outputs;
      const int32_t input = (int32_t)(place / out), unit = (int32_t)(place - (int64_t)input * out);
      const float *x = layer == 0 ? attributes + input : layer == 1 ? h1 + input : h2 + input;
      const int64_t x_stride = layer == 0 ? t.inputs : 2 * t.hidden();
      const float *d = delta + (layer == 0 ? at1 : layer == 1 ? at2 : 0) + unit;
      float sum = c0 == first ? 0 : own[i];
      if (i < bias)
        for (int c = 0; c < n; c++) sum += x[c * x_stride] * d[c * stride];
      else
        for (int c = 0; c < n; c++) sum += d[c * stride];
      own[i] = sum;
    }
    __syncthreads();
  }
}

__global__ void add_chunks(const float *partial, int64_t chunks, float *out, int64_t n) {
  grid_stride(n, [&](int64_t i) {
    float sum = 0;
    for (int64_t chunk = 0; chunk < chunks; chunk++) sum += partial[chunk * n + i];
    out[i] = sum;
  });
}

} // namespace

int twin_mask_forward(ds_stream stream, ds_f32_in attributes, ds_f32_in alpha, ds_f32_in weights, ds_f32 hidden, ds_f32 logits, ds_i32 k, int32_t fewest,
                      int32_t inputs, int32_t hidden1, int32_t hidden2, int32_t outputs, int64_t classes) {
  const Twins t{inputs, hidden1, hidden2, outputs};
  if (classes < 0 || !t.valid(fewest)) return DS_INVALID;
  if (classes == 0) return DS_OK;
  if (!all_set(attributes, alpha, weights, hidden, logits, k)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Forward p{attributes, alpha, weights, hidden, logits, k, fewest, t, classes};
  return launch(forward_classes, blocks_for(classes * WARP, BLOCK / 2), BLOCK / 2, s, p);
}

int twin_mask_backward(ds_stream stream, ds_f32_in attributes, ds_f32_in alpha, ds_f32_in share, ds_f32_in weights, ds_f32_in hidden, ds_f32_in logits,
                       ds_f32_in dm, float temperature, float rho, ds_f32 dweights, ds_f32 workspace, int32_t fewest, int32_t inputs, int32_t hidden1,
                       int32_t hidden2, int32_t outputs, int64_t classes) {
  const Twins t{inputs, hidden1, hidden2, outputs};
  if (classes < 0 || fewest + outputs < 2 || !t.valid(fewest) || !(temperature > 0)) return DS_INVALID;
  if (!dweights) return DS_INVALID;
  if (classes > 0 && !all_set(attributes, alpha, share, weights, hidden, logits, dm, workspace)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const int64_t units = chunks_of(classes, DS_CLASS_CHUNK);
  const Backward p{attributes, alpha, share, weights, hidden, logits, dm, 1 / temperature, rho, dweights, workspace, fewest, t, classes};
  if (units)
    if (const int status = launch(weight_gradients, (unsigned)(2 * units), BLOCK, s, p)) return status;
  return launch(add_chunks, blocks_for(2 * t.weights(), BLOCK), BLOCK, s, workspace, units, dweights, 2 * t.weights());
}

} // namespace cuda
} // namespace ds
