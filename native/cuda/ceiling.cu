/*
 * What the card can do at most; what is computed stands in cpu/ceiling.cpp. A block per unit of work, whose sums are folded by pairs; copy and triad by packs
 * of four floats where they fit.
 */
#include "cpu/ceiling.h"
#include "elementwise.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;
constexpr int CHAINS = 12; // multiply-adds that a thread has under way
static_assert(DS_CEILING_FMA_UNIT % (BLOCK * CHAINS) == 0, "a unit has as many steps of every chain");

struct Ceiling {
  const float *a, *b;
  float *c;
  int64_t n;
};

/* Writes the sum of x over the block to c[block]. */
__device__ void fold_block(float x, float *c) {
  __shared__ float part[BLOCK];
  part[threadIdx.x] = x;
  __syncthreads();
  for (int half = BLOCK / 2; half > 0; half /= 2) {
    if ((int)threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) c[blockIdx.x] = part[0];
}

__global__ void ceiling_read(Ceiling p) {
  const int64_t first = (int64_t)blockIdx.x * DS_CEILING_UNIT, end = least(first + DS_CEILING_UNIT, p.n);
  float sum = 0;
  for (int64_t i = first + threadIdx.x; i < end; i += BLOCK) sum += p.a[i];
  fold_block(sum, p.c);
}

/* Sixteen threads a row. */
__global__ void ceiling_rows(Ceiling p) {
  const int64_t first = (int64_t)blockIdx.x * DS_CEILING_ROW_UNIT, end = least(first + DS_CEILING_ROW_UNIT, p.n);
  float sum = 0;
  for (int64_t r = first + threadIdx.x / 16; r < end; r += BLOCK / 16) sum += p.a[ceiling_row((uint64_t)r, p.n) * 16 + threadIdx.x % 16];
  fold_block(sum, p.c);
}

__global__ void ceiling_fma(Ceiling p) {
  const float a = p.a[0], b = p.b[0];
  float x[CHAINS];
#pragma unroll
  for (int k = 0; k < CHAINS; k++) x[k] = 0;
  for (int i = 0; i < DS_CEILING_FMA_UNIT / (BLOCK * CHAINS); i++)
#pragma unroll
    for (int k = 0; k < CHAINS; k++) x[k] = fmaf(x[k], a, b);
  float most = x[0];
#pragma unroll
  for (int k = 1; k < CHAINS; k++) most = x[k] > most ? x[k] : most;
  fold_block(most / BLOCK, p.c);
}

__global__ void ceiling_fork(Ceiling p) {
  grid_stride(p.n, [&](int64_t u) { p.c[u] = 1; });
}

template <int V, bool TRIAD>
__global__ void ceiling_packs(Ceiling p, int64_t packs) {
  grid_stride(packs, [&](int64_t i) {
    const Pack<V> a = load<V>(p.a + i * V);
    if (TRIAD) {
      const Pack<V> b = load<V>(p.b + i * V);
      store<V>(p.c + i * V, each<V>([&](int k) { return a.x[k] + 3.0f * b.x[k]; }));
    } else {
      store<V>(p.c + i * V, a);
    }
  });
}

} // namespace

int ceiling(ds_stream stream, int32_t kind, ds_f32_in a, ds_f32_in b, ds_f32 c, int64_t n) {
  if (!is_ceiling(kind) || n < 0) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!ceiling_has_arrays(kind, a, b, c)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Ceiling p{a, b, c, n};
  switch (kind) {
    case DS_CEILING_READ:
      return launch(ceiling_read, (unsigned)chunks_of(n, DS_CEILING_UNIT), BLOCK, s, p);
    case DS_CEILING_ROWS:
      return launch(ceiling_rows, (unsigned)chunks_of(n, DS_CEILING_ROW_UNIT), BLOCK, s, p);
    case DS_CEILING_FMA:
      return launch(ceiling_fma, (unsigned)chunks_of(n, DS_CEILING_FMA_UNIT), BLOCK, s, p);
    case DS_CEILING_FORK:
      return launch(ceiling_fork, blocks_for(n, BLOCK), BLOCK, s, p);
    case DS_CEILING_COPY:
      return launch_packs(ceiling_packs<4, false>, ceiling_packs<1, false>, n % 4 == 0 && all_aligned(a, c), n, s, p);
    default:
      return launch_packs(ceiling_packs<4, true>, ceiling_packs<1, true>, n % 4 == 0 && all_aligned(a, b, c), n, s, p);
  }
}

} // namespace cuda
} // namespace ds
