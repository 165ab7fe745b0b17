/*
 * Multi-head self-attention over the fields of a row; formulas and layout stand in cpu/field_attention.cpp.
 *
 * A block per (batch row, head). q, k, v (and u) of the head are staged in shared memory, four columns a quad, where a head has at most ROOM of them; else
 * they are read in place. Scores are made for as many fields f at a time as a tile of SQUARE floats holds, usually all:
 *   scores and ⟨u, v⟩   a thread per (two fields f, field g), so that a quad of field g serves twice
 *   softmax             TEAM lanes a field, lane i taking g = i, i + TEAM, ..
 *   mean of a t         a thread per field f, g ascending
 *   sums over fields    a thread per (field, quad), ascending
 * A row of scores must fit the tile: 2,048 fields and more are DS_INVALID here, while the CPU takes any number.
 * All orders are the CPU's, and so are the bits. 4 (5 units + heads fields) fields bytes a batch row forward, units = heads size, and twice that backward;
 * flops as on the CPU.
 */
#include "exp_log.h"
#include "lane_sum.h"
#include "quad.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 128;
constexpr int TEAM = 16;
constexpr int ROOM = 416;    // quads of shared memory for each of q, k, v and u
constexpr int SQUARE = 2048; // floats of scores in shared memory
constexpr int MOST_ROWS = 46; // of a tile: SQUARE floats are at most 45 rows of 45

struct Attention {
  const float *x;
  float *weights;     // forward
  const float *a;     // backward: the weights
  float *out;         // forward
  const float *y, *dout; // backward: out and its gradient
  float *dx;
  float scale;
  int64_t heads_of_batch;
  int32_t fields, heads, size;
  bool whole;
  __device__ int64_t units() const { return (int64_t)heads * size; }
  /* Quads from one staged field to the next: odd, so that fields lie in different banks. */
  __host__ __device__ int staged_pitch() const { return quads_of(size) | 1; }
  /* Floats from one row of scores to the next, odd too, and rows in a tile. */
  __device__ int pitch() const { return fields | 1; }
  __device__ int tile() const { return (int)least(SQUARE / pitch(), fields); }
};

/* One of q, k, v, u of a head: field f begins at p + f * pitch. Staged, rows are filled up to whole quads with zeros. */
template <bool STAGED>
struct Part {
  const float *p;
  int64_t pitch;
  int size;
  bool whole;
  __device__ Quad at(int f, int quad) const {
    const float *from = p + f * pitch + 4 * quad;
    return STAGED ? load<4>(from) : load_quad(from, columns_of_quad(size, quad), whole);
  }
};

/* Calls body(row, quad) for the quads of so many rows, spread over the block. */
template <class Body>
__device__ void each_quad(int rows, int quads, Body body) {
  for (int i = threadIdx.x; i < rows * quads; i += BLOCK) body(i / quads, i % quads);
}

template <bool STAGED>
__device__ Part<STAGED> stage(const Attention &x, const float *from, int64_t pitch, Quad *to) {
  if (!STAGED) return {from, pitch, x.size, x.whole};
  each_quad(x.fields, quads_of(x.size),
            [&](int f, int quad) { to[f * x.staged_pitch() + quad] = load_quad(from + f * pitch + 4 * quad, columns_of_quad(x.size, quad), x.whole); });
  return {reinterpret_cast<const float *>(to), 4 * (int64_t)x.staged_pitch(), x.size, x.whole};
}

/* tile[f - first][g] = scale ⟨a_f, b_g⟩ for `rows` fields f from first on and all g. */
template <bool STAGED>
__device__ void inner_products(const Attention &x, const Part<STAGED> &a, const Part<STAGED> &b, int first, int rows, float scale, float *tile) {
  const int quads = quads_of(x.size);
  for (int i = threadIdx.x; i < (rows + 1) / 2 * x.fields; i += BLOCK) {
    const int pair = i / x.fields, g = i - pair * x.fields, r0 = 2 * pair, r1 = r0 + 1 < rows ? r0 + 1 : r0;
    LaneSum s0, s1;
    for (int quad = 0; quad < quads; quad += 4)
#pragma unroll
      for (int k = 0; k < 4; k++) {
        if (quad + k >= quads) continue;
        const Quad a0 = a.at(first + r0, quad + k), a1 = a.at(first + r1, quad + k), y = b.at(g, quad + k);
#pragma unroll
        for (int j = 0; j < 4; j++) {
          s0.lane[4 * k + j] += a0.x[j] * y.x[j];
          s1.lane[4 * k + j] += a1.x[j] * y.x[j];
        }
      }
    tile[r0 * x.pitch() + g] = scale * s0.sum();
    if (r1 > r0) tile[r1 * x.pitch() + g] = scale * s1.sum();
  }
}

