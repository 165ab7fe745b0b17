/*
 * Orthogonal regularity of field-wise tables, from their Gram matrices alone.
 *
 * gram:        G_f = X_fᵀ X_f,   gram[square_base[f] + i w + j] = Σ_r x[base[f] + r s + i] x[base[f] + r s + j],   w = width[f], r < rows[f]
 *              s = stride, or w when stride is 0 (a table); stride = columns of a batch matrix and rows = batch gives the Gram of the activations.
 *   square_base packs the fields: square_base[f+1] = square_base[f] + w². workspace: DS_GRAM_PARTS * Σ w² floats.
 *   Order: rows are cut into at most DS_GRAM_PARTS parts of whole DS_ROW_CHUNKs; in a part float sums of RUN rows are added to the part's float sum, and
 *   the parts in order in float64. A unit of work is (field, part). 4 w bytes and w² + 16 w flops a row: only tiles on or above the diagonal are made.
 *
 * regularity:  matrix = scale[f] M and penalty[f] = scale[f] R, so that ∂(scale R)/∂X = X matrix. A = G scaled to unit diagonal, n_j = sqrt(G_jj).
 *   DS_SO             R = ‖G − I‖²                M = 4 (G − I)
 *   DS_SO_NORMALIZED  R = Σ_{j≠k} A_jk²           M_jk = 4 A_jk / (n_j n_k),  M_jj = −4 Σ_{k≠j} A_jk² / n_j²
 *   DS_COHERENCE      R = max_{j<k} |A_jk|        M_jk = M_kj = sign(A_jk) / (n_j n_k),  M_jj = −R / n_j²,  M_kk = −R / n_k² at the first maximum
 *   DS_SPECTRAL       R = ‖(G − I) v‖² ≈ σ_max²   M = 2 (v uᵀ + u vᵀ),  u = (G − I) v,  v after ITERATIONS power iterations from (1, 1/2, 1/3, ..);
 *                     exact for that v, close to the largest singular value where it leads the next
 *   Columns that are masked out (mask may be null) or have norm zero are left out: of R, and as zero rows and columns of M. All in float64; O(w²), the
 *   spectral form O(w² ITERATIONS). Source: Bansal et al. 2018 (SO, MC, SRIP); HAM's orthogonality on embedding columns.
 */
#include "arguments.h"
#include "column_sum.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t RUN = 256; // rows whose products are summed in registers
constexpr int TILE = 4;      // rows of G held in registers
constexpr int32_t MOST = 1024;
constexpr int ITERATIONS = 64;

/* part[i .. i+HEIGHT, j .. j+n] += Σ over run rows from x of x_i x_j. */
template <int HEIGHT>
static inline void add_tile(const float *x, int64_t rows, int64_t stride, int32_t d, int32_t i, int64_t j, int n, float *part) {
  Lanes total[HEIGHT];
  for (int k = 0; k < HEIGHT; k++) total[k] = lanes(0.0f);
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * stride;
    const Lanes right = get(row + j, n);
    for (int k = 0; k < HEIGHT; k++) total[k] = total[k] + lanes(row[i + k]) * right;
  }
  for (int k = 0; k < HEIGHT; k++) add_to(part + (int64_t)(i + k) * d + j, total[k], n);
}

static void gram_part(const float *x, int64_t rows, int64_t stride, int32_t d, float *part) {
  clear(part, (int64_t)d * d);
  for (int64_t first = 0; first < rows; first += RUN) {
    const float *run = x + first * stride;
    const int64_t size = least(RUN, rows - first);
    each_block(d, [&](int64_t j, int n) {
      int32_t i = 0;
      for (; i + TILE <= d && i < j + n; i += TILE) add_tile<TILE>(run, size, stride, d, i, j, n, part);
      for (; i < d && i < j + n; i++) add_tile<1>(run, size, stride, d, i, j, n, part);
    });
  }
}

int gram(ds_stream stream, ds_f32_in x, ds_i64_in base, ds_i32_in width, ds_i64_in rows, int64_t stride, ds_i64_in square_base, ds_f64 gram,
         ds_f32 workspace, int32_t fields) {
  if (!none_negative(stride, fields)) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(x, base, width, rows, square_base, gram, workspace)) return DS_INVALID;
  for (int32_t f = 0; f < fields; f++)
    if (!none_negative(width[f], rows[f]) || (stride > 0 && stride < width[f])) return DS_INVALID;
  const auto part_rows = [&](int64_t f) { return chunks_of(chunks_of(rows[f], DS_ROW_CHUNK), DS_GRAM_PARTS) * DS_ROW_CHUNK; };
  const auto part_of = [&](int64_t f, int64_t part) { return workspace + DS_GRAM_PARTS * square_base[f] + part * width[f] * width[f]; };
  parallel(stream, (int64_t)fields * DS_GRAM_PARTS, [&](int64_t work) {
    const int64_t f = work / DS_GRAM_PARTS, part = work % DS_GRAM_PARTS, size = part_rows(f), first = part * size;
    const int64_t step = stride ? stride : width[f];
    if (first < rows[f]) gram_part(x + base[f] + first * step, least(size, rows[f] - first), step, width[f], part_of(f, part));
  });
  parallel(stream, fields, [&](int64_t f) {
    const int64_t d = width[f], parts = rows[f] ? chunks_of(rows[f], part_rows(f)) : 0;
    double *g = gram + square_base[f];
    for (int64_t i = 0; i < d * d; i++) g[i] = 0;
    for (int64_t part = 0; part < parts; part++) {
      const float *p = part_of(f, part);
      for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) g[i * d + j] += (double)p[i * d + j];
    }
    for (int64_t i = 0; i < d; i++)
      for (int64_t j = 0; j < i; j++) g[i * d + j] = g[j * d + i];
  });
  return DS_OK;
}

