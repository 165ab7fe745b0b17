/*
 * Orthogonal regularities of fields from their Gram matrices; formulas stand in cpu/regularity.cpp.
 *
 * A block per field, in float64. A warp takes a row of G, a lane a column; sums go lane by lane, then by halves, then warp by warp. The spectral form gives a
 * thread a row and reads G by columns, as it is symmetric; its sums are in the order of the CPU.
 */
#include "launch.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;
constexpr int WARPS = BLOCK / WARP;
constexpr int32_t MOST = 1024;
constexpr int ITERATIONS = 64;

struct Regularity {
  const double *gram;
  const int64_t *square_base;
  const int32_t *width, *column;
  const float *mask, *scale;
  float *matrix;
  double *penalty;
  int32_t *status;
};

/* One field: its Gram, the root of the diagonal with 0 for columns left out, and where M goes. */
struct Square {
  const double *g;
  int d;
  const double *norm;
  double scale;
  float *m;
  __device__ double at(int j, int k) const { return g[(int64_t)j * d + k]; }
  __device__ bool kept(int j) const { return norm[j] > 0; }
  __device__ double cosine(int j, int k) const { return at(j, k) / (norm[j] * norm[k]); }
  __device__ void set(int j, int k, double x) const { m[(int64_t)j * d + k] = (float)(scale * x); }
};

__device__ double warp_sum(double x) {
  for (int other = WARP / 2; other > 0; other /= 2) x += __shfl_xor_sync(ALL_LANES, x, other);
  return x;
}

/* Σ over the block's warps of x, which is the same in all lanes of a warp; for thread 0. */
__device__ double sum_of_warps(double x) {
  __shared__ double of[WARPS];
  if (threadIdx.x % WARP == 0) of[threadIdx.x / WARP] = x;
  __syncthreads();
  double total = 0;
  for (int w = 0; w < WARPS; w++) total += of[w];
  return total;
}

/* Calls body(j, lane) for the rows of this warp. */
template <class Body>
__device__ void each_row(const Square &s, Body body) {
  for (int j = threadIdx.x / WARP; j < s.d; j += WARPS) body(j, (int)(threadIdx.x % WARP));
}

__device__ double soft(const Square &s) {
  double penalty = 0;
  each_row(s, [&](int j, int lane) {
    for (int k = lane; k < s.d; k += WARP) {
      const double x = s.kept(j) && s.kept(k) ? s.at(j, k) - (j == k ? 1 : 0) : 0;
      penalty += x * x;
      s.set(j, k, 4 * x);
    }
  });
  return sum_of_warps(warp_sum(penalty));
}

__device__ double normalized(const Square &s) {
  double penalty = 0;
  each_row(s, [&](int j, int lane) {
    double total = 0;
    for (int k = lane; k < s.d; k += WARP) {
      const bool counts = k != j && s.kept(j) && s.kept(k);
      const double a = counts ? s.cosine(j, k) : 0;
      total += a * a;
      if (k != j) s.set(j, k, counts ? 4 * a / (s.norm[j] * s.norm[k]) : 0);
    }
    total = warp_sum(total);
    if (lane == 0) s.set(j, j, s.kept(j) ? -4 * total / s.at(j, j) : 0);
    penalty += total;
  });
  return sum_of_warps(penalty);
}

/* The largest |A_jk| and the first place of it; pairs in row order. */
struct Largest {
  double size, value;
  int place;
  __device__ void take(const Largest &o) {
    if (o.size > size || (o.size == size && o.place < place)) *this = o;
  }
};

