#include "check.h"

using namespace check;

namespace {

int64_t units(int64_t n, int64_t unit) { return (n + unit - 1) / unit; }

/* row(r) of cpu/ceiling.cpp, for n below 2^32, without 128-bit products. */
int64_t row_of(uint64_t r, int64_t n) {
  uint64_t z = (r + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return (int64_t)(((z >> 32) * (uint64_t)n + ((z & 0xFFFFFFFFu) * (uint64_t)n >> 32)) >> 32);
}

} // namespace

TEST(ceiling_reads_copies_and_adds_what_it_says) {
  Random random(60);
  for (int64_t n : {1, 15, 64, 16384, 16385, 40004}) {
    F32 a(n), b(n);
    random.fill(a);
    random.fill(b);
    std::vector<double> sums((size_t)units(n, DS_CEILING_UNIT));
    for (int64_t i = 0; i < n; i++) sums[(size_t)(i / DS_CEILING_UNIT)] += (double)a[i];
    for_each_pool([&](ds_stream s) {
      F32 read((int64_t)sums.size()), copy(n), triad(n);
      REQUIRE_STATUS(DS_OK, backend->ceiling(s, DS_CEILING_READ, a, nullptr, read, n));
      REQUIRE_STATUS(DS_OK, backend->ceiling(s, DS_CEILING_COPY, a, nullptr, copy, n));
      REQUIRE_STATUS(DS_OK, backend->ceiling(s, DS_CEILING_TRIAD, a, b, triad, n));
      for (size_t u = 0; u < sums.size(); u++) REQUIRE(std::abs(read[(int64_t)u] - sums[u]) < 1e-3);
      REQUIRE(copy == a);
      for (int64_t i = 0; i < n; i++) REQUIRE(triad[i] == a[i] + 3 * b[i]);
    });
  }
}

TEST(ceiling_reads_random_rows) {
  for (int64_t n : {1, 3, 1024, 2500}) {
    F32 a(16 * n);
    Random(61).fill(a);
    std::vector<double> sums((size_t)units(n, DS_CEILING_ROW_UNIT));
    for (int64_t r = 0; r < n; r++)
      for (int j = 0; j < 16; j++) sums[(size_t)(r / DS_CEILING_ROW_UNIT)] += (double)a[row_of((uint64_t)r, n) * 16 + j];
    for_each_pool([&](ds_stream s) {
      F32 c((int64_t)sums.size());
      REQUIRE_STATUS(DS_OK, backend->ceiling(s, DS_CEILING_ROWS, a, nullptr, c, n));
      for (size_t u = 0; u < sums.size(); u++) REQUIRE(std::abs(c[(int64_t)u] - sums[u]) < 1e-2);
    });
  }
}

TEST(ceiling_multiplies_adds_and_forks) {
  F32 half(1), one(1);
  half[0] = 0.5f;
  one[0] = 1;
  for_each_pool([&](ds_stream s) {
    F32 x(3), forked(5000);
    REQUIRE_STATUS(DS_OK, backend->ceiling(s, DS_CEILING_FMA, half, one, x, 2 * DS_CEILING_FMA_UNIT + 1));
    for (int64_t u = 0; u < 3; u++) REQUIRE(x[u] == 2); // where x / 2 + 1 stays
    REQUIRE_STATUS(DS_OK, backend->ceiling(s, DS_CEILING_FORK, nullptr, nullptr, forked, forked.size()));
    for (int64_t u = 0; u < forked.size(); u++) REQUIRE(forked[u] == 1);
  });
}

TEST(ceiling_takes_any_place_of_floats_and_refuses_what_is_not_there) {
  constexpr int64_t N = 50;
  F32 a(16 * N + 1), b(16 * N + 1), c(16 * N + 1);
  Random(62).fill(a);
  Random(63).fill(b);
  REQUIRE_STATUS(DS_OK, backend->ceiling(nullptr, DS_CEILING_TRIAD, a.data() + 1, b.data() + 1, c.data() + 1, N));
  for (int64_t i = 1; i <= N; i++) REQUIRE(c[i] == a[i] + 3 * b[i]);
  for (int32_t kind = DS_CEILING_READ; kind <= DS_CEILING_FORK; kind++) {
    REQUIRE_STATUS(DS_OK, backend->ceiling(nullptr, kind, a.data() + 1, b.data() + 1, c.data() + 1, N));
    REQUIRE_STATUS(DS_OK, backend->ceiling(nullptr, kind, nullptr, nullptr, nullptr, 0));
    REQUIRE_STATUS(DS_INVALID, backend->ceiling(nullptr, kind, a, b, nullptr, 1));
    if (kind != DS_CEILING_FORK) REQUIRE_STATUS(DS_INVALID, backend->ceiling(nullptr, kind, nullptr, b, c, 1));
  }
  REQUIRE_STATUS(DS_INVALID, backend->ceiling(nullptr, DS_CEILING_FORK + 1, a, b, c, 1));
  REQUIRE_STATUS(DS_INVALID, backend->ceiling(nullptr, DS_CEILING_TRIAD, a, nullptr, c, 1));
  REQUIRE_STATUS(DS_INVALID, backend->ceiling(nullptr, DS_CEILING_FMA, a, nullptr, c, 1));
}
