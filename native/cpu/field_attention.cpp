/*
 * Multi-head self-attention over the fields of a row, with residual and ReLU.
 *
 *   forward   for each head h:  a[f, .] = softmax over g of scale ⟨q_f, k_g⟩;   out_f = max(0, Σ_g a[f, g] v_g + r_f)
 *   backward  u_f = out_f > 0 ? dout_f : 0;   dr_f = u_f;   dv_g = Σ_f a[f, g] u_f;   t[f, g] = ⟨u_f, v_g⟩
 *             p[f, g] = scale a[f, g] (t[f, g] - Σ_k a[f, k] t[f, k]);   dq_f = Σ_g p[f, g] k_g;   dk_g = Σ_f p[f, g] q_f
 *
 * x, dx [batch, fields, 4, heads, size]: q, k, v and r of every field; out, dout [batch, fields, heads, size]; weights [batch, heads, fields, fields]
 * holds a for the backward pass. dx is written, not added to. Inner products as sum() of lanes.h folds them, lane by lane over blocks of 16; sums over
 * fields ascending.
 *
 * Lanes are the fields f: q, a and, backward, u are transposed first, and nothing is folded within a register; scores have one row per g. Sums over
 * fields are made for SHARED results at once, which share the rows that they are sums of.
 */
#include "arguments.h"
#include "exp_log.h"
#include "lanes.h"
#include "pool.h"
#include "scratch.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 8; // batch rows a unit of work
constexpr int SHARED = 4;

/* to[j, i] = from[i, j], i < rows, j < columns. */
static inline void transpose(const float *from, int64_t from_stride, int64_t rows, int64_t columns, float *to, int64_t to_stride) {
  const int64_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (int64_t i = 0; i < whole_rows; i += 4)
    for (int64_t j = 0; j < whole_columns; j += 4) transpose_4_by_4(from + i * from_stride + j, from_stride, to + j * to_stride + i, to_stride);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = i < whole_rows ? whole_columns : 0; j < columns; j++) to[j * to_stride + i] = from[i * from_stride + j];
}
/* The same, rows of to being whole lanes: what stands beside them becomes 0. */
static inline void transpose_to_lanes(const float *from, int64_t stride, int64_t rows, int64_t columns, float *to, int64_t pitch) {
  if (rows < pitch)
    for (int64_t j = 0; j < columns; j++) store(to + (j + 1) * pitch - LANES, lanes(0.0f));
  transpose(from, stride, rows, columns, to, pitch);
}

/* Lane by lane Σ_j term(j) over j = FIRST, FIRST + STEP, .., j < n, folded as sum() of lanes.h folds its sixteen. */
template <int FIRST, int STEP, class Term>
static inline __attribute__((always_inline)) Lanes folded(int64_t n, const Term &term) {
  if constexpr (STEP < LANES) {
    const Lanes left = folded<FIRST, 2 * STEP>(n, term);
    return FIRST + STEP < n ? left + folded<FIRST + STEP, 2 * STEP>(n, term) : left;
  } else {
    Lanes total = term(FIRST);
    for (int64_t j = FIRST + LANES; j < n; j += LANES) total = total + term(j);
    return total;
  }
}
template <class Term>
static inline Lanes folded(int64_t n, const Term &term) {
  return n == LANES ? folded<0, 1>(LANES, term) : folded<0, 1>(n, term);
}

/* Lane by lane Σ_j x[j] y[j, .]. */
static inline Lanes inner(const float *x, const float *y, int64_t pitch, int64_t n) {
  return folded(n, [=](int64_t j) { return lanes(x[j]) * load(y + j * pitch); });
}

/*
 * Σ_i c(r, i) rows[i, .] for COUNT results r, i ascending; take(r, j, k, the sum of columns j to j + k) is given each. c(r, i) = c[i, r], or c[r, i] where
 * ALONG is true: the sum goes along rows of c.
 */
