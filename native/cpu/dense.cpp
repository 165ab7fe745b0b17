/*
 * A dense layer as scoring and evaluation compute it: without a BLAS, and with the same bits for any number of rows in a call.
 *
 *   out[b, j] = act(start[j] + Σ_k x[b, k] w[k, j] + bias[j]),   k < depth;   act = max(0, ·) with relu, else nothing
 *
 * x [batch, depth] in rows of x_stride, w [depth, n] as the trainer holds it, start and bias [n] or null, out [batch, n] in rows of out_stride; out overlaps nothing.
 * A sum starts at +0, or at start: what this gave for columns of x before these, the same in every row. It goes along k, ascending, one rounding per product and per addition: neither the rows beside it, nor the way a call is cut, nor columns
 * of zeros within x (a mask) change a bit.
 *
 * One row is bound by the memory that w comes from. Entries of x that are 0 are passed over, with them their rows of w: after a ReLU about half. That is exact
 * where w is finite: the term is +0 or -0, a sum s != 0 stays s, and s = +0 stays +0, as +0 + -0 is +0; s is never -0, as it starts at +0 and a sum of two
 * numbers is -0 only where both are (rounding to nearest). Four rows of w are taken at once, as they lie in memory, the next four being asked for meanwhile;
 * the sums lie in out, or in registers where there are only a few columns. w packed into panels of 16, 64 or 96 columns with the sums in registers was not faster.
 *
 * More rows go in tiles of up to GROUP rows by some Lanes of columns, with sums in registers, along at most SLAB of depth at a time; more than SHARE
 * groups share a copy of their part of w, whose rows lie side by side. 2 batch depth n flops.
 */
#include "arguments.h"
#include "lanes.h"
#include "nonzeros.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t SLAB = 256;   // depth of the part of w that stays in the nearest cache
constexpr int64_t AHEAD = 8;    // rows of w between a prefetch and its use
constexpr int64_t PANEL = 64;   // columns a unit of work
constexpr int64_t ROWS = 96;    // batch rows a unit of work, at least
constexpr int64_t UNIT = 1 << 20;  // multiply-adds a unit of work, about
constexpr int64_t WORTH = 1 << 20; // multiply-adds below which a call stays in its thread
constexpr int64_t FEW = 8;         // as do batches below this

/* What registers hold: rows of a tile, and its Lanes of columns for a few rows and for more. */
#if defined(__AVX512F__)
constexpr int GROUP = 6, NARROW = 2, WIDE = 4;
#elif defined(__AVX2__)
constexpr int GROUP = 6, NARROW = 1, WIDE = 2;
#else
constexpr int GROUP = 3, NARROW = 1, WIDE = 1;
#endif
constexpr int64_t SHARE = 3; // groups above which a copy pays
constexpr int64_t STRIP = NARROW * LANES; // columns that share a copy

struct Layer {
  const float *x, *w, *start, *bias;
  float *out;
  int64_t x_stride, out_stride, depth, n;
  bool relu;
};

static inline void finish(const Layer &a, float *row, int64_t first, int64_t n) {
  if (!a.bias && !a.relu) return;
  const Lanes zero = lanes(0.0f);
  each_block(n, [&](int64_t j, int m) {
    Lanes y = get(row + j, m);
    if (a.bias) y = y + get(a.bias + first + j, m);
    if (a.relu) y = max(zero, y); // of zero and a NaN the second is taken
    put(row + j, y, m);
  });
}

static inline void begin(const Layer &a, float *row, int64_t first, int64_t n) {
  each_block(n, [&](int64_t j, int m) { put(row + j, a.start ? get(a.start + first + j, m) : lanes(0.0f), m); });
}

/* One row of w onto the sums. */
static inline void add_row(float x, const float *w, float *sums, int64_t n) {
  each_block(n, [=](int64_t j, int m) { put(sums + j, get(sums + j, m) + lanes(x) * get(w + j, m), m); });
}

/* R rows by C Lanes, of which the last has the given number of columns: sums along depth rows of w, on those in out unless they are the first. */
template <int R, int C, bool WHOLE>
static inline void tile(const float *x, int64_t x_stride, const float *w, int64_t w_stride, int64_t depth, float *out, int64_t out_stride, int last,
                        bool first) {
  const auto columns = [=](int c) { return !WHOLE && c == C - 1 ? last : LANES; };
  Lanes sum[R][C];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++)
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) sum[r][c] = first ? lanes(0.0f) : get(out + r * out_stride + c * LANES, columns(c));
  for (int64_t k = 0; k < depth; k++) {
    Lanes v[C];
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) {
      __builtin_prefetch(w + (k + AHEAD) * w_stride + c * LANES);
      v[c] = get(w + k * w_stride + c * LANES, columns(c));
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const Lanes e = lanes(x[r * x_stride + k]);
#pragma GCC unroll 8
      for (int c = 0; c < C; c++) sum[r][c] = sum[r][c] + e * v[c];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++)
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) put(out + r * out_stride + c * LANES, sum[r][c], columns(c));
}

