/*
 * Binary cross entropy of logits, and the logistic function; what they compute stands in cpu/bce.cpp.
 *
 * A block of 1024 threads per chunk of DS_ROW_CHUNK rows, a thread per row. The losses of a chunk are folded in float64 by pairs: the lanes of a warp, then
 * the warps. A warp adds up the chunks: each lane every 32nd, ascending, then the lanes by pairs. All but the loss has the CPU's bits. 12 bytes and
 * about 60 flops a row.
 */
#include "exp_log.h"
#include "elementwise.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = DS_ROW_CHUNK;

struct Bce {
  const float *logit, *label;
  double *workspace;
  float *dlogit;
  int64_t batch;
};

/* The sum over the lanes of a warp, to each of them. */
__device__ double fold_warp(double x) {
  for (int other = WARP / 2; other > 0; other /= 2) x += __shfl_xor_sync(ALL_LANES, x, other);
  return x;
}

__global__ void __launch_bounds__(BLOCK) bce_rows(Bce p) {
  __shared__ double part[BLOCK / WARP];
  const int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
  const int64_t b = thread_of_grid();
  double loss = 0;
  if (b < p.batch) {
    const float z = p.logit[b], y = p.label[b];
    const Logistic l = logistic(z);
    loss = (double)((larger(0.0f, z) - z * y) + log1p_of(l.decay));
    if (p.dlogit) {
      const float small = l.decay / (1.0f + l.decay); // σ(-|z|)
      p.dlogit[b] = (l.above * ((1.0f - y) - small) + l.below * (small - y)) / (float)p.batch;
    }
  }
  loss = fold_warp(loss);
  if (lane == 0) part[warp] = loss;
  __syncthreads();
  if (warp > 0) return;
  loss = fold_warp(part[lane]);
  if (lane == 0) p.workspace[blockIdx.x] = loss;
}

__global__ void mean_loss(const double *workspace, int64_t chunks, int64_t batch, double *loss) {
  double sum = 0;
  for (int64_t chunk = threadIdx.x; chunk < chunks; chunk += WARP) sum += workspace[chunk];
  sum = fold_warp(sum);
  if (threadIdx.x == 0) loss[0] = sum / (double)batch;
}

struct Sigmoid {
  const float *logit;
  float *out;
};

template <int V>
__global__ void sigmoid_packs(Sigmoid p, int64_t packs) {
  grid_stride(packs, [&](int64_t i) {
    const Pack<V> z = load<V>(p.logit + i * V);
    store<V>(p.out + i * V, each<V>([&](int k) { return sigmoid_of(z.x[k]); }));
  });
}

} // namespace

int bce_with_logits(ds_stream stream, ds_f32_in logit, ds_f32_in label, ds_f64 loss, ds_f32 dlogit, ds_f64 workspace, int64_t batch) {
  if (batch < 0) return DS_INVALID;
  if (batch > 0 && !all_set(logit, label, loss, workspace)) return DS_INVALID;
  if (!loss) return DS_OK;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  if (batch == 0) return status_of(cudaMemsetAsync(loss, 0, sizeof *loss, s->stream));
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  if (const int status = launch(bce_rows, (unsigned)chunks, BLOCK, s, Bce{logit, label, workspace, dlogit, batch})) return status;
  return launch(mean_loss, 1, WARP, s, workspace, chunks, batch, loss);
}

int sigmoid(ds_stream stream, ds_f32_in logit, ds_f32 out, int64_t n) {
  if (n < 0) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!all_set(logit, out)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  return launch_packs(sigmoid_packs<4>, sigmoid_packs<1>, n % 4 == 0 && all_aligned(logit, out), n, s, Sigmoid{logit, out});
}

} // namespace cuda
} // namespace ds
