/*
 * Gram matrices of fields and the orthogonal regularities made of them; formulas, layout and parts stand in cpu/regularity.cpp.
 *
 * gram: a block per (field, part). G is cut into tiles of 64 columns squared, those on or above the diagonal; a thread owns 4 by 4 entries of a tile, and where
 * a tile has fewer than BLOCK such squares, groups of threads share out the rows of the part. A run of rows is staged in shared memory (a run of ROOM quads a
 * side), its products are summed in registers (fmaf), run sums are added to the thread's total, totals of groups by halves, and the parts by a second kernel
 * in order, in float64. 4 w bytes a row, 2 w² flops where w <= 64.
 *
 * regularity: a block per field, in float64. A warp takes a row of G, a lane a column; sums go lane by lane, then by halves, then warp by warp. The spectral
 * form gives a thread a row and reads G by columns, as it is symmetric; its sums are in the order of the CPU.
 */
#include "quad.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;
constexpr int WARPS = BLOCK / WARP;
constexpr int TILE = 16;  // quads of columns
constexpr int ROOM = 512; // quads of one side of a tile in shared memory
constexpr int SLICES = 8; // blocks a field that add up its parts
constexpr int32_t MOST = 1024;
constexpr int ITERATIONS = 64;

struct Gram {
  const float *x;
  const int64_t *base;
  const int32_t *width;
  const int64_t *rows;
  int64_t stride;
  const int64_t *square_base;
  double *gram;
  float *workspace;
  int32_t *status;
};

/* Rows of a part: whole DS_ROW_CHUNKs, at most DS_GRAM_PARTS parts. */
__device__ int64_t part_rows(int64_t rows) { return chunks_of(chunks_of(rows, DS_ROW_CHUNK), DS_GRAM_PARTS) * DS_ROW_CHUNK; }
__device__ float *part_of(const Gram &p, int64_t f, int64_t part, int64_t d) { return p.workspace + DS_GRAM_PARTS * p.square_base[f] + part * d * d; }
__device__ bool valid(const Gram &p, int64_t f) {
  return p.width[f] >= 0 && p.rows[f] >= 0 && (p.stride == 0 || p.stride >= p.width[f]);
}

/* Rows of a part as one tile sees them: columns from quad `quad` on, `quads` of them. */
struct Side {
  int quad, quads;
  __device__ Side(int tile, int d) : quad(tile * TILE), quads(quads_of(d) - quad < TILE ? quads_of(d) - quad : TILE) {}
};

__device__ void stage(const float *x, int64_t step, int rows, int d, Side s, bool whole, Quad *to) {
  const int thread = (int)threadIdx.x, row = thread / s.quads, quad = thread - row * s.quads, at_once = BLOCK / s.quads;
  if (row < at_once)
    for (int r = row; r < rows; r += at_once)
      to[r * s.quads + quad] = load_quad(x + r * step + 4 * (s.quad + quad), columns_of_quad(d, s.quad + quad), whole);
}