template <int COUNT, bool ALONG, class Take>
static inline void weighted_sums(const float *c, int64_t pitch, const float *rows, int64_t stride, int64_t n, int64_t size, Take &&take) {
  each_block(size, [&](int64_t j, int k) {
    Lanes y[COUNT];
#pragma GCC unroll 4
    for (int r = 0; r < COUNT; r++) y[r] = lanes(0.0f);
    const float *row = rows + j, *of = c;
    for (int64_t i = 0; i < n; i++, row += stride, of += ALONG ? 1 : pitch) {
      const Lanes x = get(row, k);
#pragma GCC unroll 4
      for (int r = 0; r < COUNT; r++) y[r] = y[r] + lanes(of[ALONG ? r * pitch : r]) * x;
    }
#pragma GCC unroll 4
    for (int r = 0; r < COUNT; r++) take(r, j, k, y[r]);
  });
}
/* The same for every r < n. */
template <bool ALONG, class Take>
static inline void weighted_sums(const float *c, int64_t pitch, const float *rows, int64_t stride, int64_t n, int64_t size, Take &&take) {
  const auto from = [&](int64_t r) { return c + (ALONG ? r * pitch : r); };
  int64_t r = 0;
  for (; r + SHARED <= n; r += SHARED)
    weighted_sums<SHARED, ALONG>(from(r), pitch, rows, stride, n, size, [&](int i, int64_t j, int k, Lanes y) { take(r + i, j, k, y); });
  for (; r < n; r++) weighted_sums<1, ALONG>(from(r), pitch, rows, stride, n, size, [&](int, int64_t j, int k, Lanes y) { take(r, j, k, y); });
}

/* Lane by lane the softmax of n rows, in place. */
static inline void softmax(float *a, int64_t pitch, int64_t n) {
  Lanes top = load(a);
  for (int64_t g = 1; g < n; g++) top = max(load(a + g * pitch), top);
  for (int64_t g = 0; g < n; g++) store(a + g * pitch, exp(load(a + g * pitch) - top));
  const Lanes whole = folded(n, [=](int64_t g) { return load(a + g * pitch); });
  for (int64_t g = 0; g < n; g++) store(a + g * pitch, load(a + g * pitch) / whole);
}

/* Where things stand in a row of x. */
struct Shape {
  int64_t fields, heads, size;
  int64_t units() const { return heads * size; }
  /* Floats from a field to the next. */
  int64_t stride() const { return 4 * units(); }
  /* Element of q (part 0), k (1), v (2) or r (3) of a field and head. */
  int64_t at(int64_t f, int part, int64_t h) const { return (f * 4 + part) * units() + h * size; }
  /* Fields as whole lanes. */
  int64_t pitch() const { return chunks_of(fields, LANES) * LANES; }
};

/* scratch [size + fields, pitch]. */
static void forward_head(const Shape &s, const float *x, float *a, float *out, float scale, int64_t h, float *scratch) {
  const int64_t pitch = s.pitch();
  float *qt = scratch, *at = qt + s.size * pitch; // q and a transposed
  transpose_to_lanes(x + s.at(0, 0, h), s.stride(), s.fields, s.size, qt, pitch);
  for (int64_t f = 0; f < pitch; f += LANES) {
    for (int64_t g = 0; g < s.fields; g++) store(at + g * pitch + f, lanes(scale) * inner(x + s.at(g, 1, h), qt + f, pitch, s.size));
    softmax(at + f, pitch, s.fields);
  }
  transpose(at, pitch, s.fields, s.fields, a, s.fields);
  weighted_sums<false>(at, pitch, x + s.at(0, 2, h), s.stride(), s.fields, s.size, [&](int64_t f, int64_t j, int k, Lanes y) {
    y = max(lanes(0.0f), y + get(x + s.at(f, 3, h) + j, k)); // of zero and a NaN the second is taken
    put(out + f * s.units() + h * s.size + j, y, k);
  });
}

