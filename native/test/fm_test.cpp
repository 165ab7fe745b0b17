#include "check.h"

using namespace check;

namespace {

struct Result {
  F32 sums, out, de;
};

Result run(ds_stream s, const F32 &e, const int32_t *identity, const F32 &dout, const F32 *start, int64_t batch, int64_t columns, int64_t dim) {
  Result r{F32(batch * dim), F32(batch), start ? F32(*start) : F32(batch * columns)};
  REQUIRE_STATUS(DS_OK, backend->fm_forward(s, e.data(), identity, r.sums, r.out, batch, columns, dim));
  REQUIRE_STATUS(DS_OK, backend->fm_backward(s, e.data(), identity, r.sums, dout.data(), r.de, start != nullptr, batch, columns, dim));
  return r;
}

I32 modulo(int64_t columns, int64_t dim) {
  I32 id(columns);
  for (int64_t c = 0; c < columns; c++) id[c] = (int32_t)(c % dim);
  return id;
}

/* The pairs themselves, in float64: Σ over c < c' of one place of x_c x_c', and its derivative. */
void reference(const F32 &e, const I32 &id, const F32 &dout, int64_t batch, int64_t columns, std::vector<double> &out, std::vector<double> &de) {
  out.assign((size_t)batch, 0);
  de.assign((size_t)(batch * columns), 0);
  for (int64_t b = 0; b < batch; b++)
    for (int64_t c = 0; c < columns; c++)
      for (int64_t k = 0; k < columns; k++) {
        if (k == c || id[k] != id[c]) continue;
        const double x = e[b * columns + c], y = e[b * columns + k];
        if (k > c) out[(size_t)b] += x * y;
        de[(size_t)(b * columns + c)] += dout[b] * y;
      }
}

} // namespace

TEST(fm_equals_the_sum_over_pairs_for_any_identity) {
  Random random(30);
  for (int64_t dim : {1, 3, 4, 7, 15, 16, 17, 32, 33, 64, 65})
    for (int64_t fields : {0, 1, 2, 5})
      for (int64_t rest : {int64_t(0), dim / 2, dim - 1})
        for (int64_t batch : {0, 1, 130}) {
          const int64_t columns = fields * dim + rest;
          F32 e(batch * columns), dout(batch);
          random.fill(e);
          random.fill(dout);
          I32 identity = modulo(columns, dim);
          std::vector<double> out, de;
          reference(e, identity, dout, batch, columns, out, de);
          const Result first = run(nullptr, e, nullptr, dout, nullptr, batch, columns, dim);
          // S² - Q and S - x cancel: errors are relative to the terms, of which a row has as many as columns, none above 1
          for (size_t b = 0; b < out.size(); b++) REQUIRE(std::fabs(first.out[(int64_t)b] - out[b]) <= 1e-6 * (double)columns);
          for (size_t i = 0; i < de.size(); i++) REQUIRE(std::fabs(first.de[(int64_t)i] - de[i]) <= 1e-6);
          for_each_pool([&](ds_stream s) {
            for (const int32_t *id : {(const int32_t *)nullptr, (const int32_t *)identity.data()}) {
              const Result r = run(s, e, id, dout, nullptr, batch, columns, dim);
              REQUIRE(r.sums == first.sums && r.out == first.out && r.de == first.de);
            }
          });
          // accumulate: the same on top of what is there
          F32 start(batch * columns);
          random.fill(start);
          const Result added = run(nullptr, e, nullptr, dout, &start, batch, columns, dim), placed = run(nullptr, e, identity, dout, &start, batch, columns, dim);
          REQUIRE(added.de == placed.de);
          for (int64_t i = 0; i < batch * columns; i++) REQUIRE(added.de[i] == start[i] + first.de[i]);
        }
}

TEST(fm_of_masked_columns_equals_fm_of_compacted_columns) {
  Random random(31);
  for (int64_t dim : {8, 16, 40}) {
    const int64_t batch = 70, fields = 9, columns = fields * dim;
    std::vector<int64_t> kept;
    F32 masked(batch * columns);
    for (int64_t c = 0; c < columns; c++)
      if (c % dim != 3 && random.below(3) == 0) kept.push_back(c);
    const int64_t left = (int64_t)kept.size();
    F32 compact(batch * left), dout(batch);
    I32 identity(left);
    random.fill(dout);
    for (int64_t i = 0; i < batch * columns; i++) masked[i] = random.below(2) ? 0.0f : -0.0f;
    for (int64_t k = 0; k < left; k++) {
      identity[k] = (int32_t)(kept[(size_t)k] % dim);
      for (int64_t b = 0; b < batch; b++) compact[b * left + k] = masked[b * columns + kept[(size_t)k]] = (float)random.signed_uniform();
    }
    const Result whole = run(nullptr, masked, nullptr, dout, nullptr, batch, columns, dim);
    const Result small = run(nullptr, compact, identity, dout, nullptr, batch, left, dim);
    REQUIRE(whole.sums == small.sums && whole.out == small.out);
    for (int64_t b = 0; b < batch; b++)
      for (int64_t k = 0; k < left; k++) REQUIRE(whole.de[b * columns + kept[(size_t)k]] == small.de[b * left + k]);
  }
}

TEST(fm_refuses_places_outside_the_dimension) {
  F32 e(8), sums(8), out(2), de(8);
  for (int32_t bad : {-1, 4, INT32_MAX, INT32_MIN}) {
    I32 identity(std::vector<int32_t>{0, 1, bad, 3});
    REQUIRE_STATUS(DS_INVALID, backend->fm_forward(nullptr, e, identity, sums, out, 2, 4, 4));
    REQUIRE_STATUS(DS_INVALID, backend->fm_backward(nullptr, e, identity, sums, out, de, 0, 2, 4, 4));
  }
  REQUIRE_STATUS(DS_INVALID, backend->fm_forward(nullptr, e, nullptr, sums, out, 2, 4, 0));
  REQUIRE_STATUS(DS_INVALID, backend->fm_backward(nullptr, e, nullptr, sums, out, de, 0, 2, 4, 0));
}