/* One field: its Gram, which columns count, and where M goes. */
struct Square {
  const double *g;
  int32_t d;
  const float *mask;
  double scale;
  float *m;

  double at(int32_t j, int32_t k) const { return g[(int64_t)j * d + k]; }
  bool kept(int32_t j) const { return at(j, j) > 0 && (!mask || mask[j] > 0); }
  double cosine(int32_t j, int32_t k) const { return at(j, k) / (__builtin_sqrt(at(j, j)) * __builtin_sqrt(at(k, k))); }
  void set(int32_t j, int32_t k, double x) const { m[(int64_t)j * d + k] = (float)(scale * x); }
};

static double soft(const Square &s) {
  double penalty = 0;
  for (int32_t j = 0; j < s.d; j++)
    for (int32_t k = 0; k < s.d; k++) {
      if (!s.kept(j) || !s.kept(k)) continue;
      const double x = s.at(j, k) - (j == k ? 1 : 0);
      penalty += x * x;
      s.set(j, k, 4 * x);
    }
  return penalty;
}

static double normalized(const Square &s) {
  double penalty = 0;
  for (int32_t j = 0; j < s.d; j++) {
    if (!s.kept(j)) continue;
    double total = 0;
    for (int32_t k = 0; k < s.d; k++) {
      if (k == j || !s.kept(k)) continue;
      const double a = s.cosine(j, k);
      total += a * a;
      s.set(j, k, 4 * a / (__builtin_sqrt(s.at(j, j)) * __builtin_sqrt(s.at(k, k))));
    }
    s.set(j, j, -4 * total / s.at(j, j));
    penalty += total;
  }
  return penalty;
}

static double coherence(const Square &s) {
  double most = 0, signed_most = 0;
  int32_t p = 0, q = 0;
  for (int32_t j = 0; j < s.d; j++)
    for (int32_t k = j + 1; k < s.d; k++) {
      if (!s.kept(j) || !s.kept(k)) continue;
      const double a = s.cosine(j, k);
      if (!(__builtin_fabs(a) > most)) continue;
      most = __builtin_fabs(a);
      signed_most = a;
      p = j;
      q = k;
    }
  if (p == q) return 0;
  const double pair = (signed_most > 0 ? 1 : -1) / (__builtin_sqrt(s.at(p, p)) * __builtin_sqrt(s.at(q, q)));
  s.set(p, q, pair);
  s.set(q, p, pair);
  s.set(p, p, -most / s.at(p, p));
  s.set(q, q, -most / s.at(q, q));
  return most;
}

static double spectral(const Square &s) {
  double v[MOST], u[MOST], squared = 0;
  for (int32_t j = 0; j < s.d; j++) u[j] = s.kept(j) ? 1.0 / (j + 1) : 0;
  for (int i = 0; i <= ITERATIONS; i++) {
    squared = 0;
    for (int32_t j = 0; j < s.d; j++) squared += u[j] * u[j];
    if (!(squared > 0)) return 0;
    const double norm = __builtin_sqrt(squared);
    for (int32_t j = 0; j < s.d; j++) v[j] = u[j] / norm;
    squared = 0;
    for (int32_t j = 0; j < s.d; j++) {
      u[j] = 0;
      if (!s.kept(j)) continue;
      for (int32_t k = 0; k < s.d; k++) u[j] += (s.at(j, k) - (j == k ? 1 : 0)) * v[k];
      squared += u[j] * u[j];
    }
  }
  for (int32_t j = 0; j < s.d; j++)
    for (int32_t k = 0; k < s.d; k++) s.set(j, k, 2 * (v[j] * u[k] + u[j] * v[k]));
  return squared;
}

int regularity(ds_stream stream, ds_f64_in gram, ds_i64_in square_base, ds_i32_in width, ds_i32_in column, ds_f32_in mask, ds_f32_in scale, int32_t form,
               ds_f32 matrix, ds_f64 penalty, int32_t fields) {
  if (fields < 0 || form < DS_SO || form > DS_SPECTRAL) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(gram, square_base, width, column, scale, matrix, penalty)) return DS_INVALID;
  for (int32_t f = 0; f < fields; f++)
    if (width[f] < 0 || width[f] > MOST) return DS_INVALID;
  parallel(stream, fields, [&](int64_t f) {
    const Square s{gram + square_base[f], width[f], mask ? mask + column[f] : nullptr, (double)scale[f], matrix + square_base[f]};
    for (int64_t i = 0; i < (int64_t)s.d * s.d; i++) s.m[i] = 0;
    penalty[f] = s.scale * (form == DS_SO ? soft(s) : form == DS_SO_NORMALIZED ? normalized(s) : form == DS_COHERENCE ? coherence(s) : spectral(s));
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