/* scratch [size + 2 fields, pitch]. */
static void backward_head(const Shape &s, const float *x, const float *a, const float *out, const float *dout, float *dx, float scale, int64_t h,
                          float *scratch) {
  const int64_t pitch = s.pitch();
  float *ut = scratch, *at = ut + s.size * pitch, *pt = at + s.fields * pitch; // u, a and p transposed
  float *u = dx + s.at(0, 3, h);
  for (int64_t f = 0; f < s.fields; f++) {
    const int64_t own = f * s.units() + h * s.size;
    each_block(s.size, [&](int64_t j, int k) { put(u + f * s.stride() + j, where_greater(get(out + own + j, k), lanes(0.0f), get(dout + own + j, k)), k); });
  }
  transpose_to_lanes(u, s.stride(), s.fields, s.size, ut, pitch);
  transpose_to_lanes(a, s.fields, s.fields, s.fields, at, pitch);
  for (int64_t f = 0; f < pitch; f += LANES) {
    Lanes mean = lanes(0.0f);
    for (int64_t g = 0; g < s.fields; g++) {
      const Lanes t = inner(x + s.at(g, 2, h), ut + f, pitch, s.size);
      store(pt + g * pitch + f, t);
      mean = mean + load(at + g * pitch + f) * t;
    }
    for (int64_t g = 0; g < s.fields; g++) {
      float *p = pt + g * pitch + f;
      store(p, lanes(scale) * (load(at + g * pitch + f) * (load(p) - mean)));
    }
  }
  const auto into = [&](int part) { return [=](int64_t f, int64_t j, int k, Lanes y) { put(dx + s.at(f, part, h) + j, y, k); }; };
  weighted_sums<false>(pt, pitch, x + s.at(0, 1, h), s.stride(), s.fields, s.size, into(0));
  weighted_sums<true>(pt, pitch, x + s.at(0, 0, h), s.stride(), s.fields, s.size, into(1));
  weighted_sums<true>(at, pitch, u, s.stride(), s.fields, s.size, into(2));
}

/* Rows of x lie in pieces of a head's size: what comes next is asked for whole, while a row is worked on. Beyond the end nothing is read. */
static inline void ask_for(const float *p, int64_t floats) {
  for (int64_t i = 0; i < floats; i += LANES) __builtin_prefetch(p + i);
}

/* Calls row(b, memory of the thread that runs it) for every batch row. A status. */
template <class Row>
static int each_row(ds_stream stream, int64_t batch, int64_t scratch_floats, Row &&row) {
  int failure = DS_OK;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    float *scratch = ds_scratch(scratch_floats);
    if (!scratch) {
      __atomic_store_n(&failure, DS_NO_MEMORY, __ATOMIC_RELAXED);
      return;
    }
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++) row(b, scratch);
  });
  return failure;
}

int field_attention_forward(ds_stream stream, ds_f32_in x, ds_f32 weights, ds_f32 out, float scale, int64_t batch, int32_t fields, int32_t heads,
                            int32_t size) {
  if (!none_negative(batch, fields, heads, size)) return DS_INVALID;
  if (batch == 0 || fields == 0 || heads == 0 || size == 0) return DS_OK;
  if (!all_set(x, weights, out)) return DS_INVALID;
  const Shape s{fields, heads, size};
  const int64_t row = s.fields * s.units(), square = s.fields * s.fields;
  return each_row(stream, batch, (s.size + s.fields) * s.pitch(), [&](int64_t b, float *scratch) {
    ask_for(x + 4 * (b + 1) * row, 4 * row);
    for (int64_t h = 0; h < heads; h++) forward_head(s, x + 4 * b * row, weights + (b * heads + h) * square, out + b * row, scale, h, scratch);
  });
}

int field_attention_backward(ds_stream stream, ds_f32_in x, ds_f32_in weights, ds_f32_in out, ds_f32_in dout, ds_f32 dx, float scale, int64_t batch,
                             int32_t fields, int32_t heads, int32_t size) {
  if (!none_negative(batch, fields, heads, size)) return DS_INVALID;
  if (batch == 0 || fields == 0 || heads == 0 || size == 0) return DS_OK;
  if (!all_set(x, weights, out, dout, dx)) return DS_INVALID;
  const Shape s{fields, heads, size};
  const int64_t row = s.fields * s.units(), square = s.fields * s.fields;
  return each_row(stream, batch, (s.size + 2 * s.fields) * s.pitch(), [&](int64_t b, float *scratch) {
    ask_for(x + 4 * (b + 1) * row, 4 * row);
    ask_for(dout + (b + 1) * row, row);
    ask_for(out + (b + 1) * row, row);
    ask_for(dx + 4 * (b + 1) * row, 4 * row);
    for (int64_t h = 0; h < heads; h++)
      backward_head(s, x + 4 * b * row, weights + (b * heads + h) * square, out + b * row, dout + b * row, dx + 4 * b * row, scale, h, scratch);
  });
}

} // namespace DS_ISA
} // namespace ds