/* Entries [left, right] of the Gram of rows of x, to part. */
__device__ void gram_tile(const float *x, int64_t step, int64_t rows, int d, Side left, Side right, bool whole, float *part, Quad *memory) {
  const int thread = (int)threadIdx.x, squares = left.quads * right.quads, groups = BLOCK / squares, group = thread / squares;
  const int a = (thread - group * squares) / right.quads, b = (thread - group * squares) - a * right.quads;
  const bool same = left.quad == right.quad;
  const int run = ROOM / (left.quads > right.quads ? left.quads : right.quads);
  Quad *const second = same ? memory : memory + ROOM;
  Quad total[4] = {zeros<4>(), zeros<4>(), zeros<4>(), zeros<4>()};
  for (int64_t first = 0; first < rows; first += run) {
    const int n = (int)least(rows - first, run);
    __syncthreads();
    stage(x + first * step, step, n, d, left, whole, memory);
    if (!same) stage(x + first * step, step, n, d, right, whole, second);
    __syncthreads();
    if (group >= groups) continue;
    Quad sum[4] = {zeros<4>(), zeros<4>(), zeros<4>(), zeros<4>()};
    for (int r = group; r < n; r += groups) {
      const Quad l = memory[r * left.quads + a], m = second[r * right.quads + b];
#pragma unroll
      for (int i = 0; i < 4; i++) sum[i] = quad_of([&](int j) { return fmaf(l.x[i], m.x[j], sum[i].x[j]); });
    }
#pragma unroll
    for (int i = 0; i < 4; i++) total[i] = total[i] + sum[i];
  }
  __syncthreads();
#pragma unroll
  for (int i = 0; i < 4; i++) memory[i * BLOCK + thread] = total[i];
  for (int n = groups; n > 1; n = (n + 1) / 2) {
    const int half = (n + 1) / 2;
    __syncthreads();
    if (group + half < n)
#pragma unroll
      for (int i = 0; i < 4; i++) memory[i * BLOCK + thread] = memory[i * BLOCK + thread] + memory[i * BLOCK + thread + half * squares];
  }
  if (group == 0)
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const int row = 4 * (left.quad + a) + i, quad = right.quad + b;
      if (row < d) store_quad(part + (int64_t)row * d + 4 * quad, memory[i * BLOCK + thread], columns_of_quad(d, quad), false);
    }
}

__global__ void gram_parts(Gram p) {
  __shared__ Quad memory[2 * ROOM];
  static_assert(2 * ROOM >= 4 * BLOCK && ROOM >= TILE, "the totals of all threads take the place of the staged rows");
  const int64_t f = blockIdx.x / DS_GRAM_PARTS, part = blockIdx.x % DS_GRAM_PARTS;
  if (!valid(p, f)) {
    report(p.status, DS_INVALID);
    return;
  }
  const int d = p.width[f];
  const int64_t size = part_rows(p.rows[f]), first = part * size, step = p.stride ? p.stride : d;
  if (first >= p.rows[f]) return;
  const float *x = p.x + p.base[f] + first * step;
  const bool whole = d % 4 == 0 && step % 4 == 0 && aligned(x);
  const int64_t rows = least(p.rows[f] - first, size);
  for (int left = 0; left * TILE * 4 < d; left++)
    for (int right = left; right * TILE * 4 < d; right++)
      gram_tile(x, step, rows, d, Side(left, d), Side(right, d), whole, part_of(p, f, part, d), memory);
}

__global__ void add_parts(Gram p) {
  const int64_t f = blockIdx.x / SLICES;
  if (!valid(p, f)) return;
  const int64_t d = p.width[f];
  const int64_t size = part_rows(p.rows[f]), parts = size ? chunks_of(p.rows[f], size) : 0;
  const float *first = part_of(p, f, 0, d);
  double *g = p.gram + p.square_base[f];
  for (int64_t i = blockIdx.x % SLICES * BLOCK + threadIdx.x; i < d * d; i += SLICES * BLOCK) {
    const int64_t j = i / d, k = i - j * d;
    if (k < j) continue;
    double sum = 0;
    for (int64_t part = 0; part < parts; part++) sum += (double)first[part * d * d + i];
    g[i] = sum;
    g[k * d + j] = sum;
  }
}

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

int gram(ds_stream stream, ds_f32_in x, ds_i64_in base, ds_i32_in width, ds_i64_in rows, int64_t stride, ds_i64_in square_base, ds_f64 gram,
         ds_f32 workspace, int32_t fields) {
  if (!none_negative(stride, fields)) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(x, base, width, rows, square_base, gram, workspace)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Gram p{x, base, width, rows, stride, square_base, gram, workspace, s->status};
  if (const int status = launch(gram_parts, (unsigned)fields * DS_GRAM_PARTS, BLOCK, s, p)) return status;
  return launch(add_parts, (unsigned)fields * SLICES, BLOCK, s, p);
}

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
