/*
 * A dense layer of bytes.
 *
 *   dense_i8_pack      w [depth, n] → packed [ceil(depth / 4), n] words of four rows' bytes, the lowest first, zeros below the last; scale [n], one a column
 *   dense_i8_forward   out[b, j] = act((float)(Σ_k q[b, k] p[k, j]) · (s[b] · scale[j]) + bias[j]);   act = max(0, ·) with relu, else nothing
 *
 * p is packed; q and s are x [batch, depth] quantised row by row (quantize.h). bias [n] or null; x and out have rows of x_stride and out_stride; depth is at
 * most 2^17. workspace: batch * (ceil(depth / 4) + 2) words. The sum is exact in 32 bits, so its order is free, and it is the same on every instruction set;
 * what follows has one rounding for the conversion, each product and the addition.
 *
 * With AVX2, |q| (unsigned) times p with q's sign is added in pairs to 16 bits, which 2 * 127 * 127 = 32258 cannot pass, then in pairs to 32. One row takes
 * only the words of q that are not 0 and walks through the words of p as they lie in memory, with the sums in out; more rows, and a row of few columns, go in
 * tiles with sums in registers. A byte of w is read once for up to GROUP rows; 2 batch depth n integer operations.
 */
#include "arguments.h"
#include "ints.h"
#include "lanes.h"
#include "nonzeros.h"
#include "pool.h"
#include "quantize.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t PANEL = 64;      // columns a unit of work
constexpr int64_t ROWS = 64;       // batch rows a unit of work
constexpr int64_t WORTH = 1 << 21; // multiply-adds below which a call stays in its thread
constexpr int64_t FEW = 8;         // as do batches below this
constexpr int GROUP = 4;           // rows of a tile
constexpr uint32_t SIGNS = 0x80808080;

struct Layer {
  const float *x;
  int64_t x_stride;
  const int32_t *packed;
  const float *scale, *bias;
  bool relu;
  int32_t *workspace;
  float *out;
  int64_t out_stride, depth, n;

  int64_t words() const { return chunks_of(depth, 4); }
  int32_t *row(int64_t b) const { return workspace + b * quantized_words(depth); }
};

static void quantize_row(const Layer &a, int64_t b) {
  const float *x = a.x + b * a.x_stride;
  int32_t *row = a.row(b), *end = row + a.words(), most = 0;
  for (int64_t k = 0; k < a.depth; k++) {
    const int32_t m = magnitude_bits(x[k]);
    most = m > most ? m : most;
  }
  const Quantum quantum = quantum_of(most);
  if (a.depth % 4) end[-1] = 0;
  uint8_t *bytes = reinterpret_cast<uint8_t *>(row);
  for (int64_t k = 0; k < a.depth; k++) bytes[k] = (uint8_t)quantized(x[k], quantum.inverse);
  uint32_t signs = 0;
  for (const int32_t *word = row; word < end; word++) signs |= (uint32_t)*word & SIGNS;
  end[0] = bits_of(quantum.scale);
  end[1] = signs != 0;
}

/* What follows the sums of columns j .. j+m-1 of a row. */
static inline void finish(const Layer &a, Ints sum, float scale, float *out, int64_t j, int m) {
  Lanes y = to_floats(sum) * (lanes(scale) * get(a.scale + j, m));
  if (a.bias) y = y + get(a.bias + j, m);
  if (a.relu) y = max(lanes(0.0f), y); // of zero and a NaN the second is taken
  put(out + j, y, m);
}

template <bool SIGNED>
static void one_row(const Layer &a) {
  const int32_t *q = a.row(0), *w = a.packed;
  const int64_t n = a.n, words = a.words();
  int32_t list[LISTED + AT_ONCE];
  Word *sums = reinterpret_cast<Word *>(a.out);
  each_block(n, [&](int64_t j, int m) { put(sums + j, no_ints(), m); });
  for (int64_t first = 0; first < words; first += LISTED) {
    const int64_t count = list_nonzeros(q, first, words, list);
    int64_t i = 0;
    for (; i + AT_ONCE <= count; i += AT_ONCE) {
      const int32_t *now = list + i, *next = now + AT_ONCE;
      const int32_t *w0 = w + now[0] * n, *w1 = w + now[1] * n, *w2 = w + now[2] * n, *w3 = w + now[3] * n;
      const int32_t *n0 = w + next[0] * n, *n1 = w + next[1] * n, *n2 = w + next[2] * n, *n3 = w + next[3] * n;
      const int32_t q0 = q[now[0]], q1 = q[now[1]], q2 = q[now[2]], q3 = q[now[3]];
      each_block(n, [=](int64_t j, int m) {
        __builtin_prefetch(n0 + j);
        __builtin_prefetch(n1 + j);
        __builtin_prefetch(n2 + j);
        __builtin_prefetch(n3 + j);
        Ints s = get(sums + j, m);
        s = dot<SIGNED>(s, get(w0 + j, m), q0);
        s = dot<SIGNED>(s, get(w1 + j, m), q1);
        s = dot<SIGNED>(s, get(w2 + j, m), q2);
        s = dot<SIGNED>(s, get(w3 + j, m), q3);
        put(sums + j, s, m);
      });
    }
    for (; i < count; i++)
      each_block(n, [&](int64_t j, int m) { put(sums + j, dot<SIGNED>(get(sums + j, m), get(w + list[i] * n + j, m), q[list[i]]), m); });
  }
  const float scale = float_of(q[words]);
  each_block(n, [&](int64_t j, int m) { finish(a, get(sums + j, m), scale, a.out, j, m); });
}

