/*
 * Second-order factorization machine over embedding columns; what it computes stands in cpu/fm.cpp. Every order of addition is the CPU's, and so is
 * every bit.
 *
 * Forward without identity: up to 16 threads a row, thread l owns places l, l + 16, ...; each goes down the fields of its places. With identity: a warp has
 * SHARE rows, whose S and Q of 64 places at a time stand in shared memory; it takes 32 columns at a time, and columns of the same place one after the
 * other, ascending. Backward: a thread per four floats where a field is a multiple of four, else per float. Forward 4 * (columns + dim) bytes and
 * 3 * columns + 3 * dim flops a row, backward 4 * (2 * columns + dim) bytes and 2 * columns flops.
 */
#include "elementwise.h"
#include "row_fold.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;
constexpr int WARPS = BLOCK / WARP;
constexpr int SHARE = 4;
constexpr int PLACES = 64;

struct Forward {
  const float *e;
  const int32_t *identity;
  float *sums, *out;
  int64_t batch, columns, dim;
  int32_t *status;
};

struct Backward {
  const float *e;
  const int32_t *identity;
  const float *sums, *dout;
  float *de;
  bool accumulate;
  int64_t columns, dim;
  int32_t *status;
};

/* threads: of a row, a power of two; 16, or enough for every place. */
__global__ void sum_regular(Forward p, int threads) {
  sum_rows(p.batch, p.dim, threads, p.sums, p.out, [&](int64_t b, int64_t j, auto add) {
    for (int64_t c = j; c < p.columns; c += p.dim) add(p.e[b * p.columns + c]);
  });
}

/* Adds columns first .. first+31 of a warp's rows to the places tile .. tile+63. */
__device__ void add_columns(const Forward &p, float2 (*moments)[PLACES], int64_t row, int64_t first, int64_t tile) {
  const int64_t c = first + threadIdx.x % WARP;
  int place = -1; // of this thread's column, in the tile
  if (c < p.columns) {
    const int64_t id = p.identity[c];
    if ((uint64_t)id >= (uint64_t)p.dim)
      report(p.status, DS_INVALID);
    else if (id >= tile && id < tile + PLACES)
      place = (int)(id - tile);
  }
  const Pack<SHARE> x = each<SHARE>([&](int r) { return place >= 0 && row + r < p.batch ? p.e[(row + r) * p.columns + c] : 0.0f; });
  const unsigned same = __match_any_sync(ALL_LANES, place);
  const int turn = place < 0 ? -1 : __popc(same & ((1u << threadIdx.x % WARP) - 1));
  for (int now = 0; __any_sync(ALL_LANES, turn >= now); now++) {
    if (turn == now)
      for (int r = 0; r < SHARE; r++) {
        const float2 m = moments[r][place];
        moments[r][place] = make_float2(m.x + x.x[r], m.y + x.x[r] * x.x[r]);
      }
    __syncwarp();
  }
}

__global__ void __launch_bounds__(BLOCK) sum_placed(Forward p) {
  __shared__ float2 moments_of_warps[WARPS][SHARE][PLACES];
  const int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP, half = lane / LANES;
  float2(*moments)[PLACES] = moments_of_warps[warp];
  for (int64_t row = SHARE * ((int64_t)blockIdx.x * WARPS + warp); row < p.batch; row += (int64_t)SHARE * gridDim.x * WARPS) {
    Pack<SHARE / 2> total{}; // of rows half, half + 2
    for (int64_t tile = 0; tile < p.dim; tile += PLACES) {
      for (int i = lane; i < SHARE * PLACES; i += WARP) moments[i / PLACES][i % PLACES] = make_float2(0, 0);
      __syncwarp();
      for (int64_t first = 0; first < p.columns; first += WARP) add_columns(p, moments, row, first, tile);
      for (int r = 0; r < SHARE && row + r < p.batch; r++)
        for (int64_t j = tile + lane; j < least(tile + PLACES, p.dim); j += WARP) p.sums[(row + r) * p.dim + j] = moments[r][j - tile].x;
      for (int j = lane % LANES; j < PLACES; j += LANES)
        for (int r = 0; r < SHARE / 2; r++) {
          const float2 m = moments[half + 2 * r][j];
          total.x[r] += m.x * m.x - m.y;
        }
      __syncwarp();
    }
    for (int r = 0; r < SHARE / 2; r++) {
      const float sum = fold_row(total.x[r], LANES);
      if (lane % LANES == 0 && row + half + 2 * r < p.batch) p.out[row + half + 2 * r] = 0.5f * sum;
    }
  }
}

template <int V>
__global__ void gradient_packs(Backward p, int64_t packs) {
  grid_stride(packs, [&](int64_t i) {
    const int64_t at = i * V, b = at / p.columns, c = at - b * p.columns;
    int64_t place = p.identity ? p.identity[c] : c % p.dim;
    if ((uint64_t)place >= (uint64_t)p.dim) {
      report(p.status, DS_INVALID);
      place = 0;
    }
    const Pack<V> x = load<V>(p.e + at), s = load<V>(p.sums + b * p.dim + place);
    const float g = p.dout[b];
    Pack<V> d = each<V>([&](int k) { return g * (s.x[k] - x.x[k]); });
    if (p.accumulate) {
      const Pack<V> before = load<V>(p.de + at);
      d = each<V>([&](int k) { return before.x[k] + d.x[k]; });
    }
    store<V>(p.de + at, d);
  });
}

} // namespace

int fm_forward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_f32 sums, ds_f32 out, int64_t batch, int64_t columns, int64_t dim) {
  if (!none_negative(batch, columns, dim)) return DS_INVALID;
  if (batch == 0) return DS_OK;
  if (!out || (dim > 0 && !sums) || (columns > 0 && (!e || dim == 0))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Forward p{e, identity, sums, out, batch, columns, dim, s->status};
  if (identity) return launch(sum_placed, blocks_for(batch, SHARE * WARPS), BLOCK, s, p);
  const int threads = threads_of_row(dim);
  return launch(sum_regular, blocks_for(batch, BLOCK / threads), BLOCK, s, p, threads);
}

int fm_backward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_f32_in sums, ds_f32_in dout, ds_f32 de, int32_t accumulate, int64_t batch,
                int64_t columns, int64_t dim) {
  if (!none_negative(batch, columns, dim)) return DS_INVALID;
  if (batch == 0 || columns == 0) return DS_OK;
  if (!all_set(e, sums, dout, de) || dim == 0) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Backward p{e, identity, sums, dout, de, accumulate != 0, columns, dim, s->status};
  const bool four = !identity && columns % 4 == 0 && dim % 4 == 0 && all_aligned(e, sums, de);
  return launch_packs(gradient_packs<4>, gradient_packs<1>, four, batch * columns, s, p);
}

} // namespace cuda
} // namespace ds