/* R rows by any number of columns. */
template <int R>
static void group(const float *x, int64_t x_stride, const float *w, int64_t w_stride, int64_t depth, float *out, int64_t out_stride, int64_t columns,
                  bool first) {
  constexpr int C = R > GROUP / 2 ? NARROW : WIDE;
  int64_t j = 0;
  for (; j + C * LANES <= columns; j += C * LANES) tile<R, C, true>(x, x_stride, w + j, w_stride, depth, out + j, out_stride, LANES, first);
  for (; j + LANES <= columns; j += LANES) tile<R, 1, true>(x, x_stride, w + j, w_stride, depth, out + j, out_stride, LANES, first);
  if (j < columns) tile<R, 1, false>(x, x_stride, w + j, w_stride, depth, out + j, out_stride, (int)(columns - j), first);
}

static void one_row(const Layer &a) {
  if (a.n <= LANES) {
    begin(a, a.out, 0, a.n);
    group<1>(a.x, 0, a.w, a.n, a.depth, a.out, 0, a.n, false);
    finish(a, a.out, 0, a.n);
    return;
  }
  int32_t list[LISTED + AT_ONCE];
  begin(a, a.out, 0, a.n);
  for (int64_t k = 0; k < a.depth; k += LISTED) {
    const int64_t count = list_nonzeros(a.x, k, a.depth, list);
    int64_t i = 0;
    for (; i + AT_ONCE <= count; i += AT_ONCE) {
      const int32_t *now = list + i, *next = now + AT_ONCE;
      const float *w0 = a.w + now[0] * a.n, *w1 = a.w + now[1] * a.n, *w2 = a.w + now[2] * a.n, *w3 = a.w + now[3] * a.n;
      const float *n0 = a.w + next[0] * a.n, *n1 = a.w + next[1] * a.n, *n2 = a.w + next[2] * a.n, *n3 = a.w + next[3] * a.n;
      const Lanes x0 = lanes(a.x[now[0]]), x1 = lanes(a.x[now[1]]), x2 = lanes(a.x[now[2]]), x3 = lanes(a.x[now[3]]);
      each_block(a.n, [=](int64_t j, int m) {
        __builtin_prefetch(n0 + j);
        __builtin_prefetch(n1 + j);
        __builtin_prefetch(n2 + j);
        __builtin_prefetch(n3 + j);
        Lanes s = get(a.out + j, m);
        s = s + x0 * get(w0 + j, m);
        s = s + x1 * get(w1 + j, m);
        s = s + x2 * get(w2 + j, m);
        s = s + x3 * get(w3 + j, m);
        put(a.out + j, s, m);
      });
    }
    for (; i < count; i++) add_row(a.x[list[i]], a.w + list[i] * a.n, a.out, a.n);
  }
  finish(a, a.out, 0, a.n);
}

using Group = void (*)(const float *, int64_t, const float *, int64_t, int64_t, float *, int64_t, int64_t, bool);
static const Group GROUPS[] = {nullptr, nullptr, group<2>, group<3>,
#if defined(__AVX2__)
                               group<4>, group<5>, group<6>,
#endif
};

/* Rows first_row .. and columns first_column .. of out. */
static void block(const Layer &a, int64_t first_row, int64_t rows, int64_t first_column, int64_t columns) {
  const int64_t groups = chunks_of(rows, GROUP);
  const bool copied = groups > SHARE;
  const int64_t step = copied ? STRIP : WIDE * LANES;
  float copy[SLAB * STRIP];
  float *out = a.out + first_row * a.out_stride + first_column;
  if (a.start)
    for (int64_t r = 0; r < rows; r++) begin(a, out + r * a.out_stride, first_column, columns);
  for (int64_t k = 0; k == 0 || k < a.depth; k += SLAB) {
    const int64_t depth = least(SLAB, a.depth - k);
    for (int64_t j = 0; j < columns; j += step) {
      const int64_t width = least(step, columns - j);
      const float *w = a.w + k * a.n + first_column + j;
      if (copied)
        for (int64_t p = 0; p < depth; p++) each_block(width, [&](int64_t c, int m) { put(copy + p * STRIP + c, get(w + p * a.n + c, m), m); });
      for (int64_t g = 0; g < groups; g++) {
        const int64_t row = rows * g / groups, end = rows * (g + 1) / groups;
        GROUPS[end - row](a.x + (first_row + row) * a.x_stride + k, a.x_stride, copied ? copy : w, copied ? STRIP : a.n, depth,
                          out + row * a.out_stride + j, a.out_stride, width, k == 0 && !a.start);
      }
    }
  }
  for (int64_t r = 0; r < rows; r++) finish(a, out + r * a.out_stride, first_column, columns);
}

int dense_forward(ds_stream stream, ds_f32_in x, int64_t x_stride, ds_f32_in w, ds_f32_in start, ds_f32_in bias, int32_t relu, ds_f32 out,
                  int64_t out_stride, int64_t batch, int64_t depth, int64_t n) {
  if (!none_negative(batch, depth, n) || depth > INT32_MAX || x_stride < depth || out_stride < n) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!out || (depth > 0 && !all_set(x, w))) return DS_INVALID;
  const Layer a{x, w, start, bias, out, x_stride, out_stride, depth, n, relu != 0};
  if (batch == 1) {
    one_row(a);
    return DS_OK;
  }
  const int64_t most = UNIT / PANEL / (depth + 1), blocks = chunks_of(batch, most > ROWS ? most : ROWS), panels = chunks_of(n, PANEL);
  parallel(batch < FEW || batch * depth * n < WORTH ? nullptr : stream, blocks * panels, [&](int64_t i) {
    const int64_t b = i / panels, row = batch * b / blocks, column = i % panels * PANEL;
    block(a, row, batch * (b + 1) / blocks - row, column, least(PANEL, n - column));
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
