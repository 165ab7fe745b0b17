/* A random embedding problem shared by the embedding tests: tables of unequal width, ids with repetitions, a hard mask. */
#ifndef DIMSIEVE_TEST_EMBEDDING_H
#define DIMSIEVE_TEST_EMBEDDING_H

#include "check.h"

namespace check {

struct Embedding {
  int32_t fields;
  int64_t batch, columns = 0, floats = 0, squares = 0;
  I64 rows, base, square_base;
  I32 width, column, ids;
  F32 tables, mask;

  static std::vector<int32_t> widths(int32_t fields, int64_t width) {
    std::vector<int32_t> w;
    for (int32_t f = 0; f < fields; f++) w.push_back((int32_t)(f % 3 == 1 ? width / 2 : width));
    return w;
  }
  static int64_t total(const std::vector<int32_t> &w, const std::vector<int64_t> &rows) {
    int64_t n = 0;
    for (size_t f = 0; f < w.size(); f++) n += w[f] * rows[f];
    return n;
  }
  static int64_t sum(const std::vector<int32_t> &w) {
    int64_t n = 0;
    for (int32_t x : w) n += x;
    return n;
  }

  Embedding(Random &random, int64_t batch_size, const std::vector<int64_t> &row_counts, int64_t d)
      : Embedding(random, batch_size, row_counts, widths((int32_t)row_counts.size(), d)) {}

  Embedding(Random &random, int64_t batch_size, const std::vector<int64_t> &row_counts, const std::vector<int32_t> &w)
      : fields((int32_t)row_counts.size()), batch(batch_size), rows(row_counts), base(fields), square_base(fields), width(w), column(fields),
        ids(batch_size * fields), tables(total(w, row_counts)), mask(sum(w)) {
    for (int32_t f = 0; f < fields; f++) {
      base[f] = floats;
      column[f] = (int32_t)columns;
      square_base[f] = squares;
      floats += w[f] * row_counts[f];
      columns += w[f];
      squares += (int64_t)w[f] * w[f];
    }
    for (int64_t i = 0; i < ids.size(); i++) {
      const double u = random.uniform();
      ids[i] = (int32_t)((double)row_counts[i % fields] * u * u); // small ids often
    }
    random.fill(tables);
    for (int64_t i = 0; i < mask.size(); i++) mask[i] = random.below(3) ? 1.0f : 0.0f;
  }
};

struct Groups {
  I32 order, scratch, starts, unique, counts;
  Groups(const Embedding &e)
      : order(e.fields * e.batch), scratch(e.fields * e.batch), starts(e.fields * (e.batch + 1)), unique(e.fields * e.batch), counts(e.fields) {}
};

} // namespace check

#endif
