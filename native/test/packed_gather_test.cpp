/* Packed tables built byte by byte from the layout in cpu/packed_gather.cpp, beside the dense tables that they stand for. */
#include "embedding.h"

using namespace check;

namespace {

using U8 = Buffer<uint8_t>;

/* Appends numbers as they lie in memory. */
template <class T>
void append(std::vector<uint8_t> &bytes, T x) {
  const uint8_t *p = reinterpret_cast<const uint8_t *>(&x);
  bytes.insert(bytes.end(), p, p + sizeof x);
}

/* A value as it is stored, and the float that it stands for. */
struct Value {
  std::vector<uint8_t> stored;
  float meant;
  Value(Random &random, int precision, float scale) {
    if (precision == DS_F32) {
      meant = (float)random.signed_uniform();
      append(stored, meant);
    } else if (precision == DS_F16) {
      const uint16_t h = (uint16_t)random.bits();
      const int exponent = h >> 10 & 31, mantissa = h & 1023;
      const double sign = h >> 15 ? -1 : 1;
      meant = (float)(exponent == 31 ? mantissa ? NAN : sign * INFINITY
                      : exponent     ? sign * std::ldexp(1024 + mantissa, exponent - 25)
                                     : sign * std::ldexp(mantissa, -24));
      append(stored, h);
    } else {
      const int8_t q = (int8_t)(random.below(255) - 127);
      meant = (float)((double)q * (double)scale);
      append(stored, q);
    }
  }
};

/* Forms and precisions of all kinds, over tables of some sizes; widths as Embedding::widths has them. */
struct Problem {
  static constexpr int32_t FIELDS = 12;
  int64_t batch, columns = 0;
  std::vector<int64_t> rows;
  std::vector<std::vector<float>> dense;
  std::vector<int32_t> width, column;
  std::vector<uint8_t> bytes;
  I64 descriptors;
  I32 ids;

  static int form(int32_t f) { return f % 3; }
  static int precision(int32_t f) { return f / 3 % 3; }

  Problem(Random &random, int64_t batch_size, int64_t d) : batch(batch_size), descriptors(FIELDS * DS_PACKED), ids(batch_size * FIELDS) {
    for (int32_t f = 0; f < FIELDS; f++) {
      const int64_t sizes[] = {1, 9, 1000, 64, 63, 130, 40};
      rows.push_back(sizes[random.below(7)]);
      width.push_back((int32_t)(f % 4 == 1 ? d / 2 : d));
      column.push_back((int32_t)columns);
      columns += width.back();
      bytes.resize((bytes.size() + 7) / 8 * 8);
      add(random, f);
    }
    for (int64_t i = 0; i < ids.size(); i++) ids[i] = (int32_t)random.below(rows[(size_t)(i % FIELDS)]);
  }

  void add(Random &random, int32_t f) {
    const int64_t n = rows[(size_t)f], w = width[(size_t)f], at = (int64_t)bytes.size();
    const float scale = 0x1.234p-9f;
    /* kept[r]: ascending columns of row r. */
    std::vector<std::vector<int32_t>> kept((size_t)n);
    int64_t prefix = w;
    for (int64_t r = 0; r < n; r++) {
      if (random.below(5) == 0) prefix = random.below(w + 1);
      const bool empty = random.below(3) == 0;
      for (int32_t j = 0; j < w; j++)
        if (form(f) == DS_DENSE || (form(f) == DS_BANDS ? j < prefix : !empty && random.below(3) == 0)) kept[(size_t)r].push_back(j);
    }
    dense.emplace_back((size_t)(n * w), 0.0f);
    std::vector<uint8_t> values, columns_kept;
    for (int64_t r = 0; r < n; r++)
      for (int32_t j : kept[(size_t)r]) {
        const Value v(random, precision(f), scale);
        dense.back()[(size_t)(r * w + j)] = v.meant;
        values.insert(values.end(), v.stored.begin(), v.stored.end());
        columns_kept.push_back((uint8_t)j);
      }
    int64_t count = 0;
    if (form(f) == DS_BANDS) count = add_bands(kept, precision(f));
    if (form(f) == DS_SPARSE) count = add_index(kept);
    bytes.insert(bytes.end(), values.begin(), values.end());
    if (form(f) == DS_SPARSE) bytes.insert(bytes.end(), columns_kept.begin(), columns_kept.end());
    uint32_t bits;
    std::memcpy(&bits, &scale, sizeof bits);
    const int64_t all[] = {form(f), precision(f), n, w, column[(size_t)f], at, count, bits};
    for (int i = 0; i < DS_PACKED; i++) descriptors[f * DS_PACKED + i] = all[i];
  }

  int64_t add_bands(const std::vector<std::vector<int32_t>> &kept, int p) {
    std::vector<int64_t> firsts;
    for (size_t r = 0; r < kept.size(); r++)
      if (r == 0 || kept[r].size() != kept[r - 1].size()) firsts.push_back((int64_t)r);
    int64_t offset = 16 * (int64_t)firsts.size();
    for (size_t i = 0; i < firsts.size(); i++) {
      const int64_t last = i + 1 < firsts.size() ? firsts[i + 1] : (int64_t)kept.size(), k = (int64_t)kept[(size_t)firsts[i]].size();
      append(bytes, (int32_t)firsts[i]);
      append(bytes, (int32_t)k);
      append(bytes, offset);
      offset += (last - firsts[i]) * k * (p == DS_F32 ? 4 : p == DS_F16 ? 2 : 1);
    }
    return (int64_t)firsts.size();
  }

