/*
 * Orthogonal regularity of field-wise tables, from their Gram matrices G (gram.cpp) alone.
 *
 * matrix = scale[f] M and penalty[f] = scale[f] R, so that ∂(scale R)/∂X = X matrix. A = G scaled to unit diagonal, n_j = sqrt(G_jj).
 *   DS_SO             R = ‖G − I‖²                M = 4 (G − I)
 *   DS_SO_NORMALIZED  R = Σ_{j≠k} A_jk²           M_jk = 4 A_jk / (n_j n_k),  M_jj = −4 Σ_{k≠j} A_jk² / n_j²
 *   DS_COHERENCE      R = max_{j<k} |A_jk|        M_jk = M_kj = sign(A_jk) / (n_j n_k),  M_jj = −R / n_j²,  M_kk = −R / n_k² at the first maximum
 *   DS_SPECTRAL       R = ‖(G − I) v‖² ≈ σ_max²   M = 2 (v uᵀ + u vᵀ),  u = (G − I) v,  v after ITERATIONS power iterations from (1, 1/2, 1/3, ..);
 *                     exact for that v, close to the largest singular value where it leads the next
 * Columns that are masked out (mask may be null) or have norm zero are left out: of R, and as zero rows and columns of M. matrix is packed as gram is.
 * A unit of work is a field. All in float64; O(w²), the spectral form O(w² ITERATIONS). Source: Bansal et al. 2018 (SO, MC, SRIP); HAM's orthogonality on
 * embedding columns.
 */
#include "arguments.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int32_t MOST = 1024;
constexpr int ITERATIONS = 64;

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