/* R rows from b on by m columns from j on. */
template <int R, bool SIGNED>
static inline void tile(const Layer &a, int64_t b, int64_t j, int m) {
  const int64_t words = a.words(), stride = quantized_words(a.depth);
  const int32_t *q = a.row(b), *w = a.packed + j;
  Ints sum[R];
#pragma GCC unroll 4
  for (int r = 0; r < R; r++) sum[r] = no_ints();
  for (int64_t p = 0; p < words; p++) {
    const Ints v = get(w + p * a.n, m);
#pragma GCC unroll 4
    for (int r = 0; r < R; r++) sum[r] = dot<SIGNED>(sum[r], v, q[r * stride + p]);
  }
#pragma GCC unroll 4
  for (int r = 0; r < R; r++) finish(a, sum[r], float_of(q[r * stride + words]), a.out + (b + r) * a.out_stride, j, m);
}

template <int R>
static void tile_of_rows(const Layer &a, int64_t b, int64_t j, int m) {
  bool is_signed = false;
  for (int r = 0; r < R; r++) is_signed |= a.row(b + r)[a.words() + 1] != 0;
  if (is_signed)
    m == LANES ? tile<R, true>(a, b, j, LANES) : tile<R, true>(a, b, j, m);
  else
    m == LANES ? tile<R, false>(a, b, j, LANES) : tile<R, false>(a, b, j, m);
}

static void block(const Layer &a, int64_t row, int64_t end, int64_t column, int64_t columns) {
  each_block(columns, [&](int64_t j, int m) {
    int64_t b = row;
    for (; b + GROUP <= end; b += GROUP) tile_of_rows<GROUP>(a, b, column + j, m);
    if (end - b == 3) tile_of_rows<3>(a, b, column + j, m);
    if (end - b == 2) tile_of_rows<2>(a, b, column + j, m);
    if (end - b == 1) tile_of_rows<1>(a, b, column + j, m);
  });
}

int dense_i8_forward(ds_stream stream, ds_f32_in x, int64_t x_stride, ds_i32_in packed, ds_f32_in scale, ds_f32_in bias, int32_t relu, ds_i32 workspace,
                     ds_f32 out, int64_t out_stride, int64_t batch, int64_t depth, int64_t n) {
  if (!none_negative(batch, depth, n) || depth > MOST_DEPTH || x_stride < depth || out_stride < n) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(scale, workspace, out) || (depth > 0 && !all_set(x, packed))) return DS_INVALID;
  const Layer a{x, x_stride, packed, scale, bias, relu != 0, workspace, out, out_stride, depth, n};
  if (batch == 1) {
    quantize_row(a, 0);
    if (n <= LANES)
      block(a, 0, 1, 0, n);
    else
      a.row(0)[a.words() + 1] ? one_row<true>(a) : one_row<false>(a);
    return DS_OK;
  }
  ds_stream pool = batch < FEW || batch * depth * n < WORTH ? nullptr : stream;
  const int64_t blocks = chunks_of(batch, ROWS), panels = chunks_of(n, PANEL);
  parallel(pool, blocks, [&](int64_t i) {
    for (int64_t b = i * ROWS; b < least((i + 1) * ROWS, batch); b++) quantize_row(a, b);
  });
  parallel(pool, blocks * panels, [&](int64_t i) {
    const int64_t row = i / panels * ROWS, column = i % panels * PANEL;
    block(a, row, least(row + ROWS, batch), column, least(PANEL, n - column));
  });
  return DS_OK;
}

int dense_i8_pack(ds_stream stream, ds_f32_in w, ds_i32 packed, ds_f32 scale, int64_t depth, int64_t n) {
  if (!none_negative(depth, n) || depth > MOST_DEPTH) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!scale || (depth > 0 && !all_set(w, packed))) return DS_INVALID;
  parallel(stream, chunks_of(n, PANEL), [&](int64_t i) {
    const int64_t first = i * PANEL, columns = least(PANEL, n - first);
    int32_t most[PANEL] = {0};
    for (int64_t k = 0; k < depth; k++)
      for (int64_t j = 0; j < columns; j++) {
        const int32_t m = magnitude_bits(w[k * n + first + j]);
        most[j] = m > most[j] ? m : most[j];
      }
    for (int64_t j = 0; j < columns; j++) {
      const Quantum quantum = quantum_of(most[j]);
      scale[first + j] = quantum.scale;
      for (int64_t k = 0; k < depth; k += 4) {
        uint32_t word = 0;
        for (int64_t p = k; p < least(k + 4, depth); p++) word |= quantized(w[p * n + first + j], quantum.inverse) << 8 * (p - k);
        packed[k / 4 * n + first + j] = (int32_t)word;
      }
    }
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
