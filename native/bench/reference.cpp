#include "reference.h"

#include <algorithm>
#include <cmath>

namespace bench {

Batch::Batch(int64_t batch_size, int64_t rows_of_a_field) : batch(batch_size), rows(rows_of_a_field), floats(FIELDS * rows * D) {
  const int64_t r = rows;
  base = table<int64_t>(FIELDS, [=](int64_t f) { return f * r * D; });
  first_base = table<int64_t>(FIELDS, [=](int64_t f) { return f * r; });
  row_base = table<int64_t>(FIELDS + 1, [=](int64_t f) { return f * r; });
  row_count = constant(FIELDS, r);
  square_base = table<int64_t>(FIELDS, [](int64_t f) { return f * D * D; });
  few = table<int32_t>(FIELDS, [](int64_t f) { return 1 + f % 4; });
  few_column = table<int32_t>(FIELDS, [](int64_t f) { return f / 4 * 10 + f % 4 * (f % 4 + 1) / 2; });
  few_base = table<int64_t>(FIELDS, [=](int64_t f) { return few_column[f] * r; });
  width = constant(FIELDS, D);
  one = constant(FIELDS, 1);
  column = table<int32_t>(FIELDS, [](int64_t f) { return f * D; });
  zero = zeros<int32_t>(FIELDS);
  identity = table<int32_t>(COLUMNS, [](int64_t c) { return c % D; });
  // the inverse of ln(1 + id) / ln(1 + rows)
  ids = table<int32_t>(batch * FIELDS, [=](int64_t) { return std::min((double)r - 1, std::exp(uniform() * std::log((double)r + 1)) - 1); });
  order = zeros<int32_t>(batch * FIELDS);
  scratch = zeros<int32_t>(batch * FIELDS);
  starts = zeros<int32_t>((batch + 1) * FIELDS);
  unique = zeros<int32_t>(batch * FIELDS);
  counts = zeros<int32_t>(FIELDS);
  mask = constant(COLUMNS, 1.0f);
  grad = noise(batch * COLUMNS, 0.1f);
  hyper = adam();
  group();
}

Tables::Tables(int64_t batch_size, int64_t rows_of_a_field) : Batch(batch_size, rows_of_a_field) {
  tables = noise(floats, 0.01f);
  state1 = zeros<float>(floats);
  state2 = zeros<float>(floats);
  first = noise(FIELDS * rows, 0.01f);
  first1 = zeros<float>(FIELDS * rows);
  first2 = zeros<float>(FIELDS * rows);
  bias = zeros<float>(1);
  dlogit = noise(batch, 0.1f);
  sums = noise(batch * D, 1);
  out = zeros<float>(batch * COLUMNS);
  history = adam(MISSED + 1);
  last = zeros<int32_t>(FIELDS * rows);
  mask_parameters = noise(COLUMNS, 1);
  mask_grad = noise(COLUMNS, 0.1f);
  cost = constant(COLUMNS, 1.0f);
  mu = constant(1, 0.1f);
  dm = zeros<float>(COLUMNS);
  row_mask = constant(FIELDS * rows, int64_t(0xFF)); // half of the columns
  gram = zeros<double>(COLUMNS * D);
  gram_workspace = zeros<float>(DS_GRAM_PARTS * COLUMNS * D);
  scale = constant(FIELDS, 0.1f);
  matrix = noise(COLUMNS * D, 1e-3f);
  penalty = zeros<double>(FIELDS);
  workspace = zeros<float>((batch + DS_GROUP_CHUNK - 1) / DS_GROUP_CHUNK * COLUMNS * (D + 1));
  CALL(gram, stream, tables, base, width, row_count, 0, square_base, gram, gram_workspace, FIELDS);
}

} // namespace bench