/* start + Σ factor[i * step] of part's field first + i, i < n ascending. */
template <bool STAGED>
__device__ Quad weighted(Quad start, const float *factor, int64_t step, const Part<STAGED> &part, int first, int n, int quad) {
  Quad s = start;
  for (int i = 0; i < n; i++) {
    const float w = factor[i * step];
    const Quad v = part.at(first + i, quad);
    s = quad_of([&](int j) { return s.x[j] + w * v.x[j]; });
  }
  return s;
}

template <bool STAGED>
__global__ void forward_heads(Attention x) {
  __shared__ Quad staged[STAGED ? 3 : 1][STAGED ? ROOM : 1];
  __shared__ float tile[SQUARE];
  const int lane = threadIdx.x % TEAM, quads = quads_of(x.size);
  const unsigned team = 0xFFFFu << (threadIdx.x % WARP / TEAM * TEAM);
  const int64_t units = x.units();
  for (int64_t i = blockIdx.x; i < x.heads_of_batch; i += gridDim.x) {
    const int64_t b = i / x.heads, h = i - b * x.heads;
    const float *row = x.x + b * x.fields * 4 * units + h * x.size;
    __syncthreads();
    const Part<STAGED> q = stage<STAGED>(x, row, 4 * units, staged[0]), k = stage<STAGED>(x, row + units, 4 * units, staged[STAGED ? 1 : 0]),
                       v = stage<STAGED>(x, row + 2 * units, 4 * units, staged[STAGED ? 2 : 0]);
    for (int first = 0; first < x.fields; first += x.tile()) {
      const int rows = (int)least(x.fields - first, x.tile());
      __syncthreads();
      inner_products(x, q, k, first, rows, x.scale, tile);
      __syncthreads();
      for (int r = threadIdx.x / TEAM; r < rows; r += BLOCK / TEAM) {
        float *const a = tile + r * x.pitch(), *const w = x.weights + (i * x.fields + first + r) * x.fields;
        float top = a[0], total = 0;
        for (int g = lane; g < x.fields; g += TEAM) top = larger(a[g], top);
        for (int other = TEAM / 2; other > 0; other /= 2) top = larger(__shfl_xor_sync(team, top, other, TEAM), top);
        for (int g = lane; g < x.fields; g += TEAM) {
          const float e = exp_of(a[g] - top);
          a[g] = e;
          total += e;
        }
        for (int other = TEAM / 2; other > 0; other /= 2) total += __shfl_xor_sync(team, total, other, TEAM);
        for (int g = lane; g < x.fields; g += TEAM) w[g] = a[g] = a[g] / total;
      }
      __syncthreads();
      each_quad(rows, quads, [&](int r, int quad) {
        const int n = columns_of_quad(x.size, quad);
        const Quad own = load_quad(row + ((first + r) * 4 + 3) * units + 4 * quad, n, x.whole);
        const Quad y = weighted(zeros<4>(), tile + r * x.pitch(), 1, v, 0, x.fields, quad);
        store_quad(x.out + (b * x.fields + first + r) * units + h * x.size + 4 * quad, quad_of([&](int j) { return larger(0.0f, y.x[j] + own.x[j]); }), n,
                   x.whole);
      });
    }
  }
}

