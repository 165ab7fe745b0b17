/*
 * Gram matrices of fields; formula, layout and parts stand in cpu/gram.cpp.
 *
 * A block per (field, part). G is cut into tiles of 64 columns squared, those on or above the diagonal; a thread owns 4 by 4 entries of a tile, and where a
 * tile has fewer than BLOCK such squares, groups of threads share out the rows of the part. A run of rows is staged in shared memory (a run of ROOM quads a
 * side), its products are summed in registers (fmaf), run sums are added to the thread's total, totals of groups by halves, and the parts by a second kernel
 * in order, in float64. 4 w bytes a row, 2 w² flops where w <= 64.
 */
#include "quad.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;
constexpr int TILE = 16;  // quads of columns
constexpr int ROOM = 512; // quads of one side of a tile in shared memory
constexpr int SLICES = 8; // blocks a field that add up its parts

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

} // namespace cuda
} // namespace ds
