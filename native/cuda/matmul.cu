/*
 * c = op(a) op(b) + beta c, row-major with strides, as cpu/matmul.cpp has it: as cᵀ = op(b)ᵀ op(a)ᵀ by the bound cuBLAS, whose columns are our rows; else
 * by a kernel of our own.
 *
 * That kernel: a block of 16 x 16 threads has a tile of c, 128 x 64 or, where those would be too few to fill a card, 64 x 32; a thread 8 x 4 or 4 x 2 of
 * it, in registers. Slabs of 16 or 32 along k go through shared memory, two of them, so that one is read while the next arrives. An element is one chain of
 * fmaf along k, ascending: the tile does not change a bit. 2 m n k flops; (128 + 64) / (2 * 128 * 64) floats of a and b are read a flop.
 */
#include "blas.h"
#include "elementwise.h"

namespace ds {
namespace cuda {

namespace {

constexpr int SIDE = 16; // threads along each side of a tile
constexpr int BLOCK = SIDE * SIDE;
constexpr int PAD = 4; // floats between the rows of a slab: rows stay multiples of 16 bytes, and fewer of them meet in one bank

/* A factor as rows of width elements, one for each k: element (p, w) is x[p * stride + w], or along k x[w * stride + p]. */
struct Factor {
  const float *x;
  int64_t stride, width;
  bool along_k, fours; // fours: whole groups of four can be loaded at once
};

struct Product {
  Factor a, b;
  int64_t k;
  float beta;
  float *c;
  int64_t c_stride, across; // tiles side by side
};

/* What a thread carries of WIDTH elements by DEPTH along k: groups of four that follow one another in memory. */
template <int WIDTH, int DEPTH>
struct Slab {
  static constexpr int GROUPS = WIDTH * DEPTH / 4 / BLOCK;
  static constexpr int STEP = WIDTH + PAD;
  Pack<4> group[GROUPS];

  /* Elements first .. first+WIDTH-1 of rows p .. p+DEPTH-1, 0 beyond the matrix. */
  __device__ void read(const Factor &f, int64_t first, int64_t p, int64_t k) {
    for (int g = 0; g < GROUPS; g++) {
      const int i = threadIdx.x + g * BLOCK;
      const int64_t row = p + (f.along_k ? i % (DEPTH / 4) * 4 : i / (WIDTH / 4)), w = first + (f.along_k ? i / (DEPTH / 4) : i % (WIDTH / 4) * 4);
      const float *x = f.x + (f.along_k ? w * f.stride + row : row * f.stride + w);
      const int64_t left = row < k && w < f.width ? (f.along_k ? k - row : f.width - w) : 0; // elements before the edge
      if (f.fours && left >= 4)
        group[g] = load<4>(x);
      else
        group[g] = each<4>([&](int e) { return e < left ? x[e] : 0.0f; });
    }
  }