  int64_t add_index(const std::vector<std::vector<int32_t>> &kept) {
    std::vector<uint64_t> words((kept.size() + 63) / 64);
    std::vector<int32_t> starts, before(words.size());
    int32_t entries = 0;
    for (size_t r = 0; r < kept.size(); r++) {
      if (r % 64 == 0) before[r / 64] = (int32_t)starts.size();
      if (kept[r].empty()) continue;
      words[r / 64] |= uint64_t(1) << r % 64;
      starts.push_back(entries);
      entries += (int32_t)kept[r].size();
    }
    for (uint64_t x : words) append(bytes, x);
    for (int32_t x : before) append(bytes, x);
    for (int32_t x : starts) append(bytes, x);
    append(bytes, entries);
    return (int64_t)starts.size();
  }

  std::vector<float> expected(int64_t stride) const {
    std::vector<float> out((size_t)(batch * stride), 0.0f);
    for (int64_t b = 0; b < batch; b++)
      for (int32_t f = 0; f < FIELDS; f++)
        for (int32_t j = 0; j < width[(size_t)f]; j++)
          out[(size_t)(b * stride + column[(size_t)f] + j)] = dense[(size_t)f][(size_t)((int64_t)ids[b * FIELDS + f] * width[(size_t)f] + j)];
    return out;
  }
};

int gather(const ds_backend *t, ds_stream s, const U8 &data, Problem &p, F32 &out, int64_t stride) {
  return t->packed_gather(s, data.data(), p.descriptors, p.ids, out, p.batch, Problem::FIELDS, stride);
}

/* The same floats; one NaN is as good as another. */
bool same(const F32 &actual, const std::vector<float> &expected) {
  for (size_t i = 0; i < expected.size(); i++) {
    const float a = actual[(int64_t)i], e = expected[i];
    if (std::memcmp(&a, &e, sizeof a) != 0 && !(std::isnan(a) && std::isnan(e))) return false;
  }
  return true;
}

} // namespace

TEST(packed_gather_equals_reference) {
  Random random(1);
  for (int64_t d : WIDTHS)
    for (int64_t batch : {0, 1, 5, 300}) {
      Problem p(random, batch, d);
      const U8 data(p.bytes);
      const int64_t stride = p.columns + 3;
      const std::vector<float> expected = p.expected(stride);
      F32 first(batch * stride);
      REQUIRE_STATUS(DS_OK, gather(baseline, nullptr, data, p, first, stride));
      REQUIRE(same(first, expected));
      for_each_pool([&](ds_stream s) {
        F32 out(batch * stride);
        REQUIRE_STATUS(DS_OK, gather(backend, s, data, p, out, stride));
        REQUIRE(out == first);
      });
    }
}

TEST(packed_gather_of_whole_floats_is_the_plain_gather) {
  Random random(2);
  Embedding e(random, 500, {1, 9, 1000, 40}, 17);
  U8 data(4 * e.floats);
  std::memcpy(data.data(), e.tables.data(), (size_t)(4 * e.floats));
  I64 descriptors(e.fields * DS_PACKED);
  for (int32_t f = 0; f < e.fields; f++) {
    const int64_t all[] = {DS_DENSE, DS_F32, e.rows[f], e.width[f], e.column[f], 4 * e.base[f], 0, 0};
    for (int i = 0; i < DS_PACKED; i++) descriptors[f * DS_PACKED + i] = all[i];
  }
  F32 plain(e.batch * e.columns), packed(e.batch * e.columns);
  REQUIRE_STATUS(DS_OK, backend->embedding_gather(nullptr, e.tables, e.base, e.width, e.column, e.rows, e.ids, nullptr, nullptr, nullptr, plain,
                                                  e.batch, e.fields, e.columns));
  REQUIRE_STATUS(DS_OK, backend->packed_gather(nullptr, data.data(), descriptors, e.ids, packed, e.batch, e.fields, e.columns));
  REQUIRE(plain == packed);
}

TEST(packed_gather_refuses_ids_outside_the_table) {
  Random random(3);
  for (int32_t f = 0; f < Problem::FIELDS; f++)
    for (int64_t bad : {int64_t(-1), int64_t(1000), int64_t(INT32_MAX), int64_t(INT32_MIN)}) {
      Problem p(random, 40, 16);
      const U8 data(p.bytes);
      p.ids[20 * Problem::FIELDS + f] = 0;
      const std::vector<float> expected = p.expected(p.columns);
      p.ids[20 * Problem::FIELDS + f] = (int32_t)bad;
      F32 out(p.batch * p.columns);
      REQUIRE_STATUS(DS_OUT_OF_RANGE, gather(backend, nullptr, data, p, out, p.columns));
      REQUIRE(same(out, expected));
    }
}

TEST(packed_gather_refuses_unknown_forms) {
  Random random(4);
  for (int number : {0, 1})
    for (int64_t bad : {-1, 3}) {
      Problem p(random, 4, 16);
      const U8 data(p.bytes);
      p.descriptors[DS_PACKED + number] = bad;
      F32 out(p.batch * p.columns);
      REQUIRE_STATUS(DS_INVALID, gather(backend, nullptr, data, p, out, p.columns));
    }
}
