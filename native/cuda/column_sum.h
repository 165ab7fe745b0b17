/*
 * Sums down the columns of a matrix, in two stages. Stage one: a block owns TILE columns of one chunk of DS_ROW_CHUNK rows; its thread t goes down column
 * t mod TILE by rows t / TILE, + ROWS, ..., which are 16 rows of a full chunk. The sums of a column are folded by pairs, always the same pairs. Stage two:
 * a thread per column adds up the chunks, ascending. The order is fixed by the sizes alone. A warp reads two rows' runs of 64 bytes.
 */
#ifndef DIMSIEVE_CUDA_COLUMN_SUM_H
#define DIMSIEVE_CUDA_COLUMN_SUM_H

#include "launch.h"

namespace ds {
namespace cuda {

constexpr int TILE = 16;
constexpr int SUM_BLOCK = 1024;
constexpr int ROWS = SUM_BLOCK / TILE; // rows that a block reads at a time

static inline unsigned tiles_of(int64_t chunks, int64_t n) { return (unsigned)(chunks * chunks_of(n, TILE)); }

/* The part of a matrix that this block sums, and this thread's place in it. */
struct Tile {
  int64_t chunk, column, first, end; // rows first .. end-1
  bool inside;                       // whether the column is one of the matrix
};

__device__ static inline Tile tile_of_block(int64_t batch, int64_t n) {
  const int64_t across = chunks_of(n, TILE), chunk = blockIdx.x / across, column = (blockIdx.x - chunk * across) * TILE + threadIdx.x % TILE;
  return {chunk, column, chunk * DS_ROW_CHUNK, least((chunk + 1) * DS_ROW_CHUNK, batch), column < n};
}

/* Σ of value(b) over the rows b of this thread. */
template <class Value>
__device__ static inline float sum_rows(const Tile &t, Value value) {
  float sum = 0;
  if (t.inside)
    for (int64_t b = t.first + threadIdx.x / TILE; b < t.end; b += ROWS) sum += value(b);
  return sum;
}

/* The sum of x over the threads of a column, to all of them. Called by the whole block. */
__device__ static inline float fold_column(float x) {
  __shared__ float part[SUM_BLOCK / WARP][TILE + 1];
  __shared__ float whole[TILE];
  const int t = threadIdx.x, warp = t / WARP, lane = t % WARP;
  x += __shfl_xor_sync(ALL_LANES, x, TILE);
  if (lane < TILE) part[warp][lane] = x;
  __syncthreads();
  if (warp < TILE) { // a warp per column
    float y = part[lane][warp];
    for (int other = WARP / 2; other > 0; other /= 2) y += __shfl_xor_sync(ALL_LANES, y, other);
    if (lane == 0) whole[warp] = y;
  }
  __syncthreads();
  return whole[t % TILE];
}

/* out[j] = Σ partial[chunk * n + j], chunks ascending; 0 where there is no chunk. Grid row 1 does the same for a second matrix, which follows the first. */
struct Chunks {
  const float *partial;
  int64_t chunks, n;
  float *out[2];
};

static __global__ void combine_chunks(Chunks p) {
  const float *partial = p.partial + blockIdx.y * p.chunks * p.n;
  float *out = blockIdx.y ? p.out[1] : p.out[0];
  grid_stride(p.n, [&](int64_t j) {
    float sum = 0;
    for (int64_t chunk = 0; chunk < p.chunks; chunk++) sum += partial[chunk * p.n + j];
    out[j] = sum;
  });
}

static inline int combine(Stream *s, const float *partial, int64_t chunks, int64_t n, float *out, float *second = nullptr) {
  return launch(combine_chunks, dim3(blocks_for(n, 128), second ? 2 : 1), 128, s, Chunks{partial, chunks, n, {out, second}});
}

} // namespace cuda
} // namespace ds

#endif
