/*
 * Inner products of all pairs of fields; what it computes stands in cpu/inner_product.cpp. Every order of addition is the CPU's, and so is every bit.
 *
 * Forward: with identity, 16 threads per (row, field) write s first. Then a thread takes the four pairs of two fields with two, from shared memory where a
 * row fits into it: the block loads as many whole rows as give its threads a tile each. A field's floats are padded to an odd number of fours, so that
 * neighbouring fields lie in different banks. Backward: a thread per four floats of a field where its width is a multiple of four, else per float;
 * threads of a row read the same s and dout, out of the cache. One block checks column and identity.
 * fields (fields - 1) dim flops a row forward, twice that backward; 4 * (columns + pairs) bytes forward, 4 * (2 * columns + pairs) backward.
 */
#include "elementwise.h"

namespace ds {
namespace cuda {

namespace {

constexpr int LANES = 16;
constexpr int BLOCK = 256;
constexpr int CAPACITY = 4096; // floats of shared memory

struct Product {
  const float *e;
  const int32_t *identity, *column;
  float *spread;
  const float *s; // spread or e
  float *out;
  const float *dout;
  float *de;
  bool accumulate;
  int64_t batch;
  int32_t fields;
  int64_t columns, dim, pairs;
  int32_t *status;
};

__host__ __device__ int64_t pair_of(int64_t f, int64_t g, int64_t fields) { return f * (2 * fields - f - 1) / 2 + (g - f - 1); }

struct Range {
  int64_t first, end;
};

/* The columns of a field, moved into the matrix where they are not. */
__device__ Range columns_of(const Product &p, int32_t f) {
  const int64_t first = p.column[f], end = f + 1 < p.fields ? p.column[f + 1] : p.columns;
  return {first < 0 ? 0 : first, least(end, p.columns)};
}

/* Reports columns that do not cover 0 .. columns-1 in order, and places that do not ascend within a field or are not below dim. */
__global__ void check_places(Product p) {
  for (int32_t f = threadIdx.x / LANES; f < p.fields; f += BLOCK / LANES) {
    const int64_t first = p.column[f], end = f + 1 < p.fields ? p.column[f + 1] : p.columns;
    if ((f == 0 && first != 0) || first < 0 || end < first || end > p.columns) report(p.status, DS_INVALID);
    const Range r = columns_of(p, f);
    for (int64_t c = r.first + threadIdx.x % LANES; c < r.end; c += LANES)
      if (p.identity[c] < 0 || p.identity[c] >= p.dim || (c > r.first && p.identity[c] <= p.identity[c - 1])) report(p.status, DS_INVALID);
  }
}

__global__ void spread_rows(Product p) {
  const int lane = threadIdx.x % LANES;
  const int64_t step = (int64_t)gridDim.x * BLOCK / LANES, units = p.batch * p.fields;
  for (int64_t i = thread_of_grid() / LANES; i - i % (WARP / LANES) < units; i += step) { // whole warps, for __syncwarp
    const bool inside = i < units;
    const int64_t b = i / p.fields;
    for (int64_t j = lane; inside && j < p.dim; j += LANES) p.spread[i * p.dim + j] = 0;
    __syncwarp();
    const Range r = inside ? columns_of(p, (int32_t)(i - b * p.fields)) : Range{0, 0};
    for (int64_t c = r.first + lane; c < r.end; c += LANES) {
      const int64_t place = p.identity[c];
      if ((uint64_t)place < (uint64_t)p.dim) p.spread[i * p.dim + place] = p.e[b * p.columns + c];
    }
  }
}

/* Places j .. j+3 of a field: padded with zeros in shared memory, else cut off at dim. */
template <bool STAGED>
__device__ float4 four(const float *s, int64_t j, int64_t dim) {
  if (STAGED) return *reinterpret_cast<const float4 *>(s + j);
  return make_float4(s[j], j + 1 < dim ? s[j + 1] : 0.0f, j + 2 < dim ? s[j + 2] : 0.0f, j + 3 < dim ? s[j + 3] : 0.0f);
}
__device__ float4 plus(float4 a, float4 b) { return make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w); }
__device__ float4 plus_product(float4 sum, float4 a, float4 b) {
  return make_float4(sum.x + a.x * b.x, sum.y + a.y * b.y, sum.z + a.z * b.z, sum.w + a.w * b.w);
}

/* Products of fields 2i, 2i+1 with 2k, 2k+1, i <= k; s is the row, a field every stride floats. */
struct Quad {
  float4 ff, fg, gf, gg;
};

/* Lanes 4q .. 4q+3 of the sixteen that add up places j mod 16. */
template <bool STAGED>
__device__ Quad lanes_of(const float *f0, const float *f1, const float *g0, const float *g1, int quarter, int64_t dim) {
  const float4 zero = make_float4(0, 0, 0, 0);
  Quad q{zero, zero, zero, zero};
  for (int64_t j = 4 * quarter; j < dim; j += LANES) {
    const float4 a = four<STAGED>(f0, j, dim), b = four<STAGED>(f1, j, dim), c = four<STAGED>(g0, j, dim), d = four<STAGED>(g1, j, dim);
    q = {plus_product(q.ff, a, c), plus_product(q.fg, a, d), plus_product(q.gf, b, c), plus_product(q.gg, b, d)};
  }
  return q;
}

__device__ Quad plus(Quad a, Quad b) { return {plus(a.ff, b.ff), plus(a.fg, b.fg), plus(a.gf, b.gf), plus(a.gg, b.gg)}; }
__device__ float fold(float4 x) { return (x.x + x.z) + (x.y + x.w); }

/* Tile t of the triangle of side x side tiles of 2 x 2 fields, row by row from the diagonal on. */
template <bool STAGED>
__device__ void pair_tile(const Product &p, const float *s, int64_t stride, int64_t side, int64_t t, float *out) {
  const int64_t left = side * (side + 1) / 2 - 1 - t; // tiles after this one: row i begins where (side - i)(side - i + 1) / 2 are left
  int64_t rows = (int64_t)((sqrtf(8.0f * (float)left + 1.0f) - 1.0f) / 2.0f);
  while (rows > 0 && rows * (rows + 1) / 2 > left) rows--;
  while ((rows + 1) * (rows + 2) / 2 <= left) rows++;
  const int64_t i = side - 1 - rows, k = side - 1 - (left - rows * (rows + 1) / 2);
  const int64_t last = p.fields - 1, f0 = 2 * i, f1 = least(f0 + 1, last), g0 = 2 * k, g1 = least(g0 + 1, last);
  const float *a = s + f0 * stride, *b = s + f1 * stride, *c = s + g0 * stride, *d = s + g1 * stride;
  const Quad low = plus(lanes_of<STAGED>(a, b, c, d, 0, p.dim), lanes_of<STAGED>(a, b, c, d, 2, p.dim));
  const Quad whole = plus(low, plus(lanes_of<STAGED>(a, b, c, d, 1, p.dim), lanes_of<STAGED>(a, b, c, d, 3, p.dim)));
  if (f0 < g0) out[pair_of(f0, g0, p.fields)] = fold(whole.ff);
  if (f0 < g1) out[pair_of(f0, g1, p.fields)] = fold(whole.fg);
  if (f1 < g0) out[pair_of(f1, g0, p.fields)] = fold(whole.gf);
  if (f0 < f1 && f1 < g1) out[pair_of(f1, g1, p.fields)] = fold(whole.gg);
}

/* rows: that the block holds at a time. */
__global__ void __launch_bounds__(BLOCK) pairs_staged(Product p, int stride, int rows) {
  alignas(16) __shared__ float s[CAPACITY];
  const int side = (p.fields + 1) / 2, tiles = side * (side + 1) / 2, lane = threadIdx.x % LANES;
  for (int64_t first = (int64_t)blockIdx.x * rows; first < p.batch; first += (int64_t)gridDim.x * rows) {
    const int here = (int)least(rows, p.batch - first);
    for (int i = threadIdx.x / LANES; i < here * p.fields; i += BLOCK / LANES)
      for (int j = lane; j < stride; j += LANES) s[i * stride + j] = j < p.dim ? p.s[(first * p.fields + i) * p.dim + j] : 0.0f;
    __syncthreads();
    for (int t = threadIdx.x; t < here * tiles; t += BLOCK)
      pair_tile<true>(p, s + t / tiles * p.fields * stride, stride, side, t % tiles, p.out + (first + t / tiles) * p.pairs);
    __syncthreads();
  }
}

__global__ void pairs_unstaged(Product p) {
  const int64_t side = (p.fields + 1) / 2, tiles = side * (side + 1) / 2;
  grid_stride(p.batch * tiles, [&](int64_t i) {
    const int64_t b = i / tiles;
    pair_tile<false>(p, p.s + b * p.fields * p.dim, p.dim, side, i - b * tiles, p.out + b * p.pairs);
  });
}

/* The field whose columns hold c: the last one that begins at or before it. */
__device__ int32_t field_of(const Product &p, int64_t c) {
  int32_t low = 0, high = p.fields;
  while (high - low > 1) {
    const int32_t middle = low + (high - low) / 2;
    if (p.column[middle] <= c)
      low = middle;
    else
      high = middle;
  }
  return low;
}

template <int V>
__global__ void gradient_packs(Product p, int64_t packs) {
  grid_stride(packs, [&](int64_t i) {
    const int64_t at = i * V, b = at / p.columns, c = at - b * p.columns;
    const int64_t f = p.identity ? field_of(p, c) : c / p.dim, place = p.identity ? p.identity[c] : c - f * p.dim;
    if ((uint64_t)place >= (uint64_t)p.dim) return; // check_places has reported it
    const float *s = p.s + b * p.fields * p.dim + place, *weight = p.dout + b * p.pairs;
    Pack<V> own{};
    int64_t pair = f - 1; // (g, f), then (f, g)
    for (int64_t g = 0; g < f; pair += p.fields - g - 2, g++) {
      const Pack<V> x = load<V>(s + g * p.dim);
      const float w = weight[pair];
      own = each<V>([&](int k) { return own.x[k] + w * x.x[k]; });
    }
    pair = pair_of(f, f + 1, p.fields);
    for (int64_t g = f + 1; g < p.fields; pair++, g++) {
      const Pack<V> x = load<V>(s + g * p.dim);
      const float w = weight[pair];
      own = each<V>([&](int k) { return own.x[k] + w * x.x[k]; });
    }
    if (p.accumulate) {
      const Pack<V> before = load<V>(p.de + at);
      own = each<V>([&](int k) { return before.x[k] + own.x[k]; });
    }
    store<V>(p.de + at, own);
  });
}

/* What the host can tell of the places. */
bool valid_sizes(const Product &p) {
  if (!none_negative(p.batch, p.fields, p.columns, p.dim)) return false;
  if (!p.identity) return p.columns == p.fields * p.dim;
  return p.fields == 0 ? p.columns == 0 : p.column != nullptr;
}

} // namespace

int inner_product_forward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_i32_in column, ds_f32 spread, ds_f32 out, int64_t batch, int32_t fields,
                          int64_t columns, int64_t dim) {
  Product p{e, identity, column, spread, identity ? spread : e, out, nullptr, nullptr, false, batch, fields, columns, dim, 0, nullptr};
  if (!valid_sizes(p)) return DS_INVALID;
  if (batch == 0 || fields == 0) return DS_OK;
  p.pairs = pair_of(fields - 1, fields, fields);
  if ((columns > 0 && !e) || (identity && fields * dim > 0 && !spread) || (p.pairs > 0 && !out)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  p.status = s->status;
  if (identity) {
    if (const int status = launch(check_places, 1, BLOCK, s, p)) return status;
    if (const int status = launch(spread_rows, blocks_for(batch * fields * LANES, BLOCK), BLOCK, s, p)) return status;
  }
  if (p.pairs == 0) return DS_OK;
  const int64_t stride = 4 * (chunks_of(dim, 4) | 1), side = chunks_of(fields, 2), tiles = side * (side + 1) / 2;
  if (stride > CAPACITY / fields) return launch(pairs_unstaged, blocks_for(batch * tiles, BLOCK), BLOCK, s, p);
  const int64_t rows = tiles < BLOCK ? least(BLOCK / tiles, CAPACITY / (fields * stride)) : 1;
  return launch(pairs_staged, blocks_for(batch, rows), BLOCK, s, p, stride, rows);
}

int inner_product_backward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_i32_in column, ds_f32_in spread, ds_f32_in dout, ds_f32 de,
                           int32_t accumulate, int64_t batch, int32_t fields, int64_t columns, int64_t dim) {
  Product p{e, identity, column, nullptr, identity ? spread : e, nullptr, dout, de, accumulate != 0, batch, fields, columns, dim, 0, nullptr};
  if (!valid_sizes(p)) return DS_INVALID;
  if (batch == 0 || columns == 0) return DS_OK;
  p.pairs = pair_of(fields - 1, fields, fields);
  if (!all_set(e, de) || (identity && !spread) || (p.pairs > 0 && !dout)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  p.status = s->status;
  if (identity)
    if (const int status = launch(check_places, 1, BLOCK, s, p)) return status;
  return launch_packs(gradient_packs<4>, gradient_packs<1>, !identity && dim % 4 == 0 && all_aligned(e, de), batch * columns, s, p);
}

} // namespace cuda
} // namespace ds