__device__ double coherence(const Square &s) {
  __shared__ Largest of[WARPS];
  Largest best{0, 0, MOST * MOST};
  each_row(s, [&](int j, int lane) {
    for (int k = lane; k < s.d; k += WARP) {
      s.set(j, k, 0);
      if (k <= j || !s.kept(j) || !s.kept(k)) continue;
      const double a = s.cosine(j, k);
      if (fabs(a) > best.size) best = {fabs(a), a, j * s.d + k};
    }
  });
  for (int other = WARP / 2; other > 0; other /= 2)
    best.take({__shfl_xor_sync(ALL_LANES, best.size, other), __shfl_xor_sync(ALL_LANES, best.value, other), __shfl_xor_sync(ALL_LANES, best.place, other)});
  if (threadIdx.x % WARP == 0) of[threadIdx.x / WARP] = best;
  __syncthreads();
  for (int w = 0; w < WARPS; w++) best.take(of[w]);
  if (best.size == 0) return 0;
  if (threadIdx.x == 0) {
    const int p = best.place / s.d, q = best.place % s.d;
    const double pair = (best.value > 0 ? 1 : -1) / (s.norm[p] * s.norm[q]);
    s.set(p, q, pair);
    s.set(q, p, pair);
    s.set(p, p, -best.size / s.at(p, p));
    s.set(q, q, -best.size / s.at(q, q));
  }
  return best.size;
}

/* Σ u², in every thread alike. */
__device__ double squared_size(const double *u, int d) {
  double sum = 0;
  for (int j = 0; j < d; j++) sum += u[j] * u[j];
  return sum;
}

__device__ double spectral(const Square &s) {
  __shared__ double u[MOST], v[MOST];
  for (int j = threadIdx.x; j < s.d; j += BLOCK) u[j] = s.kept(j) ? 1.0 / (j + 1) : 0;
  __syncthreads();
  double squared = squared_size(u, s.d);
  for (int i = 0; i <= ITERATIONS && squared > 0; i++) {
    const double norm = sqrt(squared);
    for (int j = threadIdx.x; j < s.d; j += BLOCK) v[j] = u[j] / norm;
    __syncthreads();
    for (int j = threadIdx.x; j < s.d; j += BLOCK) {
      double sum = 0;
      for (int k = 0; s.kept(j) && k < s.d; k++) sum += (s.at(k, j) - (j == k ? 1 : 0)) * v[k];
      u[j] = sum;
    }
    __syncthreads();
    squared = squared_size(u, s.d);
  }
  const bool any = squared > 0;
  each_row(s, [&](int j, int lane) {
    for (int k = lane; k < s.d; k += WARP) s.set(j, k, any ? 2 * (v[j] * u[k] + u[j] * v[k]) : 0);
  });
  return any ? squared : 0;
}

template <int FORM>
__device__ double penalty_of(const Square &s) {
  if constexpr (FORM == DS_SO) return soft(s);
  else if constexpr (FORM == DS_SO_NORMALIZED) return normalized(s);
  else if constexpr (FORM == DS_COHERENCE) return coherence(s);
  else return spectral(s);
}

template <int FORM>
__global__ void regularity_of_field(Regularity p) {
  __shared__ double norm[MOST];
  const int64_t f = blockIdx.x;
  const int d = p.width[f];
  if (d < 0 || d > MOST) {
    report(p.status, DS_INVALID);
    return;
  }
  const double *g = p.gram + p.square_base[f];
  for (int j = threadIdx.x; j < d; j += BLOCK) {
    const double size = g[(int64_t)j * d + j];
    norm[j] = size > 0 && (!p.mask || p.mask[p.column[f] + j] > 0) ? sqrt(size) : 0;
  }
  __syncthreads();
  const Square s{g, d, norm, (double)p.scale[f], p.matrix + p.square_base[f]};
  const double r = penalty_of<FORM>(s);
  if (threadIdx.x == 0) p.penalty[f] = s.scale * r;
}

} // namespace

int regularity(ds_stream stream, ds_f64_in gram, ds_i64_in square_base, ds_i32_in width, ds_i32_in column, ds_f32_in mask, ds_f32_in scale, int32_t form,
               ds_f32 matrix, ds_f64 penalty, int32_t fields) {
  if (fields < 0 || form < DS_SO || form > DS_SPECTRAL) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(gram, square_base, width, column, scale, matrix, penalty)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  static void (*const kernels[])(Regularity) = {regularity_of_field<DS_SO>, regularity_of_field<DS_SO_NORMALIZED>, regularity_of_field<DS_COHERENCE>,
                                                regularity_of_field<DS_SPECTRAL>};
  const Regularity p{gram, square_base, width, column, mask, scale, matrix, penalty, s->status};
  return launch(kernels[form], (unsigned)fields, BLOCK, s, p);
}

} // namespace cuda
} // namespace ds
