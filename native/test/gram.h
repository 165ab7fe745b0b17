/* Tables without a batch, their Gram matrices in float64 and by the kernel: what the tests of gram and of regularity begin with. */
#ifndef DIMSIEVE_TEST_GRAM_H
#define DIMSIEVE_TEST_GRAM_H

#include "check.h"

namespace check {

struct Tables {
  int32_t fields;
  I64 rows, base, square_base;
  I32 width, column;
  int64_t columns = 0, floats = 0, squares = 0;
  Tables(const std::vector<int64_t> &n, const std::vector<int32_t> &w)
      : fields((int32_t)n.size()), rows(n), base(fields), square_base(fields), width(w), column(fields) {
    for (int32_t f = 0; f < fields; f++) {
      base[f] = floats;
      column[f] = (int32_t)columns;
      square_base[f] = squares;
      floats += n[(size_t)f] * w[(size_t)f];
      columns += w[(size_t)f];
      squares += (int64_t)w[(size_t)f] * w[(size_t)f];
    }
  }
};

/* Float64 Grams of x; stride 0: tables. */
inline std::vector<double> grams(const Tables &t, const double *x, int64_t stride) {
  std::vector<double> g((size_t)t.squares);
  for (int32_t f = 0; f < t.fields; f++) {
    const int64_t d = t.width[f], s = stride ? stride : d, start = stride ? t.column[f] : t.base[f];
    for (int64_t r = 0; r < t.rows[f]; r++)
      for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) g[(size_t)(t.square_base[f] + i * d + j)] += x[start + r * s + i] * x[start + r * s + j];
  }
  return g;
}

inline F64 gram_of(ds_stream s, const Tables &t, const F32 &x, int64_t stride) {
  F64 g(t.squares);
  F32 workspace(DS_GRAM_PARTS * t.squares);
  I64 column(t.fields);
  for (int32_t f = 0; f < t.fields; f++) column[f] = t.column[f];
  REQUIRE_STATUS(DS_OK, backend->gram(s, x.data(), stride ? column.data() : t.base.data(), t.width.data(), t.rows.data(), stride,
                                      t.square_base.data(), g, workspace, t.fields));
  return g;
}

} // namespace check

#endif
