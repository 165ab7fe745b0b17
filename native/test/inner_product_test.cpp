#include "check.h"

using namespace check;

namespace {

/* Fields of unequal width: where each begins and which place each column has. */
struct Fields {
  int32_t count;
  int64_t dim;
  I32 column, identity;
  int64_t columns() const { return identity.size(); }
  int64_t pairs() const { return (int64_t)count * (count - 1) / 2; }
};

Fields fields_of(int32_t count, int64_t dim, const std::function<bool(int32_t, int64_t)> &keeps) {
  std::vector<int32_t> column, identity;
  for (int32_t i = 0; i < count; i++) {
    column.push_back((int32_t)identity.size());
    for (int64_t j = 0; j < dim; j++)
      if (keeps(i, j)) identity.push_back((int32_t)j);
  }
  return {count, dim, column, identity};
}

struct Result {
  F32 out, de;
};

Result run(ds_stream s, const F32 &e, const Fields &f, bool placed, const F32 &dout, const F32 *start, int64_t batch) {
  const int32_t *identity = placed ? f.identity.data() : nullptr, *column = placed ? f.column.data() : nullptr; // an address for no columns too
  Result r{F32(batch * f.pairs()), start ? F32(*start) : F32(batch * f.columns())};
  F32 spread(batch * f.count * f.dim);
  REQUIRE_STATUS(DS_OK, backend->inner_product_forward(s, e.data(), identity, column, spread, r.out, batch, f.count, f.columns(), f.dim));
  REQUIRE_STATUS(DS_OK, backend->inner_product_backward(s, e.data(), identity, column, spread.data(), dout.data(), r.de, start != nullptr, batch, f.count,
                                                        f.columns(), f.dim));
  return r;
}

/* Every product of two columns of one place in two fields, in float64. */
void reference(const F32 &e, const Fields &f, const F32 &dout, int64_t batch, std::vector<double> &out, std::vector<double> &de) {
  out.assign((size_t)(batch * f.pairs()), 0);
  de.assign((size_t)(batch * f.columns()), 0);
  auto end = [&](int32_t i) { return i + 1 < f.count ? (int64_t)f.column[i + 1] : f.columns(); };
  for (int64_t b = 0; b < batch; b++) {
    int64_t pair = b * f.pairs();
    for (int32_t i = 0; i < f.count; i++)
      for (int32_t k = i + 1; k < f.count; k++, pair++)
        for (int64_t c = f.column[i]; c < end(i); c++)
          for (int64_t d = f.column[k]; d < end(k); d++) {
            if (f.identity[c] != f.identity[d]) continue;
            const double x = e[b * f.columns() + c], y = e[b * f.columns() + d];
            out[(size_t)pair] += x * y;
            de[(size_t)(b * f.columns() + c)] += dout[pair] * y;
            de[(size_t)(b * f.columns() + d)] += dout[pair] * x;
          }
  }
}

void check_fields(Random &random, const Fields &f, bool uniform, int64_t batch) {
  F32 e(batch * f.columns()), dout(batch * f.pairs()), start(batch * f.columns());
  for (F32 *x : {&e, &dout, &start}) random.fill(*x);
  std::vector<double> out, de;
  reference(e, f, dout, batch, out, de);
  const Result first = run(nullptr, e, f, true, dout, nullptr, batch);
  REQUIRE_NEAR(first.out.data(), out, 2e-6);
  REQUIRE_NEAR(first.de.data(), de, 2e-6);
  for_each_pool([&](ds_stream s) {
    const Result r = run(s, e, f, true, dout, nullptr, batch);
    REQUIRE(r.out == first.out && r.de == first.de);
    if (!uniform) return;
    const Result plain = run(s, e, f, false, dout, nullptr, batch);
    REQUIRE(plain.out == first.out && plain.de == first.de);
  });
  for (bool placed : {true, false}) {
    if (!placed && !uniform) continue;
    const Result added = run(nullptr, e, f, placed, dout, &start, batch);
    for (int64_t i = 0; i < e.size(); i++) REQUIRE(added.de[i] == start[i] + first.de[i]);
  }
}

} // namespace