  __device__ void write(float *shared, bool along_k) const {
    for (int g = 0; g < GROUPS; g++) {
      const int i = threadIdx.x + g * BLOCK;
      if (along_k)
        for (int e = 0; e < 4; e++) shared[(i % (DEPTH / 4) * 4 + e) * STEP + i / (DEPTH / 4)] = group[g].x[e];
      else
        store<4>(shared + i / (WIDTH / 4) * STEP + i % (WIDTH / 4) * 4, group[g]);
    }
  }
};

/* Rows of a tile: 16 * TALL, of which a thread has fours 64 apart; columns: 16 * WIDE, WIDE side by side. */
template <int TALL, int WIDE, int DEPTH>
__global__ void __launch_bounds__(BLOCK) multiply(Product p) {
  constexpr int ROWS = SIDE * TALL, COLUMNS = SIDE * WIDE, FOURS = TALL / 4;
  using A = Slab<ROWS, DEPTH>;
  using B = Slab<COLUMNS, DEPTH>;
  alignas(16) __shared__ float a_slab[2][DEPTH * A::STEP];
  alignas(16) __shared__ float b_slab[2][DEPTH * B::STEP];
  const int64_t down = blockIdx.x / p.across, first_row = down * ROWS, first_column = (blockIdx.x - down * p.across) * COLUMNS;
  const int row = threadIdx.x / SIDE * 4, column = threadIdx.x % SIDE * WIDE;
  A a;
  B b;
  Pack<WIDE> sum[FOURS][4] = {};
  if (p.k > 0) {
    a.read(p.a, first_row, 0, p.k);
    b.read(p.b, first_column, 0, p.k);
  }
  int now = 0;
  for (int64_t k = 0; k < p.k; k += DEPTH, now ^= 1) {
    a.write(a_slab[now], p.a.along_k);
    b.write(b_slab[now], p.b.along_k);
    __syncthreads();
    if (k + DEPTH < p.k) {
      a.read(p.a, first_row, k + DEPTH, p.k);
      b.read(p.b, first_column, k + DEPTH, p.k);
    }
#pragma unroll
    for (int s = 0; s < DEPTH; s++) {
      const Pack<WIDE> y = load<WIDE>(b_slab[now] + s * B::STEP + column);
      for (int f = 0; f < FOURS; f++) {
        const Pack<4> x = load<4>(a_slab[now] + s * A::STEP + row + 64 * f);
        for (int i = 0; i < 4; i++)
          for (int j = 0; j < WIDE; j++) sum[f][i].x[j] = fmaf(x.x[i], y.x[j], sum[f][i].x[j]);
      }
    }
  }
  for (int f = 0; f < FOURS; f++)
    for (int i = 0; i < 4; i++)
      for (int j = 0; j < WIDE; j++) {
        const int64_t r = first_row + row + 64 * f + i, at = first_column + column + j;
        if (r >= p.a.width || at >= p.b.width) continue;
        float *c = p.c + r * p.c_stride + at;
        *c = p.beta == 0 ? sum[f][i].x[j] : sum[f][i].x[j] + p.beta * *c;
      }
}

constexpr int64_t ENOUGH = 256; // blocks that fill a card

template <int TALL, int WIDE>
int64_t tiles(Product &p) {
  p.across = chunks_of(p.b.width, SIDE * WIDE);
  return p.across * chunks_of(p.a.width, SIDE * TALL);
}

} // namespace

int matmul(ds_stream stream, int32_t transpose_a, int32_t transpose_b, int64_t m, int64_t n, int64_t k, ds_f32_in a, int64_t a_stride, ds_f32_in b,
           int64_t b_stride, float beta, ds_f32 c, int64_t c_stride) {
  if (!none_negative(m, n, k) || m > INT32_MAX || n > INT32_MAX || k > INT32_MAX) return DS_INVALID;
  if (a_stride < (transpose_a ? m : k) || b_stride < (transpose_b ? k : n) || c_stride < n) return DS_INVALID;
  if (a_stride > INT32_MAX || b_stride > INT32_MAX || c_stride > INT32_MAX) return DS_INVALID;
  if (m == 0 || n == 0) return DS_OK;
  if (!c || (k > 0 && !all_set(a, b))) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  if (blas_bound() && k > 0)
    return blas_sgemm(s, transpose_b != 0, transpose_a != 0, (int)n, (int)m, (int)k, b, (int)b_stride, a, (int)a_stride, beta, c, (int)c_stride);
  const Factor left{a, a_stride, m, transpose_a == 0, a_stride % 4 == 0 && aligned(a)};
  const Factor right{b, b_stride, n, transpose_b != 0, b_stride % 4 == 0 && aligned(b)};
  Product p{left, right, k, beta, c, c_stride, 0};
  const int64_t large = tiles<8, 4>(p);
  if (large >= ENOUGH) return launch(multiply<8, 4, 16>, (unsigned)large, BLOCK, s, p);
  const int64_t small = tiles<4, 2>(p);
  return launch(multiply<4, 2, 32>, (unsigned)small, BLOCK, s, p);
}

} // namespace cuda
} // namespace ds