template <bool STAGED>
__global__ void backward_heads(Attention x) {
  __shared__ Quad staged[STAGED ? 4 : 1][STAGED ? ROOM : 1];
  __shared__ float tile[SQUARE], mean[MOST_ROWS];
  const int quads = quads_of(x.size);
  const int64_t units = x.units();
  for (int64_t i = blockIdx.x; i < x.heads_of_batch; i += gridDim.x) {
    const int64_t b = i / x.heads, h = i - b * x.heads, place = b * x.fields * 4 * units + h * x.size, out = b * x.fields * units + h * x.size;
    const float *row = x.x + place, *a = x.a + i * x.fields * x.fields;
    float *const dx = x.dx + place;
    __syncthreads();
    const Part<STAGED> q = stage<STAGED>(x, row, 4 * units, staged[0]), k = stage<STAGED>(x, row + units, 4 * units, staged[STAGED ? 1 : 0]),
                       v = stage<STAGED>(x, row + 2 * units, 4 * units, staged[STAGED ? 2 : 0]);
    Quad *const to = staged[STAGED ? 3 : 0];
    each_quad(x.fields, quads, [&](int f, int quad) {
      const int n = columns_of_quad(x.size, quad);
      const int64_t at = out + f * units + 4 * quad;
      const Quad y = load_quad(x.y + at, n, x.whole), dy = load_quad(x.dout + at, n, x.whole);
      const Quad u = quad_of([&](int j) { return y.x[j] > 0.0f ? dy.x[j] : 0.0f; });
      store_quad(dx + (f * 4 + 3) * units + 4 * quad, u, n, x.whole);
      if (STAGED) to[f * x.staged_pitch() + quad] = u;
    });
    const Part<STAGED> u{STAGED ? reinterpret_cast<const float *>(to) : dx + 3 * units, STAGED ? 4 * (int64_t)x.staged_pitch() : 4 * units, x.size, x.whole};
    for (int first = 0; first < x.fields; first += x.tile()) {
      const int rows = (int)least(x.fields - first, x.tile());
      const float *weights = a + (int64_t)first * x.fields;
      __syncthreads();
      inner_products(x, u, v, first, rows, 1.0f, tile);
      __syncthreads();
      for (int r = threadIdx.x; r < rows; r += BLOCK) {
        float sum = 0;
        for (int g = 0; g < x.fields; g++) sum += weights[(int64_t)r * x.fields + g] * tile[r * x.pitch() + g];
        mean[r] = sum;
      }
      __syncthreads();
      for (int e = threadIdx.x; e < rows * x.fields; e += BLOCK) {
        const int r = e / x.fields, g = e - r * x.fields;
        float *const t = tile + r * x.pitch() + g;
        *t = x.scale * (weights[e] * (*t - mean[r]));
      }
      __syncthreads();
      // dq of the tile's fields; then dk and dv of all, to which every tile adds.
      each_quad(rows + 2 * x.fields, quads, [&](int r, int quad) {
        const int part = r < rows ? 0 : r < rows + x.fields ? 1 : 2, f = part == 0 ? first + r : part == 1 ? r - rows : r - rows - x.fields;
        const int n = columns_of_quad(x.size, quad);
        float *const d = dx + (f * 4 + part) * units + 4 * quad;
        const Quad before = part && first ? load_quad(d, n, x.whole) : zeros<4>();
        const Quad s = part == 0   ? weighted(before, tile + r * x.pitch(), 1, k, 0, x.fields, quad)
                       : part == 1 ? weighted(before, tile + f, x.pitch(), q, first, rows, quad)
                                   : weighted(before, weights + f, x.fields, u, first, rows, quad);
        store_quad(d, s, n, x.whole);
      });
    }
  }
}

/* True when a head of this size can be worked on: one row of scores must fit a tile. */
bool fits(int32_t fields) { return fields < SQUARE; }

int run(ds_stream stream, void (*staged)(Attention), void (*in_place)(Attention), Attention x) {
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  x.whole = x.size % 4 == 0 && aligned(x.x) && aligned(x.out) && aligned(x.y) && aligned(x.dout) && aligned(x.dx);
  const bool room = (int64_t)x.fields * x.staged_pitch() <= ROOM;
  return launch(room ? staged : in_place, (unsigned)least(x.heads_of_batch, MOST_BLOCKS), BLOCK, s, x);
}

} // namespace

int field_attention_forward(ds_stream stream, ds_f32_in x, ds_f32 weights, ds_f32 out, float scale, int64_t batch, int32_t fields, int32_t heads,
                            int32_t size) {
  if (!none_negative(batch, fields, heads, size) || !fits(fields)) return DS_INVALID;
  if (batch == 0 || fields == 0 || heads == 0 || size == 0) return DS_OK;
  if (!all_set(x, weights, out)) return DS_INVALID;
  return run(stream, forward_heads<true>, forward_heads<false>,
             {x, weights, nullptr, out, nullptr, nullptr, nullptr, scale, batch * heads, fields, heads, size, false});
}

int field_attention_backward(ds_stream stream, ds_f32_in x, ds_f32_in weights, ds_f32_in out, ds_f32_in dout, ds_f32 dx, float scale, int64_t batch,
                             int32_t fields, int32_t heads, int32_t size) {
  if (!none_negative(batch, fields, heads, size) || !fits(fields)) return DS_INVALID;
  if (batch == 0 || fields == 0 || heads == 0 || size == 0) return DS_OK;
  if (!all_set(x, weights, out, dout, dx)) return DS_INVALID;
  return run(stream, backward_heads<true>, backward_heads<false>,
             {x, nullptr, weights, nullptr, out, dout, dx, scale, batch * heads, fields, heads, size, false});
}

} // namespace cuda
} // namespace ds