TEST(inner_product_equals_the_pairs_for_any_identity) {
  Random random(93);
  for (int64_t dim : {1, 3, 4, 7, 16, 17, 33})
    for (int32_t count : {1, 2, 5})
      for (int64_t batch : {0, 1, 70}) {
        check_fields(random, fields_of(count, dim, [](int32_t, int64_t) { return true; }), true, batch);
        check_fields(random, fields_of(count, dim, [&](int32_t i, int64_t) { return i != 1 && random.below(2); }), false, batch);
        check_fields(random, fields_of(count, dim, [](int32_t, int64_t) { return false; }), false, batch);
      }
}

TEST(inner_product_of_masked_columns_equals_that_of_compacted_columns) {
  Random random(94);
  const int64_t batch = 40, dim = 19;
  const Fields all = fields_of(6, dim, [](int32_t, int64_t) { return true; });
  const Fields few = fields_of(6, dim, [&](int32_t i, int64_t) { return i != 2 && random.below(3) == 0; });
  F32 masked(batch * all.columns()), compact(batch * few.columns()), dout(batch * all.pairs());
  random.fill(compact);
  random.fill(dout);
  std::vector<int64_t> place;
  for (int32_t i = 0; i < few.count; i++)
    for (int64_t c = few.column[i]; c < (i + 1 < few.count ? few.column[i + 1] : few.columns()); c++)
      place.push_back(i * dim + few.identity[c]);
  for (int64_t b = 0; b < batch; b++)
    for (size_t c = 0; c < place.size(); c++) masked[b * all.columns() + place[c]] = compact[b * few.columns() + (int64_t)c];
  const Result whole = run(nullptr, masked, all, false, dout, nullptr, batch), small = run(nullptr, compact, few, true, dout, nullptr, batch);
  REQUIRE(whole.out == small.out);
  for (int64_t b = 0; b < batch; b++)
    for (size_t c = 0; c < place.size(); c++) REQUIRE(whole.de[b * all.columns() + place[c]] == small.de[b * few.columns() + (int64_t)c]);
}

TEST(inner_product_refuses_places_that_do_not_fit) {
  F32 e(16), spread(32), out(2), de(16);
  const auto status = [&](const I32 &column, const I32 &identity) {
    const int forward = settled(backend->inner_product_forward(nullptr, e, identity.data(), column.data(), spread, out, 2, 2, 4, 4));
    REQUIRE_STATUS(forward, backend->inner_product_backward(nullptr, e, identity.data(), column.data(), spread, out, de, 0, 2, 2, 4, 4));
    return forward;
  };
  REQUIRE_STATUS(DS_OK, status(std::vector<int32_t>{0, 2}, std::vector<int32_t>{0, 3, 1, 2}));
  for (int32_t bad : {-1, 0, 4, INT32_MAX, INT32_MIN}) REQUIRE_STATUS(DS_INVALID, status(std::vector<int32_t>{0, 2}, std::vector<int32_t>{0, bad, 1, 2}));
  REQUIRE_STATUS(DS_INVALID, status(std::vector<int32_t>{1, 2}, std::vector<int32_t>{0, 1, 2, 3}));
  REQUIRE_STATUS(DS_INVALID, status(std::vector<int32_t>{0, -1}, std::vector<int32_t>{0, 1, 2, 3}));
  REQUIRE_STATUS(DS_INVALID, status(std::vector<int32_t>{0, 5}, std::vector<int32_t>{0, 1, 2, 3}));
  REQUIRE_STATUS(DS_INVALID, backend->inner_product_forward(nullptr, e, nullptr, nullptr, spread, out, 2, 2, 4, 4));
  REQUIRE_STATUS(DS_INVALID, backend->inner_product_backward(nullptr, e, nullptr, nullptr, spread, out, de, 0, 2, 2, 4, 4));
}
