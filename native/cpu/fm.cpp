/*
 * Second-order factorization machine over embedding columns.
 *
 *   S_j = Σ x,  Q_j = Σ x²  over the columns c with id(c) = j, ascending;   out[b] = ½ Σ_j (S_j² - Q_j)
 *   de[b, c] = (accumulate ? de[b, c] : 0) + dout[b] (S_id(c) - e[b, c])
 *
 * e, de [batch, columns]; sums [batch, dim] holds S for the backward pass; out, dout [batch]. identity [columns] gives each column its place in
 * 0 .. dim-1, absent: c mod dim. Fields that kept different columns thus still meet column by column.
 *
 * Order: lane j mod 16 adds S_j² - Q_j over the blocks of 16 places, then the lanes are folded. A column of zeros adds exactly nothing, so masked
 * and compacted columns give the same bits, and so do both forms of identity. Forward 4 * (columns + dim) bytes and 3 * columns + 3 * dim flops a
 * row, backward 4 * (2 * columns + dim) bytes and 2 * columns flops. Source: Rendle, Factorization Machines, 2010, lemma 3.1.
 */
#include "arguments.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 64; // batch rows a unit of work
constexpr int AT_ONCE = 4;   // batch rows whose columns have places of their own, side by side

static bool places_inside(const int32_t *identity, int64_t columns, int64_t dim) {
  if (dim == 0) return columns == 0;
  if (!identity) return true;
  const uint32_t limit = (uint32_t)least(dim, INT64_C(1) << 31); // of all, so that vectors do it
  uint32_t outside = 0;
  for (int64_t c = 0; c < columns; c++) outside |= (uint32_t)identity[c] >= limit;
  return !outside;
}

struct Moments {
  Lanes s, q;
};

/* Places j .. j+n-1 of a row whose column c has place c mod dim. */
static inline Moments regular_moments(const float *e, int64_t columns, int64_t dim, int64_t j, int n) {
  Moments m{lanes(0.0f), lanes(0.0f)};
  int64_t c = j;
  for (; c + n <= columns; c += dim) {
    const Lanes x = get(e + c, n);
    m.s = m.s + x;
    m.q = m.q + x * x;
  }
  if (c < columns) {
    const Lanes x = get(e + c, (int)(columns - c));
    m.s = m.s + x;
    m.q = m.q + x * x;
  }
  return m;
}

/* Places j .. j+15 of R rows, column by column; of several rows, so that one does not wait for another's sum at the same place. */
template <int R>
static inline void placed_moments(const float *e, const int32_t *identity, int64_t columns, int64_t j, Moments *m) {
  float s[R][LANES] = {}, q[R][LANES] = {};
  for (int64_t c = 0; c < columns; c++) {
    const int64_t place = identity[c] - j;
    if ((uint64_t)place >= (uint64_t)LANES) continue;
    for (int r = 0; r < R; r++) {
      const float x = e[r * columns + c];
      s[r][place] += x;
      q[r][place] += x * x;
    }
  }
  for (int r = 0; r < R; r++) m[r] = {load(s[r]), load(q[r])};
}

/* Rows b .. b+R-1 of the forward pass. */
template <int R>
static inline void forward_rows(const float *e, const int32_t *identity, float *sums, float *out, int64_t b, int64_t columns, int64_t dim) {
  Lanes total[R];
  for (int r = 0; r < R; r++) total[r] = lanes(0.0f);
  each_block(dim, [&](int64_t j, int n) {
    Moments m[R];
    if (identity)
      placed_moments<R>(e + b * columns, identity, columns, j, m);
    else
      for (int r = 0; r < R; r++) m[r] = regular_moments(e + (b + r) * columns, columns, dim, j, n);
    for (int r = 0; r < R; r++) {
      put(sums + (b + r) * dim + j, m[r].s, n);
      total[r] = total[r] + (m[r].s * m[r].s - m[r].q);
    }
  });
  for (int r = 0; r < R; r++) out[b + r] = 0.5f * sum(total[r]);
}

int fm_forward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_f32 sums, ds_f32 out, int64_t batch, int64_t columns, int64_t dim) {
  if (!none_negative(batch, columns, dim)) return DS_INVALID;
  if (batch == 0) return DS_OK;
  if (!out || (dim > 0 && !sums) || (columns > 0 && !e) || !places_inside(identity, columns, dim)) return DS_INVALID;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    int64_t b = chunk * ROWS;
    for (; identity && b + AT_ONCE <= end; b += AT_ONCE) forward_rows<AT_ONCE>(e, identity, sums, out, b, columns, dim);
    for (; b < end; b++) forward_rows<1>(e, identity, sums, out, b, columns, dim);
  });
  return DS_OK;
}

/* A row of the backward pass whose column c has place c mod dim. */
template <bool ACCUMULATE>
static inline void regular_backward(const float *e, const float *sums, float dout, float *de, int64_t columns, int64_t dim) {
  const Lanes g = lanes(dout);
  each_block(dim, [&](int64_t j, int n) {
    const Lanes s = get(sums + j, n);
    const auto block = [&](int64_t c, int m) {
      const Lanes own = g * (s - get(e + c, m));
      put(de + c, ACCUMULATE ? get(de + c, m) + own : own, m);
    };
    int64_t c = j;
    for (; c + n <= columns; c += dim) block(c, n);
    if (c < columns) block(c, (int)(columns - c));
  });
}

int fm_backward(ds_stream stream, ds_f32_in e, ds_i32_in identity, ds_f32_in sums, ds_f32_in dout, ds_f32 de, int32_t accumulate, int64_t batch,
                int64_t columns, int64_t dim) {
  if (!none_negative(batch, columns, dim)) return DS_INVALID;
  if (batch == 0 || columns == 0) return DS_OK;
  if (!all_set(e, sums, dout, de) || !places_inside(identity, columns, dim)) return DS_INVALID;
  const auto regular = accumulate ? regular_backward<true> : regular_backward<false>;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++) {
      const float *row = e + b * columns, *s = sums + b * dim;
      float *d = de + b * columns;
      const float g = dout[b];
      if (!identity) {
        regular(row, s, g, d, columns, dim);
        continue;
      }
      for (int64_t c = 0; c < columns; c++) {
        const float own = g * (s[identity[c]] - row[c]);
        d[c] = accumulate ? d[c] + own : own;
      }
    }
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
